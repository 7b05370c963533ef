// With nothing changed, a comparison calls a change no more often than it says, whatever the machine does.

import { describe, expect, test } from 'vitest';
import { levelsOf } from '../../../src/compare/design.ts';
import { judge, weigh } from '../../../src/compare/outcome.ts';
import { createRandom } from '../../../src/kernel/random.ts';
import type { Machine } from '../../support/simulated-machine.ts';
import {
  burstyRuns,
  heavyTailed,
  machines,
  slowing,
  steadyMachine,
  withOutliers,
} from '../../support/simulated-machine.ts';
import {
  countOf,
  designs,
  directed,
  mostByChance,
  outcomeOf,
  sideOf,
  simulatedPairs,
} from '../../support/simulated-pairs.ts';

const cases = 800;
/** Stated: of the interval alone, at either side; the tolerance can only lower it. */
const stated = 0.05;
/** Next to none, so that the interval decides alone. */
const noTolerance = 1e-12;
const p95 = directed('p95');
const isAlarm = (outcome: string): boolean => outcome === 'improved' || outcome === 'regressed';

const alarmsOf = (machine: Machine, { name, design }: (typeof designs)[number], tolerance: number): number =>
  countOf(cases, `${name} ${machine.name}`, (seed) =>
    isAlarm(outcomeOf(p95, simulatedPairs(machine, design, seed), design, tolerance)),
  );

describe.each(designs)('$name', (entry) => {
  test.each(machines)('$name: false alarms stay below 5 %, without any tolerance', (machine) => {
    expect(alarmsOf(machine, entry, noTolerance)).toBeLessThanOrEqual(mostByChance(cases, stated));
  });

  test('they are there: the bound would hold for a rule that never says anything', () => {
    expect(alarmsOf(steadyMachine, entry, noTolerance)).toBeGreaterThan(0.015 * cases);
  });

  test.each([steadyMachine, slowing, heavyTailed])('$name: the tolerance of p95 leaves 1 %', (machine) => {
    // Where the machine swings by more than the tolerance from run to run, it leaves the 5 % of above.
    expect(alarmsOf(machine, entry, 0.1)).toBeLessThanOrEqual(mostByChance(cases, 0.01));
  });
});

test.each([0.5, 0.95])('requests that hang together within runs: 10 pairs keep to 5 %%, p%d', (quantile) => {
  const entry = designs.find(({ name }) => name === '10 pairs')!;
  expect(alarmsOf(burstyRuns(quantile), entry, noTolerance)).toBeLessThanOrEqual(mostByChance(cases, stated));
});

test('drift alarms in nearly every comparison of ten runs of `before` with ten after them', () => {
  // What the order at random is there for, and that these machines drift enough to show it.
  const { design } = designs.find(({ name }) => name === '10 pairs')!;
  const alarms = countOf(200, 'blocks', (seed) => {
    const noise = slowing.noise(createRandom(seed), 20);
    const pairs = Array.from({ length: 10 }, (_, index) => ({
      pair: index + 1,
      before: sideOf(Math.exp(noise[index] ?? NaN) * 100_000, 1_000),
      after: sideOf(Math.exp(noise[index + 10] ?? NaN) * 100_000, 1_000),
    }));
    return isAlarm(outcomeOf(p95, pairs, design, 0.1));
  });
  expect(alarms).toBeGreaterThan(180);
});

test('either of two looks alarms in less than 5 %, also when something else keeps the pairs coming', () => {
  const { design } = designs.find((entry) => entry.design.kind === 'looks')!;
  const levels = levelsOf(design);
  for (const machine of [slowing, withOutliers]) {
    const alarms = countOf(cases, `union ${machine.name}`, (seed) => {
      const pairs = simulatedPairs(machine, design, seed);
      return design.looks.some((look) =>
        isAlarm(judge(weigh(p95, pairs.slice(0, look), noTolerance, levels)!).outcome),
      );
    });
    expect(alarms, machine.name).toBeLessThanOrEqual(mostByChance(cases, stated));
  }
});

describe('a change of just the tolerance', () => {
  test.each(designs)('$name: is called `no change` in less than 5 %', ({ name, design }) => {
    for (const machine of [steadyMachine, withOutliers]) {
      const missed = countOf(cases, `${name} ${machine.name} edge`, (seed) => {
        const pairs = simulatedPairs(machine, design, seed, Math.log(1.1));
        return outcomeOf(p95, pairs, design, 0.1) === 'no change';
      });
      expect(missed, machine.name).toBeLessThanOrEqual(mostByChance(cases, stated));
    }
  });

  test.each(designs)('$name: is never taken for its opposite', ({ name, design }) => {
    const opposite = countOf(cases, `${name} opposite`, (seed) => {
      const pairs = simulatedPairs(steadyMachine, design, seed, Math.log(1.1));
      return outcomeOf(p95, pairs, design, 0.1) === 'improved';
    });
    expect(opposite).toBe(0);
  });
});
