// The printed smallest detectable change under simulation: kept in four cases of five, and no empty promise either.

import { describe, expect, test } from 'vitest';
import { pairsNeeded, smallestDetectable } from '../../../src/compare/detectable.ts';
import { powerToFind, powerToFit } from '../../../src/compare/power.ts';
import { cautions, reaches } from '../../../src/compare/power-table.ts';
import { hodgesLehmann, signedRankInterval } from '../../../src/compare/signed-rank.ts';
import { createRandom, deriveSeed } from '../../../src/kernel/random.ts';
import {
  cautionNeeded,
  drawn,
  edges,
  halfInterval,
  meanOf,
  normal,
  shapes,
  shareFound,
  shiftsNeeded,
} from '../../support/power-simulation.ts';

const designs = [
  ...[6, 8, 10, 16, 20].map((n) => ({ n, levels: { confidence: 0.95, equivalence: 0.9 } })),
  ...[8, 16].map((n) => ({ n, levels: { confidence: 0.9706, equivalence: 0.9412 } })),
];
const cases = 3_000;
const pilots = 300;

describe.each(designs)('$n pairs at $levels.confidence', ({ n, levels }) => {
  test.each(shapes)('$name: fresh pairs with the printed shift are found', ({ name, draw, deviation }) => {
    const random = createRandom(deriveSeed(n, `fresh ${name} ${levels.confidence}`));
    const needsAt = shiftsNeeded(random, n, levels.confidence, draw, cases);
    const effects = Array.from({ length: pilots }, () => drawn(random, n, draw));
    for (const inDeviations of edges) {
      const edge = inDeviations * deviation;
      const needs = needsAt(edge);
      const printed = effects.map((pilot) => smallestDetectable(pilot, edge, levels)!);
      const power = meanOf(printed.map((shift) => shareFound(needs, shift)));
      // Three standard errors of the simulation below 80 %.
      expect(power).toBeGreaterThan(0.78);
      const truly = needs[Math.floor(0.8 * needs.length)]!;
      expect(meanOf(printed) / truly).toBeLessThan(1.6);
    }
  });
});

describe('how often n pairs decide', () => {
  const share = (n: number, decided: (values: readonly number[]) => boolean): number => {
    const random = createRandom(deriveSeed(n, 'decide'));
    return meanOf(
      Array.from({ length: n > 25 ? 500 : 1_500 }, () => (decided(drawn(random, n, normal)) ? 1 : 0)),
    );
  };
  const shifted = (values: readonly number[], shift: number) => values.map((value) => value + shift);

  test.each([
    [6, 1.9, 0.2],
    [10, 1.2, 0.8],
    [16, 0.7, 0.3],
    [30, 0.6, 0.1],
    [40, 0.9, 0.75],
  ])('%i pairs find a shift of %d beyond an edge of %d', (n, shift, edge) => {
    const seen = share(n, (values) => {
      const moved = shifted(values, shift);
      return signedRankInterval(moved, moved, 0.95)!.low > 0 && hodgesLehmann(moved) > edge;
    });
    expect(Math.abs(powerToFind({ n, confidence: 0.95, spread: 1, edge }, shift) - seen)).toBeLessThan(
      n > 25 ? 0.07 : 0.05,
    );
  });

  test.each([
    [8, 0, 1.2],
    [10, 0.3, 1.2],
    [20, 0.2, 0.8],
    [35, 0, 0.5],
  ])('%i pairs show that a shift of %d stays inside an edge of %d', (n, shift, edge) => {
    const seen = share(n, (values) => {
      const moved = shifted(values, shift);
      const { low, high } = signedRankInterval(moved, moved, 0.9)!;
      return low >= -edge && high <= edge;
    });
    expect(Math.abs(powerToFit({ n, confidence: 0.9, spread: 1, edge }, shift) - seen)).toBeLessThan(
      n > 25 ? 0.07 : 0.05,
    );
  });

  test('so many pairs as are said to be needed decide in about 80 %', () => {
    const effects = drawn(createRandom(11), 12, normal);
    const spread = Math.sqrt(
      effects.reduce((sum, value) => sum + (value - meanOf(effects)) ** 2, 0) / (effects.length - 1),
    );
    for (const [estimate, edge] of [
      [0.9 * spread, 0.2 * spread],
      [1.4 * spread, spread],
    ] as const) {
      const n = pairsNeeded(effects, estimate, edge)!;
      const seen = share(n, (values) => {
        const moved = values.map((value) => value * spread + estimate);
        return signedRankInterval(moved, moved, 0.95)!.low > 0 && hodgesLehmann(moved) > edge;
      });
      expect(seen).toBeGreaterThan(0.76);
      expect(seen).toBeLessThan(0.9);
    }
  });
});

/** `METTLE_POWER_TABLE=1 npx vitest run --project property test/property/compare/detectable.test.ts` prints them anew. */
const anew = process.env['METTLE_POWER_TABLE'] === '1';

describe('the tables are what their simulation gives', () => {
  const rows = (map: ReadonlyMap<number, readonly (readonly number[])[]>) =>
    [...map].flatMap(([confidence, entries]) =>
      entries.map((entry) => ({ confidence, n: entry[0]!, entry })),
    );
  const chosen = <Row extends { n: number }>(all: Row[], few: readonly number[]): Row[] =>
    anew ? all : all.filter(({ n }) => few.includes(n));

  test.each(chosen(rows(reaches), [7, 10, 20]))('reach of $n at $confidence', ({ confidence, n, entry }) => {
    const { mean, deviation } = halfInterval(n, confidence, anew ? 20_000 : 1_500);
    if (anew) process.stdout.write(`${confidence} [${n}, ${mean.toFixed(3)}, ${deviation.toFixed(3)}]\n`);
    expect(Math.abs(mean / entry[1]! - 1)).toBeLessThan(0.04);
    expect(Math.abs(deviation / entry[2]! - 1)).toBeLessThan(0.08);
  });

  test.each(chosen(rows(cautions), [8]))('caution of $n at $confidence', ({ confidence, n, entry }) => {
    const needed = cautionNeeded(n, confidence, anew ? 8_000 : 800);
    if (anew) process.stdout.write(`${confidence} [${n}, ${(needed + 0.02).toFixed(2)}]\n`);
    expect(Math.abs(needed - entry[1]!)).toBeLessThan(0.12);
  });
});
