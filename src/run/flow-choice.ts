// Which flow of a load entry an iteration runs, and what is lost when it is never begun.

import { deriveSeed } from '../kernel/random.ts';
import { createPick } from '../workload/pick.ts';
import type { NotBegun, PreparedFlow } from './prepared-flow.ts';
import { notBegun } from './prepared-flow.ts';

export interface WeightedFlow<Prepared> {
  readonly flow: PreparedFlow<Prepared>;
  readonly weight: number;
}

interface ChosenFlow<Prepared> {
  /** Its place in the entry. */
  readonly index: number;
  readonly flow: PreparedFlow<Prepared>;
  readonly lost: NotBegun;
}

/** For an arrival (`iteration` 0), or a user's iteration: the same in every run of a seed, whatever the threads. */
export type FlowChoice<Prepared> = (number: number, iteration: number) => ChosenFlow<Prepared>;

/** `entry` is the load entry's place in the scenario; `flows` has at least one. */
export function createFlowChoice<Prepared>(
  flows: readonly WeightedFlow<Prepared>[],
  seed: number,
  entry: number,
): FlowChoice<Prepared> {
  const choices = flows.map(({ flow }, index) => ({ index, flow, lost: notBegun(flow) }));
  const weights = flows.map(({ weight }) => weight);
  const pick = createPick(weights, deriveSeed(seed, `pick:${entry}`));
  return (number, iteration) => {
    const choice = choices[pick(number, iteration)];
    if (choice === undefined) throw new Error('a load entry has no flow');
    return choice;
  };
}
