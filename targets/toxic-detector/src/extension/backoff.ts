// How long to wait before the next attempt: 1-2-4-8 s, scaled, with full jitter.

const baseMs = 1_000;

/** After the first attempt there are this many more. */
export const mostRetries = 4;

/** What the detector gets to answer in, before scaling. */
export const timeoutMs = 30_000;

/** The longest wait before retry `retry` (from 1): 1, 2, 4, 8 s times `scale`. */
export const longestBackoffMs = (retry: number, scale: number): number => baseMs * 2 ** (retry - 1) * scale;

/**
 * Full jitter: anywhere between nothing and the longest wait, so that clients that failed together do not come back
 * together. `random` in [0, 1).
 */
export const backoffMs = (retry: number, scale: number, random: () => number): number =>
  random() * longestBackoffMs(retry, scale);
