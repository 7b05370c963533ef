// metric(name{label="x"}[, statistic]): what the target says of itself, scraped beside the load. Values in base units.
//
// Counters are rates per second, gauges a statistic of their values, histograms a quantile of what they gained.

import { formatDuration } from '../../kernel/units.ts';
import { samplesNeeded } from '../../measure/quantile.ts';
import type { ScrapedSeries, ScrapeLog } from '../../record/scrape-log.ts';
import type { Operator } from '../expression.ts';
import { askedTime } from '../looks.ts';
import { bucketGrowths, bucketsIn, histogramOf, meanOf, quantileOfBuckets } from '../scraped-histogram.ts';
import { growthsOf, increaseIn, ratesIn, scrapesIn, seriesOf, summed, uncovered } from '../scraped.ts';
import { labelText, leftOutOf, listed, unknownSeries } from '../scraped-words.ts';
import { parseSelector, type Selector } from '../selector.ts';
import { isWithin, type Span } from '../spans.ts';
import { statisticOf, worstFor } from '../statistic.ts';
import { increasesOf, isCounter, isDisputed, restartsIn, type Track, trackOf } from '../tracks.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';
import { bucketReading, notesOf } from './bucket-reading.ts';
import { statisticIn } from './observed-metric.ts';

interface Asked {
  readonly log: ScrapeLog;
  readonly time: readonly Span[];
  /** null: the promise names none. */
  readonly statistic: string | null;
  readonly operator: Operator | null;
}

function fewSamples(statistic: string, samples: number): string | null {
  if (!/^p\d/.test(statistic)) return null;
  const needed = samplesNeeded(Number(statistic.slice(1)) / 100);
  return samples >= needed ? null : `${statistic} needs at least ${needed} samples, there are ${samples}`;
}

/** Requests, not seconds: as with answers, few of them show no share. */
const countsThings = (track: Track): boolean =>
  track.every((value) => value === undefined || Number.isInteger(value) || !Number.isFinite(value));

const isUntyped = ({ kind }: ScrapedSeries): boolean => kind === 'untyped';

function readCounters(series: readonly ScrapedSeries[], { log, time, statistic }: Asked): Reading {
  const tracks = series.map((entry) => trackOf(entry, log.scrapes));
  const samples = scrapesIn(log, tracks, time);
  const gap = uncovered(log, tracks, time, 'zero before it began');
  if (gap !== null) return noReading(gap, samples);
  const increases = tracks.map((track) => increasesOf(track, restartsIn([track], log)));
  const growths = growthsOf(summed(increases), log.scrapes);
  const over = notesOf(
    series.length === 1 ? 'per second' : `per second, ${series.length} series together`,
    series.some(isUntyped) ? 'it has no `# TYPE`: taken as a counter, by its name' : null,
  );
  if (statistic === null || statistic === 'mean') {
    const { increase, micros } = increaseIn(growths, time, log);
    const value = (increase * 1_000_000) / micros;
    if (!Number.isFinite(value)) return noReading('it was no number in that time', samples);
    const counted = tracks.every(countsThings) ? { counted: increase } : {};
    return { value, atLeast: false, samples, note: over, ...counted };
  }
  const rates = ratesIn(growths, time, log.everyMicros);
  if (rates.length === 0) return noReading('no two scrapes lie in one stretch of that time', samples);
  return { value: statisticOf(statistic, rates), atLeast: false, samples: rates.length, note: over };
}

function readGauge(series: readonly ScrapedSeries[], { log, time, statistic, operator }: Asked): Reading {
  const held = series.map((entry) => ({ entry, track: trackOf(entry, log.scrapes) }));
  const present = held.filter(({ track }) => scrapesIn(log, [track], time) > 0);
  const [only] = present;
  if (only === undefined) return noReading('no scrape of that time had a value of it');
  if (present.length > 1) {
    const labels = listed(present.map(({ entry }) => labelText(entry.labels)));
    return noReading(`${present.length} series of that name are gauges, name one by its labels: ${labels}`);
  }
  const { track, entry } = only;
  const samples = scrapesIn(log, [track], time);
  const gap = uncovered(log, [track], time, 'unknown');
  if (gap !== null) return noReading(gap, samples);
  const stood = standing(log, track).filter(({ endMicros }) => isWithin(endMicros, time));
  const endless = stood.find(({ value }) => !Number.isFinite(value));
  if (endless !== undefined)
    return noReading(`it was infinite at ${formatDuration(endless.endMicros)}`, samples);
  const asked = statistic ?? worstFor(operator);
  const untyped = isUntyped(entry) ? 'it has no `# TYPE`: taken as a gauge' : null;
  const note = notesOf(statistic === null ? `its ${asked}` : null, untyped);
  return { value: statisticOf(asked, stood), atLeast: false, samples, note };
}

