// Machines that measure badly: what each does to the logarithms of consecutive runs in which nothing was changed.

import type { Random } from '../../src/kernel/random.ts';

type Draw = (random: Random) => number;

export const normal: Draw = (random) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Student's t with three degrees of freedom. */
const heavy: Draw = (random) =>
  normal(random) / Math.sqrt((normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2) / 3);

export interface Machine {
  readonly name: string;
  /** What consecutive runs are off by, on the log scale. */
  noise(random: Random, runs: number): number[];
}

const independent = (name: string, draw: Draw): Machine => ({
  name,
  noise: (random, runs) => Array.from({ length: runs }, () => draw(random)),
});

/** Each run begins where the one before it left the machine. */
function autocorrelated(random: Random, runs: number, correlation: number): number[] {
  const fresh = Math.sqrt(1 - correlation ** 2);
  let held = normal(random);
  return Array.from({ length: runs }, () => {
    const value = held;
    held = correlation * held + fresh * normal(random);
    return value;
  });
}

const added = (values: readonly number[], more: (index: number) => number): number[] =>
  values.map((value, index) => value + more(index));

/** The spread of a run in `steady` is 5 %. */
const spread = 0.05;

export const steadyMachine = independent('steady', (random) => spread * normal(random));

export const heavyTailed = independent('heavy tails', (random) => spread * heavy(random));

/** One run in twenty is five times as far off as the others. */
export const sometimesNoisy = independent(
  'one run in twenty is far off',
  (random) => spread * normal(random) * (random() < 0.05 ? 5 : 1),
);

/** One run in twenty takes three times as long. */
export const withOutliers = independent(
  'one run in twenty takes three times as long',
  (random) => spread * normal(random) + (random() < 0.05 ? Math.log(3) : 0),
);

/** Half as slow again by the end. */
export const slowing: Machine = {
  name: 'slower and slower',
  noise: (random, runs) => added(steadyMachine.noise(random, runs), (index) => (0.4 * index) / runs),
};

/** Up and down by a fifth, over some seven runs, from anywhere. */
const waves: Machine = {
  name: 'faster and slower in waves',
  noise: (random, runs) => {
    const [phase, length] = [random(), 5 + 4 * random()];
    return added(
      steadyMachine.noise(random, runs),
      (index) => 0.2 * Math.sin(2 * Math.PI * (phase + index / length)),
    );
  },
};

const sticky: Machine = {
  name: 'autocorrelated runs',
  noise: (random, runs) => autocorrelated(random, runs, 0.7).map((value) => spread * value),
};

const everything: Machine = {
  name: 'all of it at once',
  noise: (random, runs) => {
    const drift = slowing.noise(random, runs);
    const held = autocorrelated(random, runs, 0.7);
    return added(
      drift,
      (index) => spread * (heavy(random) + (held[index] ?? 0)) + (random() < 0.05 ? Math.log(3) : 0),
    );
  },
};

export const machines: readonly Machine[] = [
  steadyMachine,
  heavyTailed,
  withOutliers,
  slowing,
  waves,
  sticky,
  everything,
];

/**
 * Requests within a run that hang together (each latency keeps 0.9 of the one before): the run's quantile, as a logarithm.
 * A run of 100 such requests says as much as one of some five that do not.
 */
export const burstyRuns = (quantile: number, requests = 100): Machine =>
  independent(`autocorrelated requests, p${quantile * 100}`, (random) => {
    const latencies = autocorrelated(random, requests, 0.9).sort((a, b) => a - b);
    return 0.35 * (latencies[Math.ceil(quantile * requests) - 1] ?? Number.NaN);
  });
