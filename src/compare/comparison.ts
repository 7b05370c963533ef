// One metric of a comparison: read from every pair, weighed, judged, and written down.

import { MettleError } from '../kernel/errors.ts';
import { directionOf, withoutDirection } from '../slo/direction.ts';
import type { Measure, PromiseExpression } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { parseMeasure } from '../slo/parse.ts';
import { metricOf } from '../slo/reading.ts';
import { asShare, judge, weigh } from './outcome.ts';
import type { Judgement } from './outcome.ts';
import { effectsOf, logRatio, measurePairs, medianOf, storedInterval, unusable } from './pair-values.ts';
import { weightedDifference } from './pair-values.ts';
import type { ComparedPair, MeasuredPair } from './pair-values.ts';
import type { MetricComparison } from './schema.ts';

export interface MetricOptions {
  readonly primary: boolean;
  /** The steady promises, for detection and recovery. */
  readonly gates: readonly Gate[];
  /** They say what is better where a metric does not. */
  readonly promises?: readonly PromiseExpression[];
  /** Why no comparison may be made of these runs at all; null when it may. */
  readonly invalid: string | null;
}

/** Parses a metric that was validated before. Throws METRIC_SYNTAX (usage). */
export function measureFrom(text: string): Measure {
  const parsed = parseMeasure(text);
  if (parsed.ok) return parsed.value;
  const { message, suggestion } = parsed.problem;
  throw new MettleError({
    code: 'METRIC_SYNTAX',
    message: `metric \`${text}\`: ${message}`,
    hint: suggestion ?? undefined,
  });
}

/** δ: the metric's own tolerance, and for times what the resolution is of a typical `before` (1 ms/B). */
function toleranceOf(measure: Measure, metric: Metric, beforeMedian: number | null): number {
  const own = metric.tolerance(measure.metric);
  if (metric.scale === 'points' || metric.unit === '1/s' || beforeMedian === null) return own;
  const floor = metric.subject === 'series' ? 1 : metric.resolution;
  return Math.max(own, metric.resolution / Math.max(beforeMedian, floor));
}

const pairRecord = (
  { pair, before, after }: MeasuredPair,
  effect: number | undefined,
): MetricComparison['pairs'][number] => ({
  pair,
  before: before.value,
  after: after.value,
  beforeAtLeast: before.atLeast,
  afterAtLeast: after.atLeast,
  effect: effect ?? null,
});

/** Compares one metric (`p95(query) during steady`) over interleaved pairs of runs. */
export function metricComparison(
  text: string,
  runs: readonly ComparedPair[],
  options: MetricOptions,
): MetricComparison {
  const measure = measureFrom(text);
  const metric = metricOf(measure);
  const pairs = measurePairs(measure, runs, options.gates);
  const beforeMedian = medianOf(pairs, 'before');
  const tolerance = toleranceOf(measure, metric, beforeMedian);
  const effectOf = metric.scale === 'log' ? logRatio(metric) : weightedDifference(1);
  const better = directionOf(measure, options.promises ?? []);
  const refusal = options.invalid ?? (better === null ? withoutDirection(measure) : unusable(pairs));
  const directed = refusal === null && better !== null ? { ...metric, better } : null;
  const weighed = directed === null ? null : weigh(directed, pairs, tolerance);
  const judgement: Judgement =
    weighed === null ? { outcome: 'invalid', reason: refusal ?? 'too few pairs' } : judge(weighed);
  return {
    metric: text,
    primary: options.primary,
    unit: metric.unit,
    better,
    scale: metric.scale,
    pairs: pairs.map((pair) => pairRecord(pair, effectsOf([pair], effectOf)[0]?.value)),
    beforeMedian,
    afterMedian: medianOf(pairs, 'after'),
    estimate: weighed?.estimate ?? null,
    interval95: storedInterval(weighed?.interval95 ?? null),
    interval90: storedInterval(weighed?.interval90 ?? null),
    tolerance,
    ...judgement,
    smallestDetectable: weighed?.detectable == null ? null : asShare(weighed.metric, weighed.detectable),
  };
}
