// Which metric of Mettle an indicator of OpenSLO is: by its annotation, or by a query that is nothing but a series.

import type { Measure } from '../slo/expression.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { metricNamed } from '../slo/metrics/registry.ts';
import { parseMeasure } from '../slo/parse.ts';
import type { IndicatorSpec, Source } from './openslo-schema.ts';
import { below, refuse, type Spot, type Words } from './openslo-words.ts';

export interface Indicated {
  /** `p95(query) during steady` */
  readonly text: string;
  readonly measure: Measure;
  readonly metric: Metric;
  /** Where it is said. */
  readonly spot: Spot;
  /** What a ratio of queries counts; null: a metric of Mettle is named, or there is a threshold. */
  readonly counts: 'good' | 'bad' | null;
  readonly isRatio: boolean;
}

/** The types of the data sources that the file declares, by name. */
export type SourceTypes = ReadonlyMap<string, string>;

/** The metric source of exported documents. */
export const ownSource = 'Mettle';

interface Candidate {
  readonly text: string;
  readonly spot: Spot;
  readonly counts: 'good' | 'bad' | null;
}

/** Throws Refusal. `at`: where the indicator's `spec` is. */
export function indicatedBy(spec: IndicatorSpec, at: Spot, words: Words, types: SourceTypes): Indicated {
  const found = namedBy(spec, at, words) ?? queriedBy(spec, at, types);
  const parsed = parseMeasure(found.text);
  if (!parsed.ok) return refuse(found.spot, parsed.problem.message, parsed.problem.suggestion ?? undefined);
  const metric = metricNamed(parsed.value.metric);
  if (metric === undefined) return refuse(found.spot, `unknown metric \`${parsed.value.metric}\``);
  return { ...found, measure: parsed.value, metric, isRatio: spec.ratioMetric !== undefined };
}

/** The annotation, and what exported documents have in their sources; they must agree. */
function namedBy(spec: IndicatorSpec, at: Spot, { metric: word }: Words): Candidate | null {
  const { thresholdMetric, ratioMetric } = spec;
  const { good, bad, total, raw } = ratioMetric ?? {};
  const placed = [
    { source: thresholdMetric, spot: below(at, 'thresholdMetric') },
    ...Object.entries({ good, bad, total, raw }).map(([name, source]) => ({
      source,
      spot: below(at, 'ratioMetric', name),
    })),
  ];
  const sources = placed.flatMap(({ source, spot }) => (source === undefined ? [] : [{ source, spot }]));
  const own = sources.flatMap(({ source: { metricSource }, spot }) => {
    const text = metricSource.type === ownSource ? metricSource.spec?.['metric'] : undefined;
    return typeof text === 'string' ? [{ text, spot: below(spot, 'metricSource', 'spec', 'metric') }] : [];
  });
  const named = [...(word === undefined ? [] : [word]), ...own];
  const [first] = named;
  if (first === undefined) return null;
  const other = named.find(({ text }) => text !== first.text);
  if (other !== undefined) refuse(other.spot, `two metrics are named: the other is \`${first.text}\``);
  return { ...first, counts: null };
}

const bareSeries = /^[A-Za-z_:][\w:]*\s*(?:\{[^{}]*\})?$/;

/** `name{label="x"}` in Prometheus is a series that Mettle reads, too; anything more would have to be computed. */
function seriesIn(source: Source, at: Spot, types: SourceTypes): string {
  const { type, metricSourceRef, spec } = source.metricSource;
  const kind = type ?? types.get(metricSourceRef ?? '');
  const query = spec?.['query'];
  const isPrometheus = kind !== undefined && /^prometheus$/i.test(kind);
  if (isPrometheus && typeof query === 'string' && bareSeries.test(query.trim())) return query.trim();
  const where =
    typeof query === 'string' ? below(at, 'metricSource', 'spec', 'query') : below(at, 'metricSource');
  const what = isPrometheus
    ? 'only a query that is one series can be read from the target'
    : `what ${kind === undefined ? 'this source' : `a source of type ${kind}`} measures is not known to Mettle`;
  return refuse(
    where,
    what,
    'name the metric of Mettle that it is: annotation `mettle/metric: p95(<series>)`',
  );
}

/** By the names that Prometheus gives them; `_sum` and `_count` may be anything. */
const isCounterName = (series: string): boolean => /^[\w:]+_(?:total|bucket)\b/.test(series);

/** A counter's own number only grows; what Mettle reads of it is how fast. */
function refuseCounter(series: string, at: Spot, instead: string): string {
  if (!isCounterName(series)) return series;
  const [name] = series.split('{');
  return refuse(
    at,
    `\`${(name ?? '').trim()}\` is a counter, of which Mettle reads the rate per second`,
    instead,
  );
}

function queriedBy({ thresholdMetric, ratioMetric }: IndicatorSpec, at: Spot, types: SourceTypes): Candidate {
  const series = (source: Source, ...keys: string[]): string =>
    `metric(${seriesIn(source, below(at, ...keys), types)})`;
  const query = (...keys: string[]): Spot => below(at, ...keys, 'metricSource', 'spec', 'query');
  if (thresholdMetric !== undefined) {
    const spot = query('thresholdMetric');
    const name = seriesIn(thresholdMetric, below(at, 'thresholdMetric'), types);
    const rate = `if that is meant: annotation \`mettle/metric: metric(${name})\``;
    return { text: `metric(${refuseCounter(name, spot, rate)})`, spot, counts: null };
  }
  const { good, bad, total, raw, rawType } = ratioMetric ?? {};
  const part = good ?? bad;
  const ratioSpot = below(at, 'ratioMetric');
  if (raw !== undefined && part === undefined && total === undefined) {
    if (rawType === undefined) return refuse(ratioSpot, '`raw` needs `rawType`: success or failure');
    const counts = rawType === 'success' ? 'good' : 'bad';
    const spot = query('ratioMetric', 'raw');
    const name = seriesIn(raw, below(at, 'ratioMetric', 'raw'), types);
    const share = refuseCounter(name, spot, 'a ratio of counters is `good` (or `bad`) and `total`');
    return { text: `metric(${share}, mean)`, spot, counts };
  }
  if (
    raw !== undefined ||
    part === undefined ||
    total === undefined ||
    (good !== undefined && bad !== undefined)
  )
    return refuse(ratioSpot, 'a ratio is `good` or `bad`, and `total`; or `raw` alone');
  const name = good === undefined ? 'bad' : 'good';
  const text = `${series(part, 'ratioMetric', name)} / ${series(total, 'ratioMetric', 'total')}`;
  return { text, spot: query('ratioMetric', name), counts: name };
}
