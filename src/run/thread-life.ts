// One load thread as the main thread sees it: ready, heard, then done or dead; and given up when it blocks.

import type { Worker } from 'node:worker_threads';
import { messageOf } from '../kernel/errors.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { FromWorker } from './messages.ts';

export interface ThreadLife {
  /** Rejects when the thread dies before it is ready. */
  readonly ready: Promise<void>;
  /** Resolves when the thread has ended, one way or the other, or was given up. */
  readonly ended: Promise<void>;
  /** Ends it and waits no longer: what blocks outside of JavaScript (a synchronous child process) cannot be ended. */
  giveUp(why: string): void;
}

export interface Follower {
  snapshot(snapshot: Snapshot): void;
  done(offeredMicros: number): void;
  /** Called at most once: the thread ended, or was given up, without having said that it is done. */
  died(why: string): void;
}

/** Follows one thread to its end. */
export function follow(worker: Pick<Worker, 'on' | 'terminate'>, tell: Follower): ThreadLife {
  let why: string | undefined;
  let done = false;
  let over = false;
  const reason = (): string => why ?? 'it ended before it was done';
  let settle: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (settle = resolve));
  const end = (): void => {
    if (over) return;
    over = true;
    if (!done) tell.died(reason());
    settle();
  };
  worker.on('error', (error) => (why = messageOf(error)));
  worker.on('exit', end);
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (over) return;
      if (message.type === 'ready') resolve();
      else if (message.type === 'snapshot') tell.snapshot(message.snapshot);
      else {
        done = message.type === 'done';
        if (message.type === 'done') tell.done(message.offeredMicros);
        else why = message.message;
        void worker.terminate();
      }
    });
    worker.on('exit', () => reject(new Error(reason())));
  });
  const giveUp = (blocked: string): void => {
    why ??= blocked;
    end();
    void worker.terminate();
  };
  return { ready, ended, giveUp };
}
