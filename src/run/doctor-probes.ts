// The measuring half of the doctor: its threads, the real load threads, and what comes out of them.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../kernel/clock.ts';
import { builtEntry } from '../kernel/entry.ts';
import type { Slice } from '../measure/slice.ts';
import type { Effort } from './doctor-effort.ts';
import type { Bias } from './doctor-figures.ts';
import { biasOf, ceilingOf } from './doctor-figures.ts';
import type { FromDoctorThread, ToDoctorThread } from './doctor-messages.ts';
import { ceilingPlan, knownPlan } from './doctor-plans.ts';
import type { TimerError } from './doctor-timer.ts';
import type { LoadPlan } from './load-plan.ts';
import type { Pool } from './pool.ts';
import { startPool } from './pool.ts';

/** One entry per repetition; a probe that failed has none and says why. */
export interface Probes {
  readonly timer: readonly TimerError[];
  readonly ceilingPerSecond: readonly number[];
  readonly bias: readonly Bias[];
  readonly failures: readonly string[];
}

const leadMicros = 30_000;

/** Everything it starts has ended when it resolves. Rejects only when its threads cannot be started. */
export async function runProbes(effort: Effort, signal: AbortSignal): Promise<Probes> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const server = startThread('server', closers);
    const timerThread = startThread('timer', closers);
    const { port } = await asked(server, 'listening');
    const url = `http://127.0.0.1:${port}`;
    const pools = [ceilingPlan(url, effort), knownPlan(url, effort)].map((plan) => openPool(plan, closers));
    const [fast, known] = await Promise.all(pools);
    if (fast === undefined || known === undefined) throw new Error('two loads were started');
    const timer: TimerError[] = [];
    for (let n = 0; n < effort.timerRepeats && !signal.aborted; n += 1) {
      const timed = asked(timerThread, 'timed');
      tell(timerThread, { type: 'time', forMicros: effort.timerMicros });
      timer.push((await timed).error);
    }
    const fastLoad = await runPool(fast, signal);
    const knownLoad = await runPool(known, signal);
    const reported = asked(server, 'report');
    tell(server, { type: 'report' });
    const { answers } = await reported;
    return {
      timer,
      ceilingPerSecond: ceilingOf(fastLoad.slices, effort),
      bias: biasOf(knownLoad.slices, answers, knownLoad.startAtMicros, effort),
      failures: [...fastLoad.deadThreads, ...knownLoad.deadThreads],
    };
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

function startThread(what: 'timer' | 'server', closers: (() => Promise<unknown>)[]): Worker {
  const worker = new Worker(builtEntry('run/doctor-thread.js'), {
    workerData: { what },
    name: `doctor ${what}`,
  });
  closers.push(() => worker.terminate());
  return worker;
}

const tell = (worker: Worker, message: ToDoctorThread): void => worker.postMessage(message);

/** The next message of this type. Rejects when the thread says that it failed, or ends. */
async function asked<Type extends Exclude<FromDoctorThread['type'], 'error'>>(
  worker: Worker,
  type: Type,
): Promise<Extract<FromDoctorThread, { type: Type }>> {
  const ended = new AbortController();
  const { signal } = ended;
  const exit = once(worker, 'exit', { signal }).then(() => {
    throw new Error('a thread of the doctor ended early');
  });
  try {
    const [message] = (await Promise.race([once(worker, 'message', { signal }), exit])) as [FromDoctorThread];
    if (message.type === 'error') throw new Error(message.message);
    if (message.type !== type)
      throw new Error(`a thread of the doctor said "${message.type}", not "${type}"`);
    return message as Extract<FromDoctorThread, { type: Type }>;
  } finally {
    exit.catch(() => undefined); // it lost the race
    ended.abort();
  }
}

async function openPool(plan: LoadPlan, closers: (() => Promise<unknown>)[]): Promise<Pool> {
  const pool = await startPool(plan, 1, { onSnapshot: () => undefined });
  closers.push(() => pool.close());
  return pool;
}

interface PoolOutcome {
  readonly slices: readonly Slice[];
  readonly startAtMicros: number;
  readonly deadThreads: readonly string[];
}

async function runPool(pool: Pool, signal: AbortSignal): Promise<PoolOutcome> {
  if (signal.aborted) return { slices: [], startAtMicros: 0, deadThreads: [] };
  const stop = (): void => pool.stop();
  const startAtMicros = systemClock.nowMicros() + leadMicros;
  pool.start(startAtMicros);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { slices, deadThreads } = await pool.finished;
    return { slices, startAtMicros, deadThreads };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
