// The smallest change that runs show of a rate, which spreads by the chance of single requests alone.

/** What a rate is counted in. */
export interface RateCounts {
  /** Fewest in a run. */
  readonly samples: number;
  /** What of them the value is a share of: 1, or less for a budget. */
  readonly portion: number;
}

/** What alike runs cost, in requests: with a quarter the power is kept in simulations of 100 to 3,000 requests a run. */
const costOfTies = 1 / 3;

/** The fixed point below is reached in a few steps; it rises, so stopping early would print too little. */
const mostSteps = 200;

/**
 * A rate that rises by δ spreads more than one that stays: by δ(1 − δ)/n in a run of n. Where nothing failed at all that is
 * the only spread there is, and the larger n must be. Found step by step. `show`: the change that is found with a spread,
 * beyond an edge. Rates move by whole requests: the estimate has passed the edge only half a request beyond it, and
 * runs that are alike count against a change.
 */
export function rateDetectable(
  { samples, portion }: RateCounts,
  deviation: number,
  edge: number,
  show: (deviation: number, edge: number) => number | null,
): number | null {
  if (samples <= 0) return null;
  const request = 1 / (samples * portion);
  const beyond = edge + 0.5 * request;
  const ties = costOfTies * request;
  let change = 0;
  for (let step = 0; step < mostSteps; step += 1) {
    const chance = Math.min(change * portion, 0.5);
    const own = Math.sqrt((chance * (1 - chance)) / samples) / portion;
    const next = show(Math.hypot(deviation, own), beyond);
    if (next === null || (next + ties) * portion > 1) return null;
    if (next - change <= 1e-6 / portion) return next + ties;
    change = next;
  }
  return null;
}
