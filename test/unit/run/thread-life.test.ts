// What the main thread makes of what a load thread says, or does not say any more.

import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/measure/snapshot.ts';
import { noProgress } from '../../../src/measure/snapshot.ts';
import type { FromWorker } from '../../../src/run/messages.ts';
import { follow } from '../../../src/run/thread-life.ts';

/** A thread whose end is up to the test: one that is blocked outside of JavaScript has none. */
function followed() {
  const thread = new EventEmitter();
  const terminated: boolean[] = [];
  const terminate = (): Promise<number> => {
    terminated.push(true);
    return new Promise(() => undefined);
  };
  const told: string[] = [];
  const life = follow(Object.assign(thread, { terminate }) as unknown as Worker, {
    snapshot: ({ atMicros }) => told.push(`snapshot ${atMicros}`),
    done: (offeredMicros) => told.push(`done ${offeredMicros}`),
    died: (why) => told.push(`died: ${why}`),
  });
  life.ready.catch(() => undefined);
  const say = (message: FromWorker): boolean => thread.emit('message', message);
  return { thread, terminated, told, life, say };
}

const snapshot = (atMicros: number): FromWorker => {
  const content: Snapshot = {
    ...{ thread: 0, atMicros, progress: noProgress(), deltas: [], examples: [], health: null },
  };
  return { type: 'snapshot', snapshot: content };
};

describe('a load thread', () => {
  it('that is given up has died of that, and is not waited for', async () => {
    const { life, say, told, terminated } = followed();
    say({ type: 'ready' });
    say(snapshot(1));
    life.giveUp('it blocks');
    await life.ended;
    expect(told).toEqual(['snapshot 1', 'died: it blocks']);
    expect(terminated).toEqual([true]);
  });

  it('that is given up is neither heard nor counted once more', async () => {
    const { life, say, told, thread } = followed();
    say({ type: 'ready' });
    life.giveUp('it blocks');
    say(snapshot(2));
    say({ type: 'done', offeredMicros: 3 });
    thread.emit('exit');
    await life.ended;
    expect(told).toEqual(['died: it blocks']);
  });

  it('that is done and will not go has not died', async () => {
    const { life, say, told } = followed();
    say({ type: 'ready' });
    say({ type: 'done', offeredMicros: 3 });
    life.giveUp('it blocks');
    await life.ended;
    expect(told).toEqual(['done 3']);
  });

  it('that has told why it dies has died of that', async () => {
    const { life, say, told } = followed();
    say({ type: 'ready' });
    say({ type: 'error', message: 'a bug' });
    life.giveUp('it blocks');
    await life.ended;
    expect(told).toEqual(['died: a bug']);
  });
});
