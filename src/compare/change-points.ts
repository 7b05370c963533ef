// Where a series of runs changed for good: e-divisive with a seeded permutation test.

import { createRandom, deriveSeed, randomInteger } from '../kernel/random.ts';
import type { Random } from '../kernel/random.ts';
import { bestSplit } from './energy.ts';

export interface ChangePointOptions {
  readonly seed: number;
  /** At least 1,999. */
  readonly permutations?: number;
  /** 0.001 */
  readonly significance?: number;
  /** Fewest values on each side of a change. */
  readonly fewest?: number;
}

export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly index: number;
  readonly p: number;
}

/** Fewer runs than this say nothing about a trend. */
const fewestInAll = 15;

/** As great as what was seen, but for rounding. */
const rounding = 1e-9;

interface Test {
  readonly permutations: number;
  readonly significance: number;
  readonly fewest: number;
}

function testOf({ permutations = 1_999, significance = 0.001, fewest = 5 }: ChangePointOptions): Test {
  if (permutations < 1_999) throw new RangeError(`${permutations} permutations are fewer than 1,999`);
  if (fewest < 2) throw new RangeError(`${fewest} values have no spread`);
  return { permutations, significance, fewest };
}

function shuffle(values: Float64Array, random: Random): void {
  for (let index = values.length - 1; index > 0; index -= 1) {
    const other = randomInteger(random, 0, index);
    const held = values[index] as number;
    values[index] = values[other] as number;
    values[other] = held;
  }
}

/** The best split of a segment, when shuffled values almost never split as well; null as soon as they did too often. */
function significantSplit(segment: Float64Array, random: Random, test: Test): ChangePoint | null {
  const best = bestSplit(segment, test.fewest);
  if (best === null || best.energy <= 0) return null;
  const shuffled = segment.slice();
  let asGreat = 1;
  for (let turn = 0; turn < test.permutations; turn += 1) {
    shuffle(shuffled, random);
    const energy = bestSplit(shuffled, test.fewest)?.energy ?? 0;
    if (energy >= best.energy * (1 - rounding)) asGreat += 1;
    if (asGreat >= test.significance * (test.permutations + 1)) return null;
  }
  return { index: best.at, p: asGreat / (test.permutations + 1) };
}

/**
 * The e-divisive procedure of Matteson and James (2014), with exponent 1: the best split is kept when it is significant
 * among shuffled values of its segment (p < 0.001), then both sides are searched alike. Rising by index; empty for fewer
 * than 15 values. The same values and seed give the same answer anywhere, and so do the values shifted or scaled.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions): ChangePoint[] {
  const test = testOf(options);
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RangeError(`a series of runs cannot hold ${wrong}`);
  if (values.length < fewestInAll) return [];
  const search = (start: number, end: number): ChangePoint[] => {
    if (end - start < 2 * test.fewest) return [];
    const random = createRandom(deriveSeed(options.seed, `change points ${start} ${end}`));
    const found = significantSplit(Float64Array.from(values.slice(start, end)), random, test);
    if (found === null) return [];
    const at = start + found.index;
    return [...search(start, at), { index: at, p: found.p }, ...search(at, end)];
  };
  return search(0, values.length);
}
