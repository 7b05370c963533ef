// Flags of `mettle verify` that say how many pairs there are, when they are judged, and what is between two runs.

import { InvalidArgumentError } from 'commander';
import { type ComparisonDesign, fixedDesign, levelsOf, twoLooks } from '../compare/design.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import { parseDuration } from '../kernel/units.ts';

export interface PairFlags {
  readonly pairs?: number;
  readonly quick?: boolean;
  readonly maxPairs?: number;
}

export const defaultPairs = 10;

/** More than this is a slip of the finger: even short runs would take weeks. */
const mostPairs = 1_000;

/** The design, or what is wrong with what was asked for. */
export function designOf({ pairs, quick = false, maxPairs }: PairFlags): ComparisonDesign | string {
  const given = [
    ...(pairs === undefined ? [] : ['--pairs']),
    ...(quick ? ['--quick'] : []),
    ...(maxPairs === undefined ? [] : ['--max-pairs']),
  ];
  if (given.length > 1) return `${given.join(' and ')} exclude each other`;
  if (maxPairs !== undefined) return looksOf(maxPairs);
  const count = pairs ?? (quick ? fewestPairs : defaultPairs);
  if (count < fewestPairs)
    return `${count} pairs cannot show anything at the 95 % level; use at least ${fewestPairs}`;
  return count > mostPairs ? tooMany(count) : fixedDesign(count);
}

/** n pairs that all point one way have p = 2/2ⁿ; with fewer than this no interval at the level excludes anything. */
const fewestAt = (confidence: number): number => Math.ceil(1 - Math.log2(1 - confidence));

function looksOf(most: number): ComparisonDesign | string {
  if (most > mostPairs) return tooMany(most);
  const design = twoLooks(most);
  const fewest = fewestAt(levelsOf(design).confidence);
  if (most % 2 === 0 && most >= 2 * fewest) return design;
  return `--max-pairs ${most}: the first look is after half of them, which must be a whole number of at least ${fewest}; use an even number from ${2 * fewest}, e.g. 16`;
}

const tooMany = (count: number): string => `${count} pairs are more than the ${mostPairs} allowed`;

/** A day between two runs is a mistake. */
const longestMicros = 3_600_000_000;

/** For commander. */
export function coolDown(text: string): number {
  const micros = parseDuration(text);
  if (micros === undefined)
    throw new InvalidArgumentError(`"${text}" is not a duration, e.g. 2s; 0s for none.`);
  if (micros > longestMicros) throw new InvalidArgumentError(`"${text}" is more than 1h.`);
  return micros;
}
