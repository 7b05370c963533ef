// Pairs of simulated runs in the order in which a verification makes them, and the whole rule applied to them.

import type { ComparisonDesign } from '../../src/compare/design.ts';
import { fixedDesign, levelsOf, plannedPairs, twoLooks } from '../../src/compare/design.ts';
import { judge, weigh } from '../../src/compare/outcome.ts';
import type { Directed, Judgement } from '../../src/compare/outcome.ts';
import type { MeasuredPair, Side } from '../../src/compare/pair-values.ts';
import type { Random } from '../../src/kernel/random.ts';
import { createRandom, deriveSeed } from '../../src/kernel/random.ts';
import { pairOrder } from '../../src/run/pair-order.ts';
import { binomialTail } from '../../src/slo/significance.ts';
import { metricNamed } from '../../src/slo/metrics/registry.ts';
import type { Machine } from './simulated-machine.ts';

export const designs: readonly { readonly name: string; readonly design: ComparisonDesign }[] = [
  { name: '6 pairs', design: fixedDesign(6) },
  { name: '10 pairs', design: fixedDesign(10) },
  { name: 'looks at 8 and 16', design: twoLooks(16) },
];

export function directed(name: string): Directed {
  const metric = metricNamed(name);
  if (metric?.better == null) throw new RangeError(`${name} has no direction`);
  return { ...metric, better: metric.better };
}

export const sideOf = (value: number, samples: number): Side => ({
  ...{ value, samples, least: value, greatest: value, atLeast: false, missing: null },
});

/** Runs of some 100 ms with one `change` (on the log scale) in every run of `after`. */
export function simulatedPairs(
  machine: Machine,
  design: ComparisonDesign,
  seed: number,
  change = 0,
): MeasuredPair[] {
  const order = pairOrder(design.looks, seed);
  const noise = machine.noise(createRandom(deriveSeed(seed, machine.name)), 2 * plannedPairs(design));
  const run = (index: number, shift: number): Side =>
    sideOf(100_000 * Math.exp((noise[index] ?? Number.NaN) + shift), 1_000);
  return order.map((first, index) => {
    const [one, other] = [2 * index, 2 * index + 1];
    const [before, after] = first === 'before' ? [one, other] : [other, one];
    return { pair: index + 1, before: run(before, 0), after: run(after, change) };
  });
}

/** k of Bin(n, p), one draw each. */
export function binomial(random: Random, n: number, p: number): number {
  let count = 0;
  for (let index = 0; index < n; index += 1) if (random() < p) count += 1;
  return count;
}

export interface Rates {
  /** Requests of a run. */
  readonly requests: number;
  readonly before: number;
  readonly after: number;
}

export function simulatedRates({ requests, before, after }: Rates, pairs: number, seed: number) {
  const random = createRandom(deriveSeed(seed, 'rates'));
  const run = (share: number): Side => sideOf(binomial(random, requests, share) / requests, requests);
  return Array.from({ length: pairs }, (_, index): MeasuredPair => ({
    pair: index + 1,
    before: run(before),
    after: run(after),
  }));
}

/** As `verify` does it: judged at each look, and over at the first that decides. */
export function outcomeOf(
  metric: Directed,
  pairs: readonly MeasuredPair[],
  design: ComparisonDesign,
  tolerance: number,
): Judgement['outcome'] {
  let outcome: Judgement['outcome'] = 'inconclusive';
  for (const look of design.looks) {
    const weighed = weigh(metric, pairs.slice(0, look), tolerance, levelsOf(design));
    outcome = weighed === null ? 'invalid' : judge(weighed).outcome;
    if (outcome !== 'inconclusive') return outcome;
  }
  return outcome;
}

/** How often `test` is true over so many seeds. */
export function countOf(cases: number, label: string, test: (seed: number) => boolean): number {
  const base = deriveSeed(42, label);
  let count = 0;
  for (let index = 0; index < cases; index += 1) if (test(deriveSeed(base, `case ${index}`))) count += 1;
  return count;
}

const isSure = (probability: number): boolean => probability < 0.001;

/** More of so many cases would not be chance (99.9 %) when each happens with this probability. */
export function mostByChance(cases: number, probability: number): number {
  let most = Math.floor(cases * probability);
  while (!isSure(binomialTail(most + 1, cases, probability))) most += 1;
  return most;
}

/** Fewer of so many cases would not be chance (99.9 %). */
export const fewestByChance = (cases: number, probability: number): number =>
  cases - mostByChance(cases, 1 - probability);
