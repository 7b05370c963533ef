// Fidelity: whether a fault did what was asked of it, within the limits that make a run's numbers mean what they say.

import type { FidelityCheck } from '../record/schema.ts';
import { binomialTail } from '../slo/significance.ts';
import { formatDuration, formatShare } from '../kernel/units.ts';

export const check = (name: string, asked: string, happened: string, within: boolean): FidelityCheck => ({
  ...{ name, asked, happened },
  status: within ? 'within' : 'outside',
});

/** What no one could see; it was read back from the server all the same. */
export const unmeasured = (name: string, asked: string, why: string): FidelityCheck => ({
  ...{ name, asked, happened: why },
  status: 'unmeasured',
});

/** The traffic gave it nothing to do. That is no error of the fault, but the run did not test what it was for either. */
export const notBinding = (name: string, asked: string, why: string): FidelityCheck => ({
  ...{ name, asked, happened: why },
  status: 'not binding',
});

/** A proxy that can tell what it saw did not: that is no success, since the fault may have met nothing, or done nothing. */
export const notSeen = (why: string): FidelityCheck =>
  check('observation', 'what the proxy saw', `not to be had: ${why}`, false);

/**
 * The median added latency within max(10 %, 2 ms; remote 5 ms). Jitter is uniform in ±jitterMicros, so the median of n
 * delays itself scatters by jitter/√n (standard error 1/(2f√n), density f = 1/(2·jitter)); its 99 % range is granted.
 */
export function addedLatency(
  asked: { readonly latencyMicros: number; readonly jitterMicros: number },
  delays: { readonly p50: number; readonly count: number } | null,
  remote: boolean,
  name = 'added latency, median',
): FidelityCheck {
  const { latencyMicros, jitterMicros } = asked;
  const wanted = formatDuration(latencyMicros);
  if (delays === null || delays.count === 0) return unmeasured(name, wanted, 'no data passed');
  const limitMicros = Math.max(0.1 * latencyMicros, remote ? 5_000 : 2_000);
  const scatterMicros = (2.576 * jitterMicros) / Math.sqrt(delays.count);
  const within = Math.abs(delays.p50 - latencyMicros) <= limitMicros + scatterMicros;
  return check(name, wanted, `${formatDuration(delays.p50)} (n = ${delays.count})`, within);
}

/** The affected share of connections inside the 99 % binomial interval of the toxicity. */
export function affectedShare(
  toxicity: number,
  draws: { readonly connections: number; readonly affected: number } | null,
): FidelityCheck {
  const name = 'affected connections';
  const wanted = formatShare(toxicity);
  if (draws === null || draws.connections === 0) return unmeasured(name, wanted, 'no connection was there');
  const { connections, affected } = draws;
  const tail = 0.005;
  const within =
    binomialTail(affected, connections, toxicity) >= tail &&
    1 - binomialTail(affected + 1, connections, toxicity) >= tail;
  return check(name, wanted, `${affected} of ${connections}`, within);
}

/** It took effect within 1 s of being asked for; on what is slower by nature, within its own limit. */
export function promptEffect(
  askedAtMicros: number,
  effectAtMicros: number,
  limitMicros = 1_000_000,
): FidelityCheck {
  const tookMicros = effectAtMicros - askedAtMicros;
  const within = tookMicros <= limitMicros;
  return check(
    'effect',
    `within ${formatDuration(limitMicros)}`,
    `after ${formatDuration(tookMicros)}`,
    within,
  );
}

/** It was begun when the plan says: one that waited for another, or for its engine, overlaps with other things than planned. */
export function begunInTime(lateMicros: number, limitMicros: number): FidelityCheck {
  const asked = `at most ${formatDuration(limitMicros)} late`;
  return check('begin', asked, `${formatDuration(lateMicros)} late`, lateMicros <= limitMicros);
}

/** It lasted as long as asked, within max(0.5 s, 5 %). */
export function lasted(askedMicros: number, lastedMicros: number): FidelityCheck {
  const limitMicros = Math.max(500_000, 0.05 * askedMicros);
  const within = Math.abs(lastedMicros - askedMicros) <= limitMicros;
  return check('duration', formatDuration(askedMicros), formatDuration(lastedMicros), within);
}

/** It was still there when it was to be cleared: nobody reset the server, and its TTL had not run out. */
export function keptUntilCleared(kept: boolean): FidelityCheck {
  return check('kept', 'until cleared', kept ? 'until cleared' : 'gone before', kept);
}

/** The watchdog ended it: its owner had not done so in its time. */
export const outlived: FidelityCheck = check('kept', 'until cleared', 'ended when its TTL was over', false);

/** Something that must not have happened at all while the fault was on. */
export function nothing(name: string, seen: number, of: string): FidelityCheck {
  return check(name, 'none', `${seen} ${of}`, seen === 0);
}
