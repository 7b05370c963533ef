// Many values over time as one: the mean of the time, the extremes, a percentile of the looks.

import { rankOf, samplesNeeded } from '../measure/quantile.ts';
import type { Operator } from './expression.ts';
import type { Stood } from './looks.ts';

const quantileIn = (name: string): number => Number(name.slice(1)) / 100;

/** What is meant where a promise names none: the moment that would break it; where nothing is promised, the mean. */
export const worstFor = (operator: Operator | null): string =>
  operator === null ? 'mean' : operator.startsWith('<') ? 'max' : 'min';

/** Of at least one value. `name`: `mean`, `max`, `min`, `p1` … `p99.99`. */
export function statisticOf(name: string, stood: readonly Stood[]): number {
  const values = stood.map(({ value }) => value).sort((a, b) => a - b);
  const [least = 0, most = 0] = [values[0], values.at(-1)];
  if (name === 'max') return most;
  if (name === 'min') return least;
  if (name !== 'mean') return values[rankOf(quantileIn(name), values.length) - 1] ?? most;
  // A look that stands for three seconds weighs as much as three.
  const weights = stood.map(({ startMicros, endMicros }) => endMicros - startMicros);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return values.reduce((sum, value) => sum + value / values.length, 0);
  return stood.reduce((sum, { value }, index) => sum + (value * (weights[index] ?? 0)) / total, 0);
}

/** A percentile needs 10/(1−q) looks; null when there are enough. */
export function tooFewFor(name: string, samples: number): string | null {
  if (!/^p\d/.test(name)) return null;
  const needed = samplesNeeded(quantileIn(name));
  return samples >= needed ? null : `${name} needs at least ${needed} looks, there are ${samples}`;
}
