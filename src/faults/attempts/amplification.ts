// Retry amplification: attempts for each request of the load during a fault, against the same in the steady time before.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';

type Amplification = AttemptsRecord['amplification'];

export interface Ratio {
  readonly attempts: number;
  readonly requests: number;
}

/** Fewer of anything give no ratio worth telling. */
export const fewest = 20;

/**
 * `steady`: over the steady part of the 10 s before; null: there was none. `during.attempts` null: some could not be seen.
 * `withoutData`: connections that ended before anything was sent during the fault. `rushed`: the load ran much faster in
 * the moments around the fault (requests.ts).
 */
export function amplificationOf(
  during: {
    readonly attempts: number | null;
    readonly requests: number;
    readonly withoutData: number;
    readonly rushed: boolean;
  },
  steady: Ratio | null,
): Amplification {
  const requests = Math.round(during.requests);
  const perRequest =
    during.attempts === null || during.requests <= 0 ? null : during.attempts / during.requests;
  const steadyPerRequest = steady === null || steady.requests <= 0 ? null : steady.attempts / steady.requests;
  const figures = { during: perRequest, steady: steadyPerRequest, requests };
  const reason = obstacle(during, steady);
  if (reason !== null || perRequest === null || steadyPerRequest === null)
    return { value: null, ...figures, reason: reason ?? 'the load started no requests' };
  return { value: perRequest / steadyPerRequest, ...figures, reason: null };
}

function obstacle(during: Parameters<typeof amplificationOf>[0], steady: Ratio | null): string | null {
  if (during.attempts === null) return 'attempts were turned away where the proxy cannot see them';
  if (during.requests < fewest)
    return `the load started only ${Math.floor(during.requests)} requests during the fault (needs ${fewest})`;
  if (during.rushed)
    return 'the load ran much faster right before or after the fault: which requests met it cannot be told';
  if (steady === null) return 'there was no steady time in the 10 s before the fault';
  if (steady.requests < fewest)
    return `the load started only ${Math.floor(steady.requests)} requests in the steady time before the fault (needs ${fewest})`;
  if (steady.attempts < fewest)
    return `only ${Math.floor(steady.attempts)} attempts in the steady time before the fault (needs ${fewest}): there is nothing to divide by`;
  if (during.withoutData > during.attempts)
    return `${during.withoutData} connections ended before anything was sent: where the server speaks first, attempts do not show`;
  return null;
}
