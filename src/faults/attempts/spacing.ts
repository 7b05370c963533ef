// Retry spacing: how long a caller waits after a failure before it tries again, whether it backs off, whether it jitters.
//
// On a link the retries of all requests mix. They can only be told where requests seldom overlap: then a pause is either
// one between two attempts of a request, or the wait for the next request, and the latter is the longest of its chain.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';

type Spacing = AttemptsRecord['spacing'];

/** More requests under way at a time mix. */
const mostAtATime = 0.5;
const fewestPauses = 10;
const fewestPairs = 5;
/** So many attempts per steady one are needed to call any of them a retry. */
const leastAmplification = 1.2;
/** A pause that much shorter than the one before begins another chain. */
const drop = 0.75;

export interface Pauses {
  /** In order of time. */
  readonly pausesMicros: readonly number[];
  /** Outside the silences of an open breaker, whose requests make no attempts. */
  readonly amplification: number | null;
  readonly requestsAtATime: number;
  /** Share of the attempts that were answered: after an answer no one retries, and chains have no end that shows. */
  readonly answeredShare: number;
}

const untold = (reason: string, count = 0): Spacing => ({
  ...{ p50Micros: null, p90Micros: null, count, grows: null, varies: null },
  reason,
});

export function spacingOf({ pausesMicros, amplification, requestsAtATime, answeredShare }: Pauses): Spacing {
  if (amplification === null) return untold('retries cannot be told from requests without an amplification');
  if (amplification < leastAmplification)
    return untold(`no retries: ${amplification.toFixed(2)} times as many attempts as in steady state`);
  if (requestsAtATime > mostAtATime)
    return untold(
      `about ${requestsAtATime.toFixed(1)} requests were under way at a time, so their retries mix (needs at most ${mostAtATime})`,
    );
  const chains = chainsOf(pausesMicros);
  const pauses = chains.flat();
  if (pauses.length < fewestPauses)
    return untold(`only ${pauses.length} pauses (needs ${fewestPauses})`, pauses.length);
  const whole = answeredShare <= 0.05;
  return {
    p50Micros: Math.round(quantile(pauses, 0.5)),
    p90Micros: Math.round(quantile(pauses, 0.9)),
    count: pauses.length,
    grows: whole ? grows(chains) : null,
    varies: whole ? varies(chains) : null,
    reason: null,
  };
}

/** The pauses within each request; the last of each chain is the wait for the next request. */
function chainsOf(pausesMicros: readonly number[]): number[][] {
  const chains: number[][] = [];
  let current: number[] = [];
  for (const pause of pausesMicros) {
    const before = current.at(-1);
    if (before !== undefined && pause < drop * before) {
      chains.push(current);
      current = [];
    }
    current.push(pause);
  }
  chains.push(current);
  return chains.map((chain) => chain.slice(0, -1)).filter((chain) => chain.length > 0);
}

function grows(chains: readonly (readonly number[])[]): boolean | null {
  const ratios = chains.flatMap((chain) =>
    chain.slice(1).map((pause, index) => pause / Math.max(1, chain[index] ?? 1)),
  );
  return ratios.length < fewestPairs ? null : quantile(ratios, 0.5) >= 1.3;
}

function varies(chains: readonly (readonly number[])[]): boolean | null {
  const first = chains.flatMap((chain) => chain.slice(0, 1));
  if (first.length < fewestPauses) return null;
  const spread = quantile(first, 0.9) - quantile(first, 0.1);
  return spread >= Math.max(5_000, 0.2 * quantile(first, 0.5));
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
