// The load threads of one run, seen as one: started together, told the same things, merged into one result.

import { Worker } from 'node:worker_threads';
import { systemClock } from '../kernel/clock.ts';
import { builtEntry } from '../kernel/entry.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Slice } from '../measure/slice.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { Partition } from '../workload/partition.ts';
import type { LoadPlan } from './load-plan.ts';
import { sharePlan } from './load-plan.ts';
import type { LoadResult } from './load-ledger.ts';
import { LoadLedger } from './load-ledger.ts';
export type { LoadResult } from './load-ledger.ts';
import type { ToWorker } from './messages.ts';
import { silenceLimits, SilenceWatch } from './silence-watch.ts';
import { follow } from './thread-life.ts';

export interface PoolEvents {
  /** About four times a second from each thread. Its numbers are already in `Pool.slices()`. */
  onSnapshot(snapshot: Snapshot): void;
}

export interface Pool {
  /** The common start, on the machine's monotonic clock (`systemClock`), a little in the future. */
  start(atMicros: number): void;
  /** A fault took or lost effect, `atMicros` from the start of the load. */
  edge(atMicros: number, kind: 'effect' | 'clear'): void;
  /** Offers nothing more; what is in flight gets a short time. */
  stop(): void;
  /** Everything measured so far; at most a second old. */
  slices(): Slice[];
  /** Ends the threads at once; for a pool that was never started, or whose numbers no longer matter. */
  close(): Promise<void>;
  /** Never rejects. */
  readonly finished: Promise<LoadResult>;
}

/** Resolves when every thread is ready. Throws MettleError `LOAD_THREAD_FAILED` when one cannot be. */
export async function startPool(
  plan: LoadPlan,
  threads: number,
  events: PoolEvents,
  limits = silenceLimits,
): Promise<Pool> {
  const ledger = new LoadLedger(plan);
  const workers = Array.from({ length: threads }, (_, index) => openWorker(plan, { index, count: threads }));
  const post = (message: ToWorker): void => workers.forEach((worker) => worker.postMessage(message));
  const lives = workers.map((worker, index) =>
    follow(worker, {
      snapshot: (snapshot) => {
        silence.heard(index);
        ledger.add(snapshot);
        events.onSnapshot(snapshot);
      },
      done: (offeredMicros) => ledger.done(offeredMicros),
      died: (why) => ledger.died(index, why),
    }),
  );
  const silence = new SilenceWatch(threads, limits, (thread, why) => lives[thread]?.giveUp(why));
  lives.forEach(({ ended }, index) => void ended.then(() => silence.gone(index)));
  const allEnded = Promise.all(lives.map(({ ended }) => ended));
  const close = async (): Promise<void> => {
    ledger.close();
    workers.forEach((worker) => void worker.terminate());
    await allEnded;
  };
  try {
    await Promise.all(lives.map(({ ready }) => ready));
  } catch (thrown) {
    await close();
    throw new MettleError({
      code: 'LOAD_THREAD_FAILED',
      message: `a load thread could not start: ${messageOf(thrown)}`,
      hint: 'Look for a mistake in a template or in the hooks; a missing build shows here, too (`npm run build`).',
      exitCode: exitCodes.usage,
    });
  }
  return {
    start: (atMicros) => {
      // Whole microseconds: due times are exact sums then.
      const startAtMicros = Math.round(atMicros);
      ledger.start(startAtMicros);
      void silence.watch(systemClock, startAtMicros);
      post({ type: 'start', startAtMicros });
    },
    edge: (atMicros, kind) => {
      ledger.edge(atMicros, kind);
      post({ type: 'edge', atMicros, kind });
    },
    stop: () => {
      silence.stopping();
      post({ type: 'stop', atMicros: ledger.stopped(systemClock.nowMicros()) });
    },
    slices: () => ledger.slices(),
    close,
    finished: allEnded.then(() => ledger.result()),
  };
}

function openWorker(plan: LoadPlan, thread: Partition): Worker {
  const options = { workerData: sharePlan(plan, thread), name: `load ${thread.index}`, stdout: true };
  const worker = new Worker(builtEntry('run/worker.js'), options);
  // Standard output carries the result: what hooks print goes to standard error.
  worker.stdout.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return worker;
}
