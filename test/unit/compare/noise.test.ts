// The noise floor: how often the rule errs on pairs with members swapped, and what such pairs could show at all.

import { describe, expect, test } from 'vitest';
import { metricComparison } from '../../../src/compare/comparison.ts';
import { fixedDesign, levelsOf } from '../../../src/compare/design.ts';
import { noiseOf } from '../../../src/compare/noise.ts';
import { bandOf } from '../../../src/compare/outcome.ts';
import type { ComparedPair, Effect } from '../../../src/compare/pair-values.ts';
import { relabel } from '../../../src/compare/relabelling.ts';
import type { MetricComparison } from '../../../src/compare/schema.ts';
import { hodgesLehmann, signedRankInterval } from '../../../src/compare/signed-rank.ts';
import { createRandom } from '../../../src/kernel/random.ts';
import type { Noise } from '../../../src/record/noise-schema.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { pairsOf } from '../../support/pairs.ts';
import { repeated } from '../../support/slices.ts';

const levels = levelsOf(fixedDesign(10));
const exact = (values: readonly number[]): Effect[] =>
  values.map((value) => ({ value, least: value, greatest: value }));
const rule = { band: bandOf(0.05, 'log'), confidence: 0.95 };
const noBand = { band: { low: 0, high: 0 }, confidence: 0.95 };

const normal = (seed: number, count: number, deviation: number): number[] => {
  const random = createRandom(seed);
  return Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
};

describe('relabelled comparisons', () => {
  test('without a tolerance are called exactly as often as the exact test errs', () => {
    // W⁺ of six ranks is 0 or 21 in 2 of 64 cases; of ten it is ≤ 8 or ≥ 47 in 50 of 1,024 (Wilcoxon’s table: 4.88 %).
    expect(relabel(exact([1, 2.1, 3.3, 4.6, 6, 7.5]), noBand, 1)).toEqual({
      comparisons: 64,
      falseAlarms: 2,
    });
    const ten = [1, 2.1, 3.3, 4.6, 6, 7.5, 9.1, 10.8, 12.6, 14.5];
    expect(relabel(exact(ten), noBand, 1)).toEqual({ comparisons: 1_024, falseAlarms: 50 });
  });

  test('never when all of them lie within the tolerance', () => {
    const within = [0.01, -0.02, 0.03, 0.015, -0.01, 0.04, 0.022, -0.031, 0.006, 0.012];
    expect(relabel(exact(within), rule, 1)).toEqual({ comparisons: 1_024, falseAlarms: 0 });
  });

  test('do not depend on the signs that the effects came with', () => {
    const effects = normal(3, 9, 0.2);
    const { falseAlarms } = relabel(exact(effects), rule, 1);
    expect(falseAlarms).toBeGreaterThan(0);
    const other = effects.map((effect, index) => (index % 2 === 0 ? -effect : effect));
    expect(relabel(exact(other), rule, 1).falseAlarms).toBe(falseAlarms);
  });

  test('are drawn beyond twelve pairs, by the seed alone', () => {
    const effects = exact(normal(5, 16, 0.2));
    const drawn = relabel(effects, noBand, 7);
    expect(drawn).toEqual(relabel(effects, noBand, 7));
    expect(drawn.comparisons).toBe(4_096);
    // Of all 65,536 the test errs in 2·P(W ≤ 29) = 4.43 % (R: 2 * psignrank(29, 16)).
    expect(drawn.falseAlarms / drawn.comparisons).toBeGreaterThan(0.034);
    expect(drawn.falseAlarms / drawn.comparisons).toBeLessThan(0.055);
  });

  test('with fewer than six pairs nothing is ever called', () => {
    expect(relabel(exact([1, 2, 3, 4, 5]), noBand, 1)).toEqual({ comparisons: 32, falseAlarms: 0 });
    expect(relabel([], noBand, 1)).toEqual({ comparisons: 0, falseAlarms: 0 });
  });

  test('count as many as intervals and estimates of every relabelling do', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const effects = exact(normal(seed, 8, 0.15));
      if (seed % 3 === 0) effects[0] = { value: 0.5, least: 0.5, greatest: Number.POSITIVE_INFINITY };
      if (seed % 4 === 0) effects[1] = { value: 0, least: 0, greatest: 0 };
      let called = 0;
      for (let index = 0; index < 256; index += 1) {
        const swapped = effects.map((effect, at) =>
          (index >> at) & 1
            ? { value: -effect.value, least: -effect.greatest, greatest: -effect.least }
            : effect,
        );
        const interval = signedRankInterval(
          swapped.map((effect) => effect.least),
          swapped.map((effect) => effect.greatest),
          0.95,
        )!;
        const least = hodgesLehmann(swapped.map((effect) => effect.least));
        const greatest = hodgesLehmann(swapped.map((effect) => effect.greatest));
        const { low, high } = rule.band;
        if ((interval.low > 0 && least > high) || (interval.high < 0 && greatest < low)) called += 1;
      }
      expect(relabel(effects, rule, 1), `seed ${seed}`).toEqual({ comparisons: 256, falseAlarms: called });
    }
  });
});

