// Connecting again after a loss: waits that grow, spread by seeded randomness, a limited number of times.

import { isAborted } from '../kernel/abort.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { createRandom, deriveSeed } from '../kernel/random.ts';
import type { Scope } from './engine.ts';
import type { Failure } from './failures.ts';
import type { WsReconnect } from './ws-step.ts';

type BackOff = Pick<WsReconnect, 'minMicros' | 'maxMicros' | 'factor' | 'jitter'>;

/** The wait before an attempt (from 0): min · factor^attempt, at most max, then ± jitter. */
export function backOffMicros(policy: BackOff, attempt: number, random: Random): number {
  const grown = Math.min(policy.maxMicros, policy.minMicros * policy.factor ** attempt);
  return Math.round(grown * (1 + policy.jitter * (2 * random() - 1)));
}

/** A generator of its own, so that a reconnection does not change what the user's templates draw afterwards. */
export function randomOfUser(scope: Scope): Random {
  const random = scope.get('random');
  const seed = typeof random === 'function' ? Math.floor((random as Random)() * 4_294_967_296) : 0;
  return createRandom(deriveSeed(seed, 'reconnect'));
}

export interface Reconnecting {
  readonly random: Random;
  /** Aborted = nobody needs the connection any more. */
  readonly signal: AbortSignal;
  /** null = connected. */
  readonly attempt: () => Promise<Failure | null>;
}

/** Resolves to null when connected, to the last failure when all attempts are used up, to undefined when aborted. */
export async function reconnect(
  policy: WsReconnect,
  { random, signal, attempt }: Reconnecting,
): Promise<Failure | null | undefined> {
  let last: Failure | null = null;
  for (let number = 0; number < policy.attempts; number += 1) {
    await sleep(systemClock, backOffMicros(policy, number, random), signal);
    if (isAborted(signal)) return undefined;
    last = await attempt();
    if (isAborted(signal)) return undefined;
    if (last === null) return null;
  }
  const times = policy.attempts === 1 ? '1 attempt' : `${policy.attempts} attempts`;
  const detail = `not connected again after ${times}: ${last?.detail ?? 'unknown'}`;
  return { error: last?.error ?? 'connect', code: last?.code, detail };
}
