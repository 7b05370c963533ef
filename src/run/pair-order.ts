// Which variant of each pair goes first: balanced (half and half) and at random, so that drift cancels.

import { createRandom, deriveSeed, type Random, shuffled } from '../kernel/random.ts';

export type Role = 'before' | 'after';

const otherThan = (role: Role): Role => (role === 'before' ? 'after' : 'before');

/**
 * One entry per pair: the role that runs first. `looks`: numbers of pairs after which the comparison is judged, rising;
 * the order is balanced up to each of them. Where the pairs up to a look are odd in number, who has one more is drawn,
 * and the next stretch makes up for it.
 */
export function pairOrder(looks: readonly number[], seed: number): Role[] {
  const random = createRandom(deriveSeed(seed, 'pair-order'));
  const extra: Role = random() < 0.5 ? 'before' : 'after';
  const order: Role[] = [];
  let owed: Role = extra;
  for (const look of looks) {
    const count = look - order.length;
    order.push(...stretch(count, owed, random));
    if (count % 2 === 1) owed = otherThan(owed);
  }
  return order;
}

function stretch(count: number, extra: Role, random: Random): Role[] {
  const half = Math.floor(count / 2);
  const roles: Role[] = [
    ...Array.from({ length: half }, (): Role => 'before'),
    ...Array.from({ length: half }, (): Role => 'after'),
    ...(count % 2 === 1 ? [extra] : []),
  ];
  return shuffled(roles, random);
}

/** Both members of a pair meet the same arrivals and the same data. */
export const pairSeed = (seed: number, pair: number): number => deriveSeed(seed, `pair:${pair}`);
