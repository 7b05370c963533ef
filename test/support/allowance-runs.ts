// One-minute runs of a service that fails by chance, exactly as often as it may: what must hardly ever be called broken.

import { createRandom, deriveSeed, type Random } from '../../src/kernel/random.ts';
import { emptyCounts, type Slice } from '../../src/measure/slice.ts';
import { second } from './timelines.ts';

const allowances = [0.001, 0.01, 0.05, 0.1, 0.2, 0.5] as const;
const rates = [5, 50] as const;
export const runSeconds = 60;

/** Every rate with every allowance. */
export const services = rates.flatMap((rate) => allowances.map((share) => ({ rate, share })));

/** `error_rate <= 0.1%` */
export const promiseOf = (share: number): string =>
  `error_rate <= ${String(Number((share * 100).toFixed(6)))}%`;

/** The second `index` of a run, in which so many were due and so many of them failed. */
export const secondOf = (index: number, due: number, bad: number): Slice => ({
  ...{ series: 'work', startMicros: index * second, endMicros: (index + 1) * second, histograms: {} },
  counts: { ...emptyCounts(), offered: due, started: due, ok: due - bad, failed: bad, answered: due },
});

function failures(random: Random, due: number, share: number): number {
  let bad = 0;
  for (let index = 0; index < due; index += 1) if (random() < share) bad += 1;
  return bad;
}

/** `share` may change from second to second. */
export const runOf = (
  random: Random,
  rate: number,
  share: number | ((index: number) => number),
  seconds = runSeconds,
): Slice[] =>
  Array.from({ length: seconds }, (_, index) =>
    secondOf(index, rate, failures(random, rate, typeof share === 'number' ? share : share(index))),
  );

/** How many of `count` seeded runs have this. */
export function countRuns(label: string, count: number, has: (random: Random) => boolean): number {
  const random = createRandom(deriveSeed(1, label));
  let found = 0;
  for (let run = 0; run < count; run += 1) if (has(random)) found += 1;
  return found;
}
