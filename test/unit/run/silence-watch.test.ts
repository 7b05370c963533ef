// A load thread that says nothing is given up; one that speaks, has ended, or slept with the whole machine is not.

import { describe, expect, it } from 'vitest';
import { silenceLimits, SilenceWatch } from '../../../src/run/silence-watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const second = 1_000_000;

function watched(threads: number) {
  const clock = new FakeClock();
  const givenUp: { thread: number; why: string }[] = [];
  const watch = new SilenceWatch(threads, silenceLimits, (thread, why) => givenUp.push({ thread, why }));
  const over = watch.watch(clock, 5 * second);
  /** These speak four times a second meanwhile. */
  const pass = async (seconds: number, ...speaking: number[]): Promise<void> => {
    for (let tick = 0; tick < 4 * seconds; tick += 1) {
      for (const thread of speaking) watch.heard(thread);
      await clock.advance(second / 4);
    }
  };
  return { clock, givenUp, watch, over, pass, threads: () => givenUp.map(({ thread }) => thread) };
}

describe('a load thread that says nothing', () => {
  it('is given up 30 s after the start, and the reason says what happened', async () => {
    const { givenUp, pass, clock, over } = watched(1);
    await pass(5 + 29);
    expect(givenUp).toEqual([]);
    await pass(1);
    expect(givenUp).toEqual([
      {
        thread: 0,
        why: 'it did not answer for 30s and was ended: something in it blocks, e.g. a hook or a regular expression',
      },
    ]);
    await over;
    expect(clock.sleeping).toBe(0);
  });

  it('is given up alone: the others are left to finish, however long they take', async () => {
    const { pass, threads } = watched(3);
    await pass(20, 0, 1, 2);
    await pass(3_600, 0, 2);
    expect(threads()).toEqual([1]);
  });

  it('is given up 10 s after it was asked to stop', async () => {
    const { pass, watch, threads } = watched(2);
    await pass(25, 1);
    watch.stopping();
    await pass(9, 1);
    expect(threads()).toEqual([]);
    await pass(1, 1);
    expect(threads()).toEqual([0]);
  });

  it('is not given up when it spoke again in time', async () => {
    const { pass, watch, threads } = watched(1);
    for (let times = 0; times < 5; times += 1) {
      await pass(25);
      watch.heard(0);
    }
    expect(threads()).toEqual([]);
  });

  it('is not given up when it has ended, and nothing is left behind when all have', async () => {
    const { pass, watch, threads, clock, over } = watched(2);
    await pass(10, 0, 1);
    watch.gone(1);
    await pass(60, 0);
    watch.gone(0);
    await over;
    expect(threads()).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });

  it('is not given up for a pause of the whole process or machine', async () => {
    const { pass, clock, watch, threads } = watched(1);
    await pass(10, 0);
    watch.stopping();
    for (let times = 0; times < 5; times += 1) {
      await clock.jump(3_600 * second);
      await pass(1, 0);
    }
    expect(threads()).toEqual([]);
  });
});
