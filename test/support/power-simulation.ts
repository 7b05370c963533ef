// What the tables of src/compare/power-table.ts are made from: the rule of a comparison applied to effects drawn at random.

import { createRandom, deriveSeed } from '../../src/kernel/random.ts';
import type { Random } from '../../src/kernel/random.ts';
import { decisionPower, shiftFound } from '../../src/compare/power.ts';
import { hodgesLehmann, signedRankTrim, walshAverages } from '../../src/compare/signed-rank.ts';

type Draw = (random: Random) => number;

export const normal: Draw = (random) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Student's t with three degrees of freedom. */
const heavy: Draw = (random) =>
  normal(random) / Math.sqrt((normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2) / 3);

/** One in twenty is five times as wide. */
const outliers: Draw = (random) => normal(random) * (random() < 0.05 ? 5 : 1);

/** With their standard deviations. */
export const shapes: readonly { readonly name: string; readonly draw: Draw; readonly deviation: number }[] = [
  { name: 'normal', draw: normal, deviation: 1 },
  { name: 'heavy tails', draw: heavy, deviation: Math.sqrt(3) },
  { name: 'outliers', draw: outliers, deviation: Math.sqrt(0.95 + 0.05 * 25) },
];

export const drawn = (random: Random, n: number, draw: Draw): number[] =>
  Array.from({ length: n }, () => draw(random));

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

/** How far below the estimate the interval ends: mean and deviation over normal samples of n with deviation 1. */
export function halfInterval(
  n: number,
  confidence: number,
  cases: number,
): { mean: number; deviation: number } {
  const random = createRandom(deriveSeed(n, `half ${confidence}`));
  const trim = signedRankTrim(n, confidence);
  if (trim === null) throw new RangeError(`${n} values have no interval at ${confidence}`);
  const halves = Array.from({ length: cases }, () => {
    const values = drawn(random, n, normal);
    return hodgesLehmann(values) - (walshAverages(values)[trim] ?? Number.NaN);
  });
  return { mean: meanOf(halves), deviation: deviationOf(halves) };
}

/** The least shift at which each of many samples is found: interval above 0, and the estimate above the edge. */
export function shiftsNeeded(random: Random, n: number, confidence: number, draw: Draw, cases: number) {
  const trim = signedRankTrim(n, confidence);
  if (trim === null) throw new RangeError(`${n} values have no interval at ${confidence}`);
  const samples = Array.from({ length: cases }, () => {
    const values = drawn(random, n, draw);
    const averages = walshAverages(values);
    return { toExclude: -(averages[trim] ?? Number.NaN), toPass: -hodgesLehmann(values) };
  });
  return (edge: number): number[] =>
    samples.map(({ toExclude, toPass }) => Math.max(toExclude, edge + toPass)).sort((a, b) => a - b);
}

/** The share of sorted needs that a shift satisfies. */
export function shareFound(needs: readonly number[], shift: number): number {
  let low = 0;
  let high = needs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((needs[middle] ?? Number.NaN) < shift) low = middle + 1;
    else high = middle;
  }
  return low / needs.length;
}

/** So many values that stand for all of them. */
function evenly(values: readonly number[], count: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from(
    { length: count },
    (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / count)] ?? Number.NaN,
  );
}

/** Edges of the tolerance in standard deviations of the effects. */
export const edges = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3];

/**
 * By how much a standard deviation of n effects must be taken larger for the shift computed from it to be found in 80 %
 * of cases, over printing and finding, whatever the edge and the shape: the worst of them.
 */
export function cautionNeeded(n: number, confidence: number, cases: number): number {
  const worst = shapes.flatMap(({ name, draw, deviation }) => {
    const random = createRandom(deriveSeed(n, `caution ${confidence} ${name}`));
    const needsAt = shiftsNeeded(random, n, confidence, draw, cases);
    const spreads = evenly(
      Array.from({ length: cases }, () => deviationOf(drawn(random, n, draw))),
      200,
    );
    return edges.map((inDeviations) => {
      const edge = inDeviations * deviation;
      const needs = needsAt(edge);
      const power = (caution: number): number =>
        meanOf(
          spreads.map((spread) =>
            shareFound(needs, shiftFound({ n, confidence, spread: spread * caution, edge })),
          ),
        );
      let low = 0.8;
      let high = 2;
      for (let step = 0; step < 12; step += 1) {
        const middle = (low + high) / 2;
        if (power(middle) < decisionPower) low = middle;
        else high = middle;
      }
      return high;
    });
  });
  return Math.max(...worst);
}
