// Which variant of each pair goes first: balanced (half and half) and at random, so that drift cancels.

import { createRandom, deriveSeed, shuffled } from '../kernel/random.ts';

export type Role = 'before' | 'after';

/** One entry per pair: the role that runs first. With an odd number of pairs the extra one is drawn too. */
export function pairOrder(pairs: number, seed: number): Role[] {
  const random = createRandom(deriveSeed(seed, 'pair-order'));
  const extra: Role = random() < 0.5 ? 'before' : 'after';
  const half = Math.floor(pairs / 2);
  const roles: Role[] = [
    ...Array.from({ length: half }, (): Role => 'before'),
    ...Array.from({ length: half }, (): Role => 'after'),
    ...(pairs % 2 === 1 ? [extra] : []),
  ];
  return shuffled(roles, random);
}

/** Both members of a pair meet the same arrivals and the same data. */
export const pairSeed = (seed: number, pair: number): number => deriveSeed(seed, `pair:${pair}`);
