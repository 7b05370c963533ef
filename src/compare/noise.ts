// The noise floor from pairs of runs of one variant: spread, false alarms, and what such pairs could show at all.

import { type MetricNoise, type Noise, noiseFormatVersion } from '../record/noise-schema.ts';
import { gatesOf } from '../slo/gates.ts';
import { metricOf } from '../slo/reading.ts';
import { countsOf } from './blur.ts';
import { measureFrom } from './comparison.ts';
import type { Levels } from './design.ts';
import { detectableBy } from './noise-detectable.ts';
import { bandOf } from './outcome.ts';
import { effectsOf, intervalOf, measurePairs } from './pair-values.ts';
import type { ComparedPair, Effect, MeasuredPair } from './pair-values.ts';
import { momentsOf } from './prediction.ts';
import { changeOf } from './quantity.ts';
import { relabel } from './relabelling.ts';
import type { Comparison, MetricComparison } from './schema.ts';
import { hodgesLehmann } from './signed-rank.ts';

export interface NoiseOptions {
  /** Of any of the runs. */
  readonly traits: Noise['traits'];
  /** What the comparison was judged at. */
  readonly levels: Levels;
  /** They say what is better where a metric does not, and what recovery is relative to. */
  readonly promises: readonly { readonly assert: string; readonly severity: 'fail' | 'warn' }[];
  /** The noise floor of comparable runs that this one takes the place of; its comparisons are added up. */
  readonly earlier: Noise | null;
}

type Judged = Pick<Comparison, 'id' | 'variants' | 'seed' | 'finishedAt' | 'metrics' | 'runs'>;

/** What one metric is looked at with. */
interface Context extends NoiseOptions {
  readonly comparison: Judged;
  readonly pairs: readonly ComparedPair[];
}

const isAlarm = (outcome: MetricComparison['outcome']): boolean =>
  outcome === 'improved' || outcome === 'regressed';

const gatesFrom = (promises: NoiseOptions['promises']): ReturnType<typeof gatesOf> =>
  gatesOf(promises.map(({ assert, severity }) => ({ text: assert, severity })));

/** The second run of each pair against the first, whatever they were called. */
function orderOf(
  pairs: readonly MeasuredPair[],
  effects: readonly Effect[],
  { comparison, levels }: Context,
): MetricNoise['order'] {
  const positionOf = (pair: number, role: 'before' | 'after'): number =>
    comparison.runs.find((run) => run.pair === pair && run.role === role)?.position ?? 0;
  // 0 − 0 is 0, which JSON can hold; −0 it cannot.
  const values = effects.map(({ value }, index) => {
    const pair = pairs[index]?.pair ?? 0;
    return positionOf(pair, 'before') < positionOf(pair, 'after') ? value : 0 - value;
  });
  const known = values.map((value) => ({ value, least: value, greatest: value }));
  const interval = intervalOf(known, levels.confidence);
  return interval === null ? null : { estimate: hodgesLehmann(values), ...interval };
}

const addUp = (
  { metric, outcome }: MetricComparison,
  earlier: Noise | null,
): NonNullable<MetricNoise['repeated']> => {
  const before = earlier?.metrics.find((other) => other.metric === metric)?.repeated;
  return {
    comparisons: (before?.comparisons ?? 0) + (outcome === 'invalid' ? 0 : 1),
    falseAlarms: (before?.falseAlarms ?? 0) + (isAlarm(outcome) ? 1 : 0),
  };
};

function deviationOf(effects: readonly Effect[]): number | null {
  if (effects.some(({ value, least, greatest }) => least !== value || greatest !== value)) return null;
  return momentsOf(effects.map(({ value }) => value))?.deviation ?? null;
}

function metricNoise(judged: MetricComparison, context: Context): MetricNoise {
  const { unit, scale, tolerance, outcome, better } = judged;
  const repeated = addUp(judged, context.earlier);
  const told = { metric: judged.metric, unit, scale, outcome, repeated, tolerance };
  if (outcome === 'invalid' || better === null) {
    return { ...told, estimate: null, deviation: null, comparisons: 0, falseAlarms: 0, detectable: [] };
  }
  const measure = measureFrom(judged.metric);
  const pairs = measurePairs(measure, context.pairs, gatesFrom(context.promises));
  const metric = metricOf(measure);
  const effects = effectsOf(pairs, changeOf(metric));
  const rule = { band: bandOf(tolerance, scale), confidence: context.levels.confidence };
  const deviation = deviationOf(effects);
  return {
    ...told,
    estimate: judged.estimate,
    deviation,
    ...relabel(effects, rule, context.comparison.seed),
    order: deviation === null ? null : orderOf(pairs, effects, context),
    detectable:
      deviation === null
        ? []
        : detectableBy({
            ...{ scale, better, tolerance, deviation, counts: countsOf(metric, pairs) },
            measured: pairs.length,
          }),
  };
}

/** Pure: the same runs give the same noise floor. `pairs` are those that `comparison` was made of. */
export function noiseOf(comparison: Judged, pairs: readonly ComparedPair[], options: NoiseOptions): Noise {
  const context: Context = { ...options, comparison, pairs };
  return {
    formatVersion: noiseFormatVersion,
    id: comparison.id,
    measuredAt: comparison.finishedAt,
    variant: comparison.variants.after,
    pairs: pairs.length,
    traits: options.traits,
    metrics: comparison.metrics.map((metric) => metricNoise(metric, context)),
  };
}
