// What --dry-run says of a verification: how many pairs in which order, when it is judged, and how long it takes at most.

import { type ComparisonDesign, levelsOf, plannedPairs } from '../compare/design.ts';
import { formatDuration, formatShare } from '../kernel/units.ts';
import { formatClock } from '../run/live-words.ts';
import { pairOrder } from '../run/pair-order.ts';

export interface PairsPlan {
  readonly design: ComparisonDesign;
  readonly seed: number;
  /** Of the load of one run. */
  readonly durationMicros: number;
  readonly coolDownMicros: number;
}

export function describePairs({ design, seed, durationMicros, coolDownMicros }: PairsPlan): string[] {
  const { looks } = design;
  const pairs = plannedPairs(design);
  const order = pairOrder(looks, seed).map((first) => (first === 'before' ? 'AB' : 'BA'));
  const totalMicros = 2 * pairs * durationMicros + (2 * pairs - 1) * coolDownMicros;
  const earlier = looks.slice(0, -1);
  const most = earlier.length === 0 ? '' : 'at most ';
  const level = formatShare(levelsOf(design).confidence);
  const pause = coolDownMicros === 0 ? 'no pause' : `a pause of ${formatDuration(coolDownMicros)}`;
  return [
    `would make: ${most}${pairs} pairs of runs of ${formatDuration(durationMicros)}, ${pause} between two runs`,
    `in this order (A = before, B = after; seed ${seed}): ${order.join(' ')}`,
    `would judge: after ${[...earlier, pairs].join(' and ')} pairs, at the ${level} level`,
    `would take: ${most}about ${formatClock(totalMicros)}, besides starts, reports, and runs made again (each at most twice)`,
  ];
}
