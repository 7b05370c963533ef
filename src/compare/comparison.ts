// One metric of a comparison: read from every pair, weighed, judged, and written down.

import { MettleError } from '../kernel/errors.ts';
import { directionOf, withoutDirection } from '../slo/direction.ts';
import type { Measure, PromiseExpression } from '../slo/expression.ts';
import type { Gate } from '../slo/gate.ts';
import type { Metric } from '../slo/metrics/metric.ts';
import { parseMeasure } from '../slo/parse.ts';
import { printMeasure } from '../slo/print.ts';
import { metricOf } from '../slo/reading.ts';
import { fixedLevels, type Levels } from './design.ts';
import { asShare, judge, weigh } from './outcome.ts';
import type { Judgement } from './outcome.ts';
import { mediansOf } from './medians.ts';
import { effectsOf, measurePairs, storedInterval, unusable } from './pair-values.ts';
import type { ComparedPair, Effect, MeasuredPair } from './pair-values.ts';
import { changeOf } from './quantity.ts';
import { floorOf, stepOf } from './resolution.ts';
import type { MetricComparison } from './schema.ts';
import { signedRankPValue } from './signed-rank-test.ts';
import { unlikeFaults } from './unlike-faults.ts';

export interface MetricOptions {
  readonly primary: boolean;
  /** The steady promises, for detection and recovery. */
  readonly gates: readonly Gate[];
  /** They say what is better where a metric does not. */
  readonly promises?: readonly PromiseExpression[];
  /** Why no comparison may be made of these runs at all; null when it may. */
  readonly invalid: string | null;
  /** Of the design; default: those of a fixed number of pairs. */
  readonly levels?: Levels;
}

/** A metric compared on its own, before all those that inform are looked at together. */
export interface ComparedMetric {
  readonly record: MetricComparison;
  /** Two-sided signed-rank p of no change; null: it could not be judged. */
  readonly p: number | null;
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

/** δ: the metric's own tolerance, and for times what the smallest difference is of a typical `before` (1 ms/B). */
function toleranceOf(measure: Measure, metric: Metric, beforeMedian: number | null): number {
  const own = metric.tolerance(measure.metric);
  if (metric.scale === 'points' || beforeMedian === null) return own;
  return Math.max(own, stepOf(metric) / Math.max(beforeMedian, floorOf(metric)));
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

/** Compares one metric over pairs of runs. */
export function compareMeasure(
  measure: Measure,
  runs: readonly ComparedPair[],
  options: MetricOptions,
): ComparedMetric {
  const metric = metricOf(measure);
  const pairs = measurePairs(measure, runs, options.gates);
  const medians = mediansOf(pairs);
  const tolerance = toleranceOf(measure, metric, medians.beforeMedian);
  const better = directionOf(measure, options.promises ?? []);
  const refusal =
    options.invalid ??
    (better === null ? withoutDirection(measure) : (unlikeFaults(measure, runs) ?? unusable(pairs)));
  const directed = refusal === null && better !== null ? { ...metric, better } : null;
  const weighed = directed === null ? null : weigh(directed, pairs, tolerance, options.levels ?? fixedLevels);
  const judgement: Judgement =
    weighed === null ? { outcome: 'invalid', reason: refusal ?? 'too few pairs' } : judge(weighed);
  const record: MetricComparison = {
    metric: printMeasure(measure),
    primary: options.primary,
    during: [...measure.during],
    ...{ unit: metric.unit, better, scale: metric.scale },
    pairs: pairs.map((pair) => pairRecord(pair, effectsOf([pair], changeOf(metric))[0]?.value)),
    ...medians,
    estimate: weighed?.estimate ?? null,
    estimateRange: storedInterval(weighed?.range ?? null),
    interval: storedInterval(weighed?.interval ?? null),
    equivalence: storedInterval(weighed?.equivalence ?? null),
    adjustedP: null,
    alone: null,
    tolerance,
    ...judgement,
    smallestDetectable: weighed?.detectable == null ? null : asShare(weighed.metric, weighed.detectable),
    noise: null,
  };
  return { record, p: weighed === null ? null : pOf(weighed.effects) };
}

const pOf = (effects: readonly Effect[]): number =>
  signedRankPValue(
    effects.map((effect) => effect.least),
    effects.map((effect) => effect.greatest),
  );

/** The same of a metric as written: `p95(query) during steady`. */
export const metricComparison = (
  text: string,
  runs: readonly ComparedPair[],
  options: MetricOptions,
): MetricComparison => compareMeasure(measureFrom(text), runs, options).record;
