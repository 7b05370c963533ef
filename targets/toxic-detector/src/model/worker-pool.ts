// Mechanism MODEL_WORKERS=n: the model runs in threads of its own, so that the event loop stays free to answer.
import { Worker } from 'node:worker_threads';
import { ServiceError } from '../errors.ts';
import type { Verdict } from './classify.ts';
import type { Detector } from './detector.ts';
import type { PoolReply, PoolRequest, ThreadTask } from './thread-messages.ts';

/** The part of a thread that the pool needs. */
export interface ModelThread {
  postMessage(request: PoolRequest): void;
  on(event: 'message', listener: (reply: PoolReply) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<number>;
}

export type StartThread = (task: ThreadTask) => ModelThread;

/** The compiled worker beside this file. */
export const startThread = (task: ThreadTask): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), { workerData: task });

interface Waiting {
  resolve(verdicts: Verdict[]): void;
  reject(error: Error): void;
}

interface Seat {
  readonly thread: ModelThread;
  readonly waiting: Map<number, Waiting>;
  readonly ready: Promise<void>;
}

const lost = () => new ServiceError(503, 'model_unavailable', 'a model thread ended, try again', 1);

function takeSeat(thread: ModelThread, onGone: (seat: Seat) => void): Seat {
  const waiting = new Map<number, Waiting>();
  const ready = new Promise<void>((resolve, reject) => {
    thread.on('message', (reply) => {
      if (reply === 'ready') {
        resolve();
        return;
      }
      waiting.get(reply.id)?.resolve(reply.verdicts);
      waiting.delete(reply.id);
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      reject(lost());
      for (const one of waiting.values()) one.reject(lost());
      waiting.clear();
      onGone(seat);
    });
  });
  const seat: Seat = { thread, waiting, ready };
  return seat;
}

/**
 * Resolves when all `size` threads are warm. Work goes to the thread with the least waiting; a thread that ends is
 * replaced, and what it was working on is refused with a 503.
 */
export async function workerPool(
  weights: SharedArrayBuffer,
  size: number,
  start: StartThread = startThread,
): Promise<Detector> {
  const seats = new Set<Seat>();
  let closing = false;
  let nextId = 1;
  const add = (): Seat => {
    const seat = takeSeat(start({ kind: 'serve', weights }), (gone) => {
      // Only a thread that had been ready is replaced: one that cannot start would be replaced for ever.
      const wasReady = seats.delete(gone);
      if (wasReady && !closing) void join(add());
    });
    return seat;
  };
  const join = async (seat: Seat): Promise<void> => {
    try {
      await seat.ready;
      seats.add(seat);
    } catch {
      // It ended before it was ready; the pool goes on with the threads it has.
    }
  };
  const first = Array.from({ length: size }, add);
  await Promise.all(first.map(join));
  if (seats.size === 0) throw new Error('no model thread could be started');
  return {
    classify(texts) {
      const [idlest] = [...seats].sort((left, right) => left.waiting.size - right.waiting.size);
      if (!idlest) return Promise.reject(lost());
      const id = nextId++;
      return new Promise((resolve, reject) => {
        idlest.waiting.set(id, { resolve, reject });
        idlest.thread.postMessage({ id, texts });
      });
    },
    async close() {
      closing = true;
      await Promise.all([...seats].map((seat) => seat.thread.terminate()));
    },
  };
}
