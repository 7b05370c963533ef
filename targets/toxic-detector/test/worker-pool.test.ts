// The pool of model threads, with threads that answer when they are told to.
import { describe, expect, it } from 'vitest';
import type { PoolReply, PoolRequest } from '../src/model/thread-messages.ts';
import { workerPool, type ModelThread } from '../src/model/worker-pool.ts';

class FakeThread implements ModelThread {
  readonly requests: PoolRequest[] = [];
  private readonly listeners = new Map<string, (value: never) => void>();

  postMessage(request: PoolRequest): void {
    this.requests.push(request);
  }

  on(event: string, listener: (value: never) => void): void {
    this.listeners.set(event, listener);
  }

  emit(event: 'message' | 'error' | 'exit', value: PoolReply | Error | number): void {
    this.listeners.get(event)?.(value as never);
  }

  answer(): void {
    const request = this.requests.shift();
    if (!request) throw new Error('nothing to answer');
    const verdicts = request.texts.map(() => ({ prediction: 'clean' as const, confidence: 1 }));
    this.emit('message', { id: request.id, verdicts });
  }

  terminate(): Promise<number> {
    this.emit('exit', 1);
    return Promise.resolve(1);
  }
}

async function poolOf(size: number) {
  const threads: FakeThread[] = [];
  const start = (): FakeThread => {
    const thread = new FakeThread();
    threads.push(thread);
    queueMicrotask(() => thread.emit('message', 'ready'));
    return thread;
  };
  return { pool: await workerPool(new SharedArrayBuffer(4), size, start), threads };
}

describe('the model pool', () => {
  it('spreads work over its threads', async () => {
    const { pool, threads } = await poolOf(3);
    const work = [pool.classify(['a']), pool.classify(['b']), pool.classify(['c'])];
    expect(threads.map((thread) => thread.requests.length)).toEqual([1, 1, 1]);
    for (const thread of threads) thread.answer();
    expect(await Promise.all(work)).toHaveLength(3);
  });

  it('passes over a thread that is busy', async () => {
    const { pool, threads } = await poolOf(2);
    const slow = pool.classify(['a']);
    const busy = threads.find((thread) => thread.requests.length === 1)!;
    for (let turn = 0; turn < 3; turn += 1) {
      const quick = pool.classify(['b']);
      threads.find((thread) => thread !== busy)!.answer();
      await quick;
    }
    expect(busy.requests).toHaveLength(1);
    busy.answer();
    await slow;
  });

  it('refuses the work of a thread that ended, and replaces the thread', async () => {
    const { pool, threads } = await poolOf(1);
    const lost = pool.classify(['a']);
    threads[0]!.emit('exit', 1);
    await expect(lost).rejects.toMatchObject({ status: 503 });
    await new Promise(setImmediate);
    expect(threads).toHaveLength(2);
    const next = pool.classify(['b']);
    threads[1]!.answer();
    expect(await next).toHaveLength(1);
  });

  it('does not replace threads that it ends itself', async () => {
    const { pool, threads } = await poolOf(2);
    await pool.close();
    await new Promise(setImmediate);
    expect(threads).toHaveLength(2);
  });
});