const latency = (micros: number): { readonly okMicros: readonly number[] } => ({
  okMicros: repeated(200, Math.round(micros)),
});
const p50 = 'p50(query)';

/** Runs whose p50 differ by these effects, and the comparison of them. `first`: the role that ran first in a pair. */
const measured = (
  effects: readonly number[],
  options: {
    readonly metrics?: readonly string[];
    readonly earlier?: Noise | null;
    readonly first?: (pair: number) => 'before' | 'after';
    readonly change?: (metric: MetricComparison) => Partial<MetricComparison>;
    readonly pairs?: readonly ComparedPair[];
  } = {},
): Noise => {
  const { metrics = [p50], earlier = null, first = () => 'before', change = () => ({}) } = options;
  const made = pairsOf(
    effects.length,
    () => latency(100_000),
    (index) => latency(100_000 * Math.exp(effects[index] ?? 0)),
  );
  const pairs = options.pairs ?? made;
  const compared = metrics.map((text) => {
    const metric = metricComparison(text, pairs, { primary: text === p50, gates: [], invalid: null });
    return { ...metric, ...change(metric) };
  });
  const roles = ['before', 'after'] as const;
  const runs = pairs.flatMap(({ pair }) =>
    roles.map((role) => ({ ...sampleRun, pair, role, position: 2 * pair - (role === first(pair) ? 1 : 0) })),
  );
  const about = { id: 'c', variants: { before: 'after', after: 'after' }, seed: 1, finishedAt: '2026-01-01' };
  const comparison = { ...about, metrics: compared, runs };
  return noiseOf(comparison, pairs, { traits: { machine: 'm' }, levels, promises: [], earlier });
};
const sampleRun = sampleComparison().runs[0]!;

