// Mechanism EXTENSION_RETRIES: transient failures are tried again after a while; everything else is final at once.
import type { Attempt, Outcome } from './attempt.ts';
import { backoffMs, mostRetries } from './backoff.ts';

export interface RetryClock {
  /** Resolves after so many milliseconds. */
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly random: () => number;
}

/**
 * The outcome of the first attempt that was not transient, else of the last one. A detector that says when to come
 * back is not asked earlier (its seconds are scaled like all others).
 */
export function withRetries(attempt: Attempt, scale: number, clock: RetryClock): Attempt {
  return async (path, body): Promise<Outcome> => {
    let outcome = await attempt(path, body);
    for (let retry = 1; retry <= mostRetries && outcome.kind === 'transient'; retry += 1) {
      await clock.sleep(Math.max(backoffMs(retry, scale, clock.random), outcome.retryAfterMs * scale));
      outcome = await attempt(path, body);
    }
    return outcome;
  };
}
