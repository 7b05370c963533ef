// How one schedule is split over threads: shares are disjoint and together they are the whole, never a multiple of it.

export interface Partition {
  /** 0 … count − 1. */
  readonly index: number;
  readonly count: number;
}

/** True when the n-th arrival (or user) belongs to this share: n mod count. */
export function belongsTo(n: number, partition: Partition): boolean {
  return n % partition.count === partition.index;
}

/** This share's part of a whole number such as `maxInFlight`; the parts sum to `total` and differ by at most one. */
export function shareOf(total: number, partition: Partition): number {
  return Math.floor(total / partition.count) + (partition.index < total % partition.count ? 1 : 0);
}
