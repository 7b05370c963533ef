// The target's own metrics that promises or the primary metric speak of, on the time axis of the load.

import { formatDuration, formatSize, significant } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { Measure } from '../slo/expression.ts';
import { parseMeasure, parsePromise } from '../slo/parse.ts';
import { seriesOf } from '../slo/scraped.ts';
import { isCounter } from '../slo/tracks.ts';
import { parseSelector } from '../slo/selector.ts';
import type { Chart } from './charts/figure.ts';
import { lineChart, type TimeLine } from './charts/lines.ts';
import { markedWindows } from './run-windows.ts';
import { gaugeLines, quantileLine, rateLine } from './scrape-lines.ts';

const mostCharts = 12;

interface Asked {
  /** As promises write it: `http_requests_total{code="500"}`. */
  readonly subject: string;
  /** What is drawn of it where it is a histogram. */
  readonly quantile: string;
}

interface Drawn {
  readonly lines: readonly TimeLine[];
  readonly yLabel: string;
  readonly format: (value: number) => string;
}

/** One for each series or family that is spoken of, up to twelve. Empty when nothing was scraped. */
export function scrapeCharts(data: RunData): Chart[] {
  const { scrapes: log } = data;
  if (log === undefined) return [];
  // By what is drawn: a series has one chart, however many promises speak of it.
  const drawn = askedFor(data.run).flatMap((asked): [string, { asked: Asked; drawn: Drawn }][] => {
    const found = drawnOf(log, asked);
    return found === null ? [] : [[`${asked.subject} ${found.yLabel}`, { asked, drawn: found }]];
  });
  return [...new Map(drawn).values()]
    .slice(0, mostCharts)
    .map((entry, index) => chartOf(data, log, entry.asked.subject, entry.drawn, index));
}

/** In the order of the promises. */
function askedFor({ slo, primary }: RunData['run']): Asked[] {
  const promised = slo.flatMap(({ text }) => {
    const parsed = parsePromise(text);
    return parsed.ok ? [parsed.value.measure] : [];
  });
  const first = primary === null ? null : parseMeasure(primary);
  const measures = [...promised, ...(first?.ok === true ? [first.value] : [])].flatMap(
    (measure): Measure[] => (measure.against === undefined ? [measure] : [measure, measure.against.measure]),
  );
  return measures.flatMap(({ metric, subject, argument }): Asked[] => {
    if (metric !== 'metric' || subject === null) return [];
    const statistic = argument?.kind === 'statistic' ? argument.statistic : '';
    return [{ subject, quantile: /^p\d/.test(statistic) ? statistic : 'p95' }];
  });
}

/** null: no scrape had it. */
function drawnOf(log: ScrapeLog, { subject, quantile }: Asked): Drawn | null {
  const selector = parseSelector(subject);
  const series = seriesOf(log, selector);
  const { unit, format } = unitOf(selector.name);
  if (series.length === 0) {
    const line = quantileLine(log, selector, quantile);
    return line === null ? null : { lines: [line], yLabel: `${quantile}, ${unit}`, format };
  }
  if (!series.every(isCounter)) return { lines: gaugeLines(log, series), yLabel: unit, format };
  const perSecond = (value: number): string => `${format(value)}/s`;
  return { lines: [rateLine(log, series)], yLabel: `${unit} per second`, format: perSecond };
}

/** Names say their base units. */
function unitOf(name: string): Pick<Drawn, 'format'> & { readonly unit: string } {
  if (/_bytes(?:_total|_sum)?$/.test(name)) return { unit: 'bytes', format: formatSize };
  if (name.endsWith('_seconds')) {
    const format = (value: number): string => (value === 0 ? '0s' : formatDuration(value * 1_000_000));
    return { unit: 'time', format };
  }
  return { unit: 'value', format: significant };
}

function chartOf(data: RunData, log: ScrapeLog, subject: string, drawn: Drawn, index: number): Chart {
  const { windows, endMicros, events } = markedWindows(data);
  const failed = log.failures.map(({ atMicros }) => atMicros).filter((at) => at >= 0 && at < endMicros);
  const lines = drawn.lines.map((line) => ({
    ...line,
    // The axis begins at zero: what lies below it cannot be drawn.
    points: line.points
      .filter(({ fromMicros }) => fromMicros < endMicros)
      .map(({ fromMicros, toMicros, y }) => ({
        ...{ fromMicros, toMicros: Math.min(toMicros, endMicros) },
        y: y !== null && y < 0 ? null : y,
      })),
  }));
  const total = log.failures.length + log.scrapes.length;
  const notes = [
    ...(log.failures.length > 0
      ? [`${log.failures.length} of ${total} scrapes failed: gaps, not zeros.`]
      : []),
    ...(drawn.lines.some(({ points }) => points.some(({ y }) => (y ?? 0) < 0))
      ? ['Values below 0 are not drawn.']
      : []),
  ];
  return lineChart({
    id: `scraped-${index}`,
    title: subject,
    description: `What the target told of ${subject}, scraped every ${formatDuration(log.everyMicros)} from ${log.url}.`,
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    ...{ windows, endMicros, events },
    ...(failed.length === 0 ? {} : { crosses: { name: 'scrape failed', atMicros: failed } }),
    lines,
    scale: 'linear',
    ...(drawn.yLabel.startsWith('bytes') ? { tickUnit: sizeUnitOf(lines) } : {}),
    yLabel: drawn.yLabel,
    format: drawn.format,
  });
}

/** So that ticks are round numbers of bytes, KiB, MiB … */
function sizeUnitOf(lines: readonly TimeLine[]): number {
  const most = lines
    .flatMap(({ points }) => points.map(({ y }) => y ?? 0))
    .reduce((a, b) => Math.max(a, b), 1);
  return 1_024 ** Math.floor(Math.log2(most) / 10);
}
