// The noise floor from a comparison of a variant with itself: spread, false alarms, what could be shown at all.

import type { MetricNoise, Noise } from '../record/noise-schema.ts';
import { noiseFormatVersion } from '../record/noise-schema.ts';
import type { Direction } from '../slo/direction.ts';
import type { Levels } from './design.ts';
import { smallestDetectable } from './detectable.ts';
import { fixedDesign, levelsOf, twoLooks } from './design.ts';
import { asShare, bandOf } from './outcome.ts';
import { type Effect, intervalOf } from './pair-values.ts';
import { relabel } from './relabelling.ts';
import type { Comparison, MetricComparison } from './schema.ts';
import { hodgesLehmann } from './signed-rank.ts';

type Compared = Pick<Comparison, 'id' | 'variants' | 'seed' | 'finishedAt'> & {
  /** Complete pairs. */
  readonly pairs: number;
  readonly metrics: readonly NoisyMetric[];
  readonly runs: readonly Pick<Comparison['runs'][number], 'pair' | 'role' | 'position'>[];
};

/** What is looked at of a compared metric. */
export type NoisyMetric = Pick<
  MetricComparison,
  'metric' | 'unit' | 'scale' | 'better' | 'pairs' | 'estimate' | 'outcome' | 'tolerance'
>;

/** `--quick`, the default, and the most of two looks. */
const askedPairs = [6, 10, 16];
const twoLookPairs = 16;

/** Sixteen pairs are what two looks end with, which is a little stricter than sixteen at once. */
const levelsFor = (pairs: number): Levels =>
  levelsOf(pairs === twoLookPairs ? twoLooks(pairs) : fixedDesign(pairs));

const isAlarm = (outcome: MetricComparison['outcome']): boolean =>
  outcome === 'improved' || outcome === 'regressed';

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** So many effects with this deviation: what can be shown depends on nothing else of them. */
const spreadOf = (deviation: number, pairs: number): number[] => {
  const half = Math.floor(pairs / 2);
  const size = deviation * Math.sqrt((pairs - 1) / (2 * half));
  return Array.from({ length: pairs }, (_, index) => (index < half ? size : index < 2 * half ? -size : 0));
};

/** As the comparison judged them: open at an end where a value was only a lower bound. */
function effectsOf(metric: NoisyMetric): { readonly pair: number; readonly effect: Effect }[] {
  return metric.pairs.flatMap(({ pair, effect, beforeAtLeast, afterAtLeast }) => {
    if (effect === null) return [];
    const least = beforeAtLeast ? Number.NEGATIVE_INFINITY : effect;
    const greatest = afterAtLeast ? Number.POSITIVE_INFINITY : effect;
    return [{ pair, effect: { value: effect, least, greatest } }];
  });
}

/** The second run of each pair against the first, whatever they were called. */
function orderOf(
  effects: ReturnType<typeof effectsOf>,
  runs: Compared['runs'],
  levels: Levels,
): MetricNoise['order'] {
  const positionOf = (pair: number, role: 'before' | 'after'): number =>
    runs.find((run) => run.pair === pair && run.role === role)?.position ?? 0;
  const values = effects.map(({ pair, effect: { value } }) =>
    positionOf(pair, 'before') < positionOf(pair, 'after') ? value : -value,
  );
  const interval = intervalOf(
    values.map((value) => ({ value, least: value, greatest: value })),
    levels.confidence,
  );
  return interval === null ? null : { estimate: hodgesLehmann(values), ...interval };
}

function detectableOf(
  metric: NoisyMetric & { readonly better: Direction },
  deviation: number,
  measured: number,
): MetricNoise['detectable'] {
  const band = bandOf(metric.tolerance, metric.scale);
  const edge = metric.better === 'lower' ? band.high : -band.low;
  return [...new Set([...askedPairs, measured])]
    .sort((a, b) => a - b)
    .map((pairs) => {
      const change = smallestDetectable(spreadOf(deviation, pairs), edge, levelsFor(pairs));
      return { pairs, change: change === null ? null : asShare(metric, change) };
    });
}

const addUp = (
  metric: NoisyMetric,
  earlier: MetricNoise | undefined,
): NonNullable<MetricNoise['repeated']> => ({
  comparisons: (earlier?.repeated?.comparisons ?? 0) + (metric.outcome === 'invalid' ? 0 : 1),
  falseAlarms: (earlier?.repeated?.falseAlarms ?? 0) + (isAlarm(metric.outcome) ? 1 : 0),
});

function metricNoise(
  metric: NoisyMetric,
  comparison: Compared,
  levels: Levels,
  earlier: Noise | null,
): MetricNoise {
  const { unit, scale, tolerance, outcome, better } = metric;
  const paired = effectsOf(metric);
  const effects = paired.map(({ effect }) => effect);
  const repeated = addUp(
    metric,
    earlier?.metrics.find((other) => other.metric === metric.metric),
  );
  const told = { metric: metric.metric, unit, scale, outcome, repeated, tolerance };
  if (outcome === 'invalid' || better === null) {
    return { ...told, estimate: null, deviation: null, comparisons: 0, falseAlarms: 0, detectable: [] };
  }
  const exact = effects.every(({ least, greatest }) => Number.isFinite(least) && Number.isFinite(greatest));
  const deviation = exact ? deviationOf(effects.map(({ value }) => value)) : null;
  const rule = { band: bandOf(tolerance, scale), confidence: levels.confidence };
  return {
    ...told,
    estimate: metric.estimate,
    deviation,
    ...relabel(effects, rule, comparison.seed),
    order: exact ? orderOf(paired, comparison.runs, levels) : null,
    detectable: deviation === null ? [] : detectableOf({ ...metric, better }, deviation, effects.length),
  };
}

export interface NoiseOptions {
  /** Of any of the runs. */
  readonly traits: Noise['traits'];
  /** What the comparison was judged at. */
  readonly levels: Levels;
  /** The noise floor of comparable runs that this one takes the place of; its comparisons are added up. */
  readonly earlier: Noise | null;
}

/** Pure: the same comparison gives the same noise floor. */
export function noiseOf(comparison: Compared, { traits, levels, earlier }: NoiseOptions): Noise {
  return {
    formatVersion: noiseFormatVersion,
    id: comparison.id,
    measuredAt: comparison.finishedAt,
    variant: comparison.variants.after,
    pairs: comparison.pairs,
    traits,
    metrics: comparison.metrics.map((metric) => metricNoise(metric, comparison, levels, earlier)),
  };
}
