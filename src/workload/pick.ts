// Which of several flows an iteration runs: by weight, and from its number alone, so that no thread count changes it.

/** Index of the flow for an arrival (`second` = 0), or for a user (`first`) and its iteration (`second`). */
export type Pick = (first: number, second?: number) => number;

/** A well-mixed number in [0, 1) from three integers (murmur3's mixing and finaliser). */
function mixed(seed: number, first: number, second: number): number {
  let hash = seed | 0;
  // Numbers of arrivals may pass 2³², so both halves count.
  for (const word of [first, first / 4_294_967_296, second]) {
    const spread = Math.imul(Math.imul(word | 0, 0xcc9e2d51) ^ 0x9e3779b9, 0x1b873593);
    hash = Math.imul(((hash ^ spread) << 13) | ((hash ^ spread) >>> 19), 5) + 0x6b64e654;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** `weights` are positive and not empty; over many numbers each index has its share of their sum. */
export function createPick(weights: readonly number[], seed: number): Pick {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const last = weights.length - 1;
  if (last <= 0) return () => 0;
  return (first, second = 0) => {
    let left = mixed(seed, first, second) * sum;
    for (let index = 0; index < last; index += 1) {
      left -= weights[index] ?? 0;
      if (left < 0) return index;
    }
    return last;
  };
}