describe('the noise floor', () => {
  test('has the estimate, the deviation and what 6, 10 and 16 pairs show, falling with more pairs', () => {
    const effects = [-0.04, 0.02, 0.01, -0.01, 0.03, 0, 0.02, -0.03, -0.02, 0.02];
    const [metric] = measured(effects).metrics;
    // R: sd(c(-4,2,1,-1,3,0,2,-3,-2,2)/100) = 0.024037; histograms keep three digits.
    expect(metric?.deviation).toBeCloseTo(0.02404, 3);
    expect(metric?.estimate).toBeCloseTo(0, 2);
    expect(metric?.comparisons).toBe(1_024);
    expect(metric?.tolerance).toBe(0.05);
    const shown = metric!.detectable.map(({ change }) => change!);
    expect(metric?.detectable.map(({ pairs }) => pairs)).toEqual([6, 10, 16]);
    expect(shown[0]).toBeGreaterThanOrEqual(shown[1]!);
    expect(shown[1]).toBeGreaterThanOrEqual(shown[2]!);
    expect(shown[2]).toBeGreaterThan(0.05);
  });

  test('has the number of pairs at hand too', () => {
    const [metric] = measured(normal(1, 8, 0.02)).metrics;
    expect(metric?.detectable.map(({ pairs }) => pairs)).toEqual([6, 8, 10, 16]);
  });

  test('without any spread shows what lies beyond the tolerance', () => {
    const [metric] = measured([0, 0, 0, 0, 0, 0]).metrics;
    expect(metric).toMatchObject({ deviation: 0, falseAlarms: 0, comparisons: 64, outcome: 'no change' });
    for (const { change } of metric!.detectable) expect(change).toBeCloseTo(0.05, 6);
  });

  test('of a rate counts the chance of single requests: no error in a few of them shows little', () => {
    const perfect = (requests: number): number => {
      const content = () => ({ okMicros: repeated(requests, 100_000) });
      const pairs = pairsOf(10, content, content);
      const metrics = ['error_rate(query)'];
      const [metric] = measured([], { metrics, pairs }).metrics;
      expect(metric).toMatchObject({ deviation: 0, scale: 'points' });
      return metric!.detectable.find((entry) => entry.pairs === 10)!.change!;
    };
    // One error in each run of 200 is half a point, and some runs would have none.
    expect(perfect(200)).toBeGreaterThan(0.006);
    expect(perfect(2_000)).toBeLessThan(perfect(200));
    expect(perfect(2_000)).toBeGreaterThan(0.005);
  });

  test('a metric that could not be judged has no figures, and is no comparison', () => {
    const invalid = () => ({ outcome: 'invalid' as const, estimate: null });
    const [metric] = measured([0, 0, 0, 0, 0, 0], { change: invalid }).metrics;
    expect(metric).toMatchObject({
      ...{ outcome: 'invalid', estimate: null, deviation: null, comparisons: 0, falseAlarms: 0 },
      ...{ detectable: [], repeated: { comparisons: 0, falseAlarms: 0 } },
    });
  });

  test('has no deviation where values are only lower bounds', () => {
    const fine = pairsOf(
      6,
      () => latency(100_000),
      () => latency(100_000),
    );
    const dead = pairsOf(
      1,
      () => latency(100_000),
      () => ({ okMicros: repeated(50, 100_000), wrongMicros: repeated(150, 100_000) }),
    )[0]!;
    const [found] = measured([], { pairs: [dead, ...fine.slice(1)] }).metrics;
    expect(found).toMatchObject({ deviation: null, detectable: [], comparisons: 64, order: null });
  });

  test('adds up real comparisons of earlier measurements', () => {
    const once = measured(normal(1, 6, 0.02), { change: () => ({ outcome: 'regressed' }) });
    const calm = () => ({ outcome: 'no change' as const });
    const metrics = [p50, 'p75(query)'];
    const twice = measured(normal(2, 6, 0.02), { metrics, earlier: once, change: calm });
    expect(twice.metrics.map((metric) => metric.repeated)).toEqual([
      { comparisons: 2, falseAlarms: 1 },
      { comparisons: 1, falseAlarms: 0 },
    ]);
  });

  test('sees that second runs are slower, whatever they are called', () => {
    const first = (pair: number): 'before' | 'after' => (pair % 2 === 0 ? 'before' : 'after');
    const effects = Array.from({ length: 8 }, (_, index) =>
      first(index + 1) === 'before' ? 0.1 + index / 1_000 : -0.1 - index / 1_000,
    );
    const [metric] = measured(effects, { first }).metrics;
    expect(metric?.order?.estimate).toBeCloseTo(0.1035, 3);
    expect(metric?.order?.low).toBeGreaterThan(0.09);
    const [calm] = measured(effects).metrics;
    expect(calm!.order!.low).toBeLessThan(0);
    expect(calm!.order!.high).toBeGreaterThan(0);
  });
});
