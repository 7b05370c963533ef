// How the clock of load threads waits: what it leaves to timers, what it spins, and how late it is, on time that runs by itself.

import { describe, expect, it } from 'vitest';
import { createPreciseClock } from '../../../src/run/precise-clock.ts';

const turnMicros = 5;
/** How much later than asked timers ring here. */
const timerLateMicros = 100;

/** Time passes only while somebody sleeps or turns; a timer knows whole milliseconds. */
function driven() {
  let now = 7_000_000;
  let timers = 0;
  let turns = 0;
  const clock = createPreciseClock({
    timers: {
      nowMicros: () => now,
      sleepUntil: async (atMicros, signal) => {
        await Promise.resolve();
        if (signal?.aborted === true || atMicros <= now) return;
        timers += 1;
        now += Math.ceil((atMicros - now) / 1_000) * 1_000 + timerLateMicros;
      },
    },
    nextTurn: (callback) => {
      turns += 1;
      now += turnMicros;
      queueMicrotask(callback);
    },
  });
  return {
    clock,
    timers: () => timers,
    turns: () => turns,
    work: (micros: number) => {
      now += micros;
    },
  };
}

/** Starts `count` things at a rate, each costing 20 µs; how late they were, and the share of the time that was spun. */
async function paced(ratePerSecond: number, count: number) {
  const time = driven();
  const gapMicros = 1e6 / ratePerSecond;
  const startAtMicros = time.clock.nowMicros() + 20_000;
  const late: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const due = startAtMicros + n * gapMicros;
    if (due > time.clock.nowMicros()) await time.clock.sleepUntil(due);
    late.push(time.clock.nowMicros() - due);
    time.work(20);
  }
  late.sort((a, b) => a - b);
  return {
    worstMicros: late.at(-1) ?? Number.NaN,
    medianMicros: late[Math.floor(count / 2)] ?? Number.NaN,
    spunShare: time.clock.spunMicros() / (count * gapMicros),
    timers: time.timers(),
  };
}

describe('the clock of load threads', () => {
  it('is on time after long pauses, at a twentieth of a core at 100/s', async () => {
    const { worstMicros, spunShare } = await paced(100, 500);
    expect(worstMicros).toBeLessThanOrEqual(turnMicros);
    expect(spunShare).toBeGreaterThan(0.02);
    expect(spunShare).toBeLessThan(0.1);
  });

  it.each([500, 1_000, 1_700])(
    'spins a fraction of the time at %d/s, and is never a timer late',
    async (rate) => {
      const { worstMicros, spunShare } = await paced(rate, 5_000);
      expect(worstMicros).toBeLessThan(500 + 2 * timerLateMicros);
      expect(spunShare).toBeLessThan(0.3);
    },
  );

  it('still leaves time to others at 3,000/s', async () => {
    const { worstMicros, spunShare } = await paced(3_000, 5_000);
    expect(worstMicros).toBeLessThan(1_000 + 2 * timerLateMicros);
    expect(spunShare).toBeLessThan(0.5);
  });

  it('spins all the time from 5,000/s', async () => {
    const { worstMicros, spunShare, timers } = await paced(5_000, 4_000);
    expect(worstMicros).toBeLessThanOrEqual(turnMicros);
    expect(spunShare).toBeGreaterThan(0.85);
    expect(timers).toBeLessThan(5);
  });

  it('gives other work a turn when the moment has passed, and calls that no spinning', async () => {
    const { clock, turns } = driven();
    await clock.sleepUntil(0);
    expect(turns()).toBe(1);
    expect(clock.spunMicros()).toBeLessThanOrEqual(turnMicros);
  });

  it('counts work done between two turns as work', async () => {
    const { clock, work } = driven();
    const waiting = clock.sleepUntil(clock.nowMicros() + 400);
    work(10_000);
    await waiting;
    expect(clock.spunMicros()).toBeLessThanOrEqual(20);
  });

  it('wakes when told to', async () => {
    const { clock, timers } = driven();
    await clock.sleepUntil(clock.nowMicros() + 60_000_000, AbortSignal.abort());
    expect(timers()).toBe(0);
  });

  it('wakes several at once', async () => {
    const { clock } = driven();
    const at = clock.nowMicros() + 300;
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => clock.sleepUntil(at).then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });
});
