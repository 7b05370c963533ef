// The closed model: so many virtual users at a time, each beginning its next iteration when the last one has ended.

import { isAborted } from '../kernel/abort.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Progress } from '../measure/snapshot.ts';
import type { Presence } from '../workload/users-curve.ts';

/** One virtual user while it is there: its own scope and sessions. */
export interface VirtualUser {
  /** One pass through the flow; false = it could not even begin (its `before` steps failed). Rejects for bugs only. */
  iterate(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export interface ClosedLoopPorts {
  readonly clock: Clock;
  readonly startAtMicros: number;
  /** How long a user whose time is over may finish its iteration before it is cut off. */
  readonly gracefulStopMicros: number;
  readonly progress: Progress;
  /** Aborted = begin nothing more. */
  readonly stop: AbortSignal;
  /** Aborted = cut off what is in flight. */
  readonly cut: AbortSignal;
  openUser(user: number): VirtualUser;
}

/** A user that cannot begin (its login fails) tries again after this, so that it neither vanishes nor hammers. */
const retryMicros = 1_000_000;
/** An iteration shorter than this gives other work a turn before the next. */
const instantMicros = 100;

/** Lives one user's presences one after the other; resolves when the last is over and its iteration has ended. */
export async function runUser(
  user: number,
  presences: readonly Presence[],
  ports: ClosedLoopPorts,
): Promise<void> {
  const { clock, startAtMicros, stop, progress } = ports;
  for (const { fromMicros, untilMicros } of presences) {
    await clock.sleepUntil(startAtMicros + fromMicros, stop);
    if (isAborted(stop)) return;
    progress.users += 1;
    try {
      await live(user, startAtMicros + untilMicros, ports);
    } finally {
      progress.users -= 1;
    }
  }
}

async function live(user: number, untilMicros: number, ports: ClosedLoopPorts): Promise<void> {
  const { clock, stop, cut } = ports;
  const life = new AbortController();
  const gone = new AbortController();
  const end = (): void => life.abort();
  cut.addEventListener('abort', end, { once: true });
  void clock.sleepUntil(untilMicros + ports.gracefulStopMicros, gone.signal).then(end);
  let virtualUser = ports.openUser(user);
  try {
    while (clock.nowMicros() < untilMicros && !isAborted(stop)) {
      const begunAtMicros = clock.nowMicros();
      const began = await virtualUser.iterate(life.signal);
      const now = clock.nowMicros();
      if (!began) {
        await virtualUser.close();
        await clock.sleepUntil(Math.min(now + retryMicros, untilMicros), stop);
        virtualUser = ports.openUser(user);
      } else if (now - begunAtMicros < instantMicros) await clock.sleepUntil(now, stop);
    }
  } finally {
    gone.abort();
    cut.removeEventListener('abort', end);
    await virtualUser.close();
  }
}