/**
 * Why what may be a counter has no value as a gauge. What a process has counted in its life is never less than what it gained
 * per second: held from above such a gauge breaks a promise too soon at most, held from below it would keep it for nothing.
 */
function disputeIn(series: readonly ScrapedSeries[], { statistic, operator }: Asked): string | null {
  const disputed = series.find(isDisputed);
  if (disputed === undefined || statistic !== null || operator?.startsWith('<') === true) return null;
  const { name } = disputed;
  const [what, instead] = isUntyped(disputed)
    ? ['has no `# TYPE` and may be a counter, by its name', 'what it is']
    : ['is declared a gauge and named like a counter', 'it a counter'];
  const values = `\`metric(${name}, ${worstFor(operator)})\``;
  return `\`${name}\` ${what}: let the target declare ${instead}, or say that its values are meant, ${values}`;
}

/** Each value with the time since the scrape before. */
function standing({ scrapes, everyMicros }: ScrapeLog, track: readonly (number | undefined)[]) {
  return scrapes.flatMap(({ atMicros }, scrape) => {
    const value = track[scrape];
    const before = scrapes[scrape - 1]?.atMicros ?? -Infinity;
    const startMicros = Math.max(before, atMicros - everyMicros);
    return value === undefined ? [] : [{ startMicros, endMicros: atMicros, value }];
  });
}

function readHistogram(selector: Selector, asked: Asked): Reading | null {
  const { log, time, statistic, operator } = asked;
  if (statistic === 'mean') return readMean(selector, asked);
  const histogram = histogramOf(log, selector);
  if (histogram === null) return null;
  if (typeof histogram === 'string') return noReading(histogram);
  if (statistic === 'max' || statistic === 'min')
    return noReading(`a histogram does not know its ${statistic}: ask for a percentile, or \`mean\``);
  const gap = uncovered(log, histogram.totals, time, 'zero before it began');
  if (gap !== null) return noReading(gap);
  const name = statistic ?? 'p95';
  const buckets = bucketsIn(log, bucketGrowths(log, histogram), time);
  const samples = Math.floor((buckets.at(-1)?.count ?? 0) + 1e-9);
  const found = quantileOfBuckets(buckets, Number(name.slice(1)) / 100);
  if (samples === 0 || found === null) return noReading('nothing was observed in that time');
  const few = statistic === null ? fewSamples(name, samples) : null;
  if (few !== null) return noReading(few, samples);
  return bucketReading(found, { samples, operator, which: statistic === null ? `its ${name}` : null });
}

function readMean(selector: Selector, { log, time }: Asked): Reading | null {
  const mean = meanOf(log, selector, time);
  if (mean === null) return null;
  const gap = uncovered(log, mean.totals, time, 'zero before it began');
  if (gap !== null) return noReading(gap);
  const samples = Math.floor(mean.count + 1e-9);
  const value = mean.sum / mean.count;
  if (samples === 0 || !Number.isFinite(value)) return noReading('nothing was observed in that time');
  return { value, atLeast: false, samples, note: null };
}

function read(selector: Selector, asked: Asked): Reading {
  const missing = leftOutOf(asked.log, selector);
  if (missing !== null) return noReading(missing);
  const series = seriesOf(asked.log, selector);
  if (series.length === 0)
    return readHistogram(selector, asked) ?? noReading(unknownSeries(asked.log, selector));
  const counters = series.filter(isCounter);
  if (counters.length === 0) {
    const dispute = disputeIn(series, asked);
    return dispute === null ? readGauge(series, asked) : noReading(dispute);
  }
  if (counters.length === series.length) return readCounters(series, asked);
  return noReading(`\`${selector.name}\` is exposed as a counter and as a gauge`);
}

function whyNothing(log: ScrapeLog | undefined): string | null {
  if (log === undefined)
    return 'nothing was scraped: say where in the target file, `observe: { prometheus: GET /metrics }`';
  return log.scrapes.length === 0 ? `no scrape worked (${log.failures[0]?.why ?? 'none was made'})` : null;
}

export const scraped = {
  name: 'metric',
  pattern: /^metric$/,
  unit: 'count',
  better: null,
  scale: 'log',
  subject: 'scraped',
  argument: 'statistic',
  resolution: 1e-6,
  tolerance: () => 0.1,
  tooFew: (measure, samples) => fewSamples(statisticIn(measure) ?? '', samples),
  allowance: () => null,
  compute: (measure, { data, operator }) => {
    const { scrapes: log } = data;
    const why = whyNothing(log);
    if (log === undefined || why !== null) return noReading(why ?? '');
    if (measure.subject === null) return noReading('it names no metric of the target');
    const time = askedTime(data, measure.during);
    if (!Array.isArray(time)) return time;
    const statistic = statisticIn(measure);
    return read(parseSelector(measure.subject), { log, time, statistic, operator });
  },
} as const satisfies Metric;
