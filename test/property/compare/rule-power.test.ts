// A change as large as the smallest that a comparison says it could show is found four times in five, by the whole rule.

import { describe, expect, test } from 'vitest';
import type { ComparisonDesign } from '../../../src/compare/design.ts';
import { fixedDesign, levelsOf, twoLooks } from '../../../src/compare/design.ts';
import { weigh } from '../../../src/compare/outcome.ts';
import type { Directed } from '../../../src/compare/outcome.ts';
import { deriveSeed } from '../../../src/kernel/random.ts';
import type { Machine } from '../../support/simulated-machine.ts';
import { heavyTailed, sometimesNoisy, steadyMachine } from '../../support/simulated-machine.ts';
import {
  countOf,
  directed,
  fewestByChance,
  outcomeOf,
  simulatedPairs,
  simulatedRates,
} from '../../support/simulated-pairs.ts';

const cases = 300;
const promised = 0.8;

const designs: readonly { readonly name: string; readonly design: ComparisonDesign }[] = [
  { name: '6 pairs', design: fixedDesign(6) },
  { name: '10 pairs', design: fixedDesign(10) },
  { name: '20 pairs', design: fixedDesign(20) },
  { name: 'looks at 8 and 16', design: twoLooks(16) },
];

/** One comparison prints what it could have shown; the next one has a change of just that. */
function found(
  metric: Directed,
  machine: Machine,
  design: ComparisonDesign,
  tolerance: number,
  seed: number,
) {
  const pilot = simulatedPairs(machine, design, deriveSeed(seed, 'pilot'));
  const { detectable } = weigh(metric, pilot, tolerance, levelsOf(design))!;
  const change = (metric.better === 'lower' ? 1 : -1) * detectable!;
  return outcomeOf(metric, simulatedPairs(machine, design, seed, change), design, tolerance) === 'regressed';
}

describe.each(designs)('$name', ({ name, design }) => {
  describe.each([steadyMachine, heavyTailed, sometimesNoisy])('$name', (machine) => {
    // The spread of a pair is some 7 %: the tolerance counts for nothing, or for as much as it.
    test.each([0.001, 0.1])('with a tolerance of %d', (tolerance) => {
      const hits = countOf(cases, `${name} ${machine.name} ${tolerance}`, (seed) =>
        found(directed('p95'), machine, design, tolerance, seed),
      );
      expect(hits).toBeGreaterThanOrEqual(fewestByChance(cases, promised));
    });
  });

  test('where more is better, too', () => {
    const hits = countOf(cases, `${name} throughput`, (seed) =>
      found(directed('throughput'), steadyMachine, design, 0.05, seed),
    );
    expect(hits).toBeGreaterThanOrEqual(fewestByChance(cases, promised));
  });

  // From next to nothing, where chance alone spreads them, to many.
  test.each([
    [100, 0],
    [1_000, 0],
    [100, 0.005],
    [100, 0.02],
    [1_000, 0.002],
    [300, 0.05],
  ])('rates of %i requests a run, %d of them bad', (requests, before) => {
    const errorRate = directed('error_rate');
    const pairs = design.looks.at(-1)!;
    const hits = countOf(cases, `${name} rate ${requests} ${before}`, (seed) => {
      const pilot = simulatedRates({ requests, before, after: before }, pairs, deriveSeed(seed, 'pilot'));
      const { detectable } = weigh(errorRate, pilot, 0.005, levelsOf(design))!;
      const changed = simulatedRates({ requests, before, after: before + detectable! }, pairs, seed);
      return outcomeOf(errorRate, changed, design, 0.005) === 'regressed';
    });
    expect(hits).toBeGreaterThanOrEqual(fewestByChance(cases, promised));
  });

  test('and it is no empty promise: half of it would not be found so often', () => {
    const hits = countOf(cases, `${name} half`, (seed) => {
      const pilot = simulatedPairs(steadyMachine, design, deriveSeed(seed, 'pilot'));
      const { detectable } = weigh(directed('p95'), pilot, 0.001, levelsOf(design))!;
      const pairs = simulatedPairs(steadyMachine, design, seed, detectable! / 2);
      return outcomeOf(directed('p95'), pairs, design, 0.001) === 'regressed';
    });
    expect(hits).toBeLessThan(0.6 * cases);
  });
});
