// Signals to single processes that are known by pid and start time, and waiting for their end.

import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import { errnoOf } from './errors.ts';
import { isAlive } from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';

const pollMicros = 20_000;

/** One that has ended is no error; neither is one that is not ours to signal: the caller looks at what it does. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Resolves with those that still run: none as soon as all have ended, else at the deadline or when aborted. */
export async function untilEnded<Process extends ProcessIdentity>(
  processes: readonly Process[],
  until: { readonly clock: Clock; readonly withinMicros: number; readonly signal?: AbortSignal },
): Promise<Process[]> {
  const { clock, withinMicros, signal } = until;
  const deadlineMicros = clock.nowMicros() + withinMicros;
  for (;;) {
    const left = processes.filter(isAlive);
    if (left.length === 0 || clock.nowMicros() >= deadlineMicros || signal?.aborted === true) return left;
    await sleep(clock, pollMicros, signal);
  }
}
