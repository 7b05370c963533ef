// Histories of runs drawn at random: levels, noise that remembers a little, outliers; and what a search found in them.

import { changePoints } from '../../src/compare/change-points.ts';
import { createRandom, deriveSeed } from '../../src/kernel/random.ts';
import { normal } from './power-simulation.ts';

interface HistoryShape {
  readonly runs: number;
  /** Of run `index`, in standard deviations of the noise. */
  readonly level: (index: number) => number;
  /** Correlation of a run with the one before it. */
  readonly memory: number;
  /** Share of runs that are five deviations off. */
  readonly outliers: number;
}

export function history(seed: number, { runs, level, memory, outliers }: HistoryShape): number[] {
  const random = createRandom(seed);
  let noise = normal(random);
  return Array.from({ length: runs }, (_, index) => {
    noise = memory * noise + Math.sqrt(1 - memory ** 2) * normal(random);
    const off = random() < outliers ? (random() < 0.5 ? -5 : 5) : 0;
    return level(index) + noise + off;
  });
}

interface Search {
  readonly shape: (turn: number) => HistoryShape;
  /** Indexes of the true changes. */
  readonly truth: (turn: number) => readonly number[];
  readonly histories: number;
  readonly label: string;
}

/** A change counts as found when a change point lies within five runs of it, as exact within two. */
export function searched({ shape, truth, histories, label }: Search) {
  const count = { changes: 0, found: 0, exact: 0, named: 0, wrong: 0, alarmed: 0 };
  for (let turn = 0; turn < histories; turn += 1) {
    const seed = deriveSeed(turn, label);
    const points = changePoints(history(seed, shape(turn)), { seed }).map(({ index }) => index);
    const changes = truth(turn);
    const nearest = changes.map((change) => Math.min(...points.map((point) => Math.abs(point - change))));
    count.changes += changes.length;
    count.found += nearest.filter((distance) => distance <= 5).length;
    count.exact += nearest.filter((distance) => distance <= 2).length;
    count.named += points.length;
    count.wrong += points.filter((point) => changes.every((change) => Math.abs(point - change) > 5)).length;
    if (points.length > 0) count.alarmed += 1;
  }
  return {
    recall: count.found / count.changes,
    exact: count.exact / count.changes,
    precision: 1 - count.wrong / count.named,
    alarmed: count.alarmed,
  };
}
