// Virtual users on a clock that moves when told: pace, missed slots, numbers of iterations, and how users leave.

import { describe, expect, it } from 'vitest';
import { noProgress } from '../../../src/measure/snapshot.ts';
import { runUser } from '../../../src/run/closed-loop.ts';
import { Offer } from '../../../src/run/offer.ts';
import { peakUsers, presencesOf } from '../../../src/workload/users-curve.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const second = 1_000_000;

interface Options {
  readonly users?: readonly (readonly [from: number, to: number, seconds: number])[];
  readonly every?: number | null;
  readonly perUser?: number;
  readonly inTotal?: number;
  readonly gracefulStop?: number;
  /** Microseconds that the clock is off a whole one. */
  readonly clockFraction?: number;
  /** Seconds that the n-th iteration of a user takes. */
  readonly takes?: (user: number, n: number) => number;
  /** Seconds that getting ready takes; negative = that long, and it fails. */
  readonly ready?: (user: number, iteration: number) => number;
}

interface Begun {
  readonly user: number;
  readonly iteration: number;
  /** Seconds from the start of the load. */
  readonly due: number | null;
  readonly at: number;
  readonly began: boolean;
}

function loopOf(options: Options) {
  const clock = new FakeClock(9 * second + (options.clockFraction ?? 0));
  const startAtMicros = clock.nowMicros() + second;
  const fromStart = (atMicros: number): number => (atMicros - startAtMicros) / second;
  const stages = (options.users ?? [[1, 1, 10]]).map(([fromUsers, toUsers, seconds]) => ({
    fromUsers,
    toUsers,
    forMicros: seconds * second,
  }));
  const begun: Begun[] = [];
  const missed: { user: number; iteration: number; due: number; kind: string }[] = [];
  const cutAt: number[] = [];
  const lags: number[] = [];
  const opened: (readonly [user: number, life: number])[] = [];
  let closed = 0;
  const stop = new AbortController();
  const living = new Set<AbortController>();
  const cut = { abort: () => living.forEach((life) => life.abort()) };
  const progress = noProgress();
  const offer = new Offer(clock, stop.signal, options.inTotal ?? Infinity);
  const wait = async (seconds: number, signal: AbortSignal): Promise<void> => {
    const until = clock.nowMicros() + seconds * second;
    await clock.sleepUntil(until, signal);
    if (clock.nowMicros() < until) cutAt.push(fromStart(clock.nowMicros()));
  };
  const lives = Array.from({ length: peakUsers(stages) }, (_, number) =>
    runUser(number, presencesOf(stages, number), {
      clock,
      startAtMicros,
      gracefulStopMicros: (options.gracefulStop ?? 2) * second,
      everyMicros: options.every === undefined || options.every === null ? null : options.every * second,
      iterationsPerUser: options.perUser ?? Infinity,
      progress,
      offer,
      living,
      openUser: (user, life) => {
        opened.push([user, life]);
        let n = 0;
        return {
          prepare: async (iteration, signal) => {
            const took = options.ready?.(user, iteration) ?? 0;
            if (took !== 0) await wait(Math.abs(took), signal);
            return { began: took >= 0, tookMicros: Math.abs(took) * second };
          },
          iterate: async (iteration, dueAtMicros, began, signal) => {
            const due = dueAtMicros === null ? null : fromStart(dueAtMicros);
            begun.push({ user, iteration, due, at: fromStart(clock.nowMicros()), began });
            if (began) await wait(options.takes?.(user, n) ?? 0.5, signal);
            n += 1;
          },
          close: () => {
            closed += 1;
            return Promise.resolve();
          },
        };
      },
      missed: (user, iteration, dueAtMicros, kind) =>
        missed.push({ user, iteration, due: fromStart(dueAtMicros), kind }),
      onLag: (lagMicros) => lags.push(lagMicros / second),
    }),
  );
  const done = Promise.all(lives).then(() => undefined);
  const to = (seconds: number): Promise<void> =>
    clock.advance(startAtMicros + seconds * second - clock.nowMicros());
  const whole = async (): Promise<void> => {
    await to(100);
    await done;
    expect(progress.users).toBe(0);
    expect(closed).toBe(opened.length);
    expect(clock.sleeping).toBe(0);
  };
  return { clock, begun, missed, cutAt, lags, opened, stop, cut, offer, done, to, whole };
}

const dues = (begun: readonly Begun[]): (number | null)[] => begun.map(({ due }) => due);

describe('users without a pace', () => {
  it('begin again when the last iteration has ended, without due times', async () => {
    const { begun, missed, whole } = loopOf({ users: [[1, 1, 2]] });
    await whole();
    expect(begun.map(({ at, due, iteration }) => [at, due, iteration])).toEqual([
      [0, null, 0],
      [0.5, null, 1],
      [1, null, 2],
      [1.5, null, 3],
    ]);
    expect(missed).toEqual([]);
  });

  it('come back as a new life of the same user, its iterations numbered on', async () => {
    const { begun, opened, whole } = loopOf({
      users: [
        [1, 1, 1],
        [0, 0, 2],
        [1, 1, 1],
      ],
    });
    await whole();
    expect(opened).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(begun.map(({ at, iteration }) => [at, iteration])).toEqual([
      [0, 0],
      [0.5, 1],
      [3, 2],
      [3.5, 3],
    ]);
  });
});

describe('a pace', () => {
  it('begins an iteration in every slot, due on the grid', async () => {
    const { begun, missed, lags, whole } = loopOf({ every: 2 });
    await whole();
    expect(begun.map(({ due, at }) => [due, at])).toEqual([0, 2, 4, 6, 8].map((at) => [at, at]));
    expect(missed).toEqual([]);
    expect(lags).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([0.3, 0.5, 0.7, 0.4999999])(
    'has no slot at the very end, wherever the clock stands (%d)',
    async (fraction) => {
      const { begun, missed, whole } = loopOf({ users: [[3, 3, 5]], every: 2.5, clockFraction: fraction });
      await whole();
      expect(begun).toHaveLength(6);
      expect(missed).toEqual([]);
    },
  );

  it('spreads users who come in the same moment over the first period', async () => {
    const { begun, whole } = loopOf({ users: [[4, 4, 4]], every: 2 });
    await whole();
    expect(begun.map(({ user, due }) => [user, due])).toEqual([
      [0, 0],
      [1, 0.5],
      [2, 1],
      [3, 1.5],
      [0, 2],
      [1, 2.5],
      [2, 3],
      [3, 3.5],
    ]);
  });

  it('starts each grid when its user comes, on a ramp', async () => {
    const { begun, whole } = loopOf({
      users: [
        [0, 2, 2],
        [2, 2, 2],
      ],
      every: 1,
    });
    await whole();
    expect(begun.filter(({ user }) => user === 0).map(({ due }) => due)).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(begun.filter(({ user }) => user === 1).map(({ due }) => due)).toEqual([1.5, 2.5, 3.5]);
  });

  it('begins a slot late while its period lasts, and drops those whose period has passed', async () => {
    const { begun, missed, lags, whole } = loopOf({ every: 1, takes: (_user, n) => (n === 2 ? 3.4 : 0.2) });
    await whole();
    // The iteration of slot 2 ends at 5.4: slots 3 and 4 have passed, slot 5 is begun late.
    expect(begun.map(({ due, at }) => [due, at])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [5, 5.4],
      [6, 6],
      [7, 7],
      [8, 8],
      [9, 9],
    ]);
    expect(missed).toEqual([
      { user: 0, iteration: 3, due: 3, kind: 'dropped' },
      { user: 0, iteration: 4, due: 4, kind: 'dropped' },
    ]);
    expect(begun[3]?.iteration).toBe(5);
    expect(lags.every((lag) => lag === 0)).toBe(true);
  });

  it('accounts for every slot of a user that is still busy when its time is over', async () => {
    const { begun, missed, whole } = loopOf({ every: 1, users: [[1, 1, 5.5]], takes: () => 60 });
    await whole();
    expect(dues(begun)).toEqual([0]);
    expect(missed.map(({ due, kind }) => [due, kind])).toEqual([
      [1, 'dropped'],
      [2, 'dropped'],
      [3, 'dropped'],
      [4, 'dropped'],
      [5, 'unsent'],
    ]);
  });

  it('accounts for slots up to a stop, and for none after it', async () => {
    const { begun, missed, stop, to, done, clock } = loopOf({
      every: 1,
      takes: (_user, n) => (n === 1 ? 4 : 0.1),
    });
    await to(3.5);
    stop.abort();
    await to(20);
    await done;
    expect(dues(begun)).toEqual([0, 1]);
    expect(missed.map(({ due, kind }) => [due, kind])).toEqual([
      [2, 'dropped'],
      [3, 'unsent'],
    ]);
    expect(clock.sleeping).toBe(0);
  });

  it('wakes who waits for a slot when the load is stopped', async () => {
    const { begun, missed, stop, to, done, clock } = loopOf({ every: 5 });
    await to(1);
    stop.abort();
    await done;
    expect(clock.nowMicros()).toBeLessThan(12 * second);
    expect(dues(begun)).toEqual([0]);
    expect(missed).toEqual([]);
  });

  it('begins late, with the lag owned up to, what Mettle itself was too late for', async () => {
    const { begun, missed, lags, clock, to, whole } = loopOf({ every: 1, users: [[1, 1, 3]] });
    await to(1.8);
    await clock.jump(1.5 * second);
    await whole();
    expect(begun.map(({ due, at }) => [due, at])).toEqual([
      [0, 0],
      [1, 1],
      [2, 3.3],
    ]);
    expect(lags.at(-1)).toBeCloseTo(1.3, 6);
    expect(missed).toEqual([]);
  });

  it('goes on from where getting ready has ended', async () => {
    const { begun, missed, whole } = loopOf({
      every: 1,
      users: [[1, 1, 4]],
      takes: () => 0.1,
      ready: (_user, iteration) => (iteration === 0 ? 0.3 : 0),
    });
    await whole();
    expect(dues(begun)).toEqual([0.3, 1.3, 2.3, 3.3]);
    expect(missed).toEqual([]);
  });

  it('tries again when getting ready failed, and drops what passes meanwhile', async () => {
    const { begun, missed, opened, whole } = loopOf({
      every: 0.25,
      users: [[1, 1, 2]],
      takes: () => 0.1,
      ready: (_user, iteration) => (iteration === 0 ? -0.25 : 0),
    });
    await whole();
    // Failed at 0.25, again at 1.25: the slots 0.5, 0.75 and 1 have passed by then.
    expect(begun[0]).toMatchObject({ due: 0.25, began: false });
    expect(missed.map(({ due }) => due)).toEqual([0.5, 0.75, 1]);
    expect(dues(begun.slice(1))).toEqual([1.25, 1.5, 1.75]);
    expect(opened).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

describe('a number of iterations', () => {
  it('per user lets each user leave after its own', async () => {
    const { begun, missed, to, done } = loopOf({ users: [[3, 3, 60]], perUser: 4 });
    await to(2);
    await done;
    expect([0, 1, 2].map((user) => begun.filter((one) => one.user === user).length)).toEqual([4, 4, 4]);
    expect(missed).toEqual([]);
  });

  it('per user counts over all of its presences', async () => {
    const { begun, whole } = loopOf({
      users: [
        [1, 1, 1],
        [0, 0, 1],
        [1, 1, 5],
      ],
      perUser: 3,
    });
    await whole();
    expect(begun.map(({ at }) => at)).toEqual([0, 0.5, 2]);
  });

  it('in total is shared by whoever is free, and nobody waits when it is used up', async () => {
    const { begun, clock, to, done } = loopOf({
      users: [
        [2, 2, 60],
        [9, 9, 60],
      ],
      inTotal: 6,
      takes: (user) => (user === 0 ? 1 : 0.5),
    });
    await to(3);
    await done;
    expect(begun).toHaveLength(6);
    expect(begun.filter(({ user }) => user === 1)).toHaveLength(4);
    expect(clock.sleeping).toBe(0);
  });

  it('counts begun iterations, not missed slots', async () => {
    const { begun, missed, to, done } = loopOf({
      users: [[1, 1, 60]],
      every: 1,
      perUser: 3,
      takes: (_user, n) => (n === 0 ? 2.5 : 0.1),
    });
    await to(10);
    await done;
    expect(dues(begun)).toEqual([0, 2, 3]);
    expect(missed.map(({ due }) => due)).toEqual([1]);
  });

  it('ends the offer of slots when it is used up', async () => {
    const { begun, missed, to, done, offer } = loopOf({
      users: [[2, 2, 60]],
      every: 2,
      inTotal: 4,
      takes: (user) => (user === 0 ? 30 : 0.1),
    });
    await to(31);
    await done;
    // User 0 is busy; user 1 takes the rest at 1, 3 and 5 s: by then slot 2 of user 0 has passed and slot 4 waits.
    expect(begun.map(({ user, due }) => [user, due])).toEqual([
      [0, 0],
      [1, 1],
      [1, 3],
      [1, 5],
    ]);
    expect(offer.isOver).toBe(true);
    expect(missed.map(({ user, due, kind }) => [user, due, kind])).toEqual([
      [0, 2, 'dropped'],
      [0, 4, 'unsent'],
    ]);
  });
});

describe('leaving', () => {
  it('lets the iteration finish within the graceful stop, and cuts it off after that', async () => {
    const { cutAt, begun, whole } = loopOf({
      users: [
        [2, 2, 1],
        [1, 1, 9],
      ],
      takes: (user, n) => (user === 1 && n === 1 ? 60 : 0.6),
    });
    await whole();
    expect(cutAt).toEqual([3]);
    expect(begun.filter(({ user }) => user === 0).at(-1)?.at).toBeGreaterThan(9);
  });

  it('is at once when everything is cut off', async () => {
    const { cutAt, to, done, cut, stop } = loopOf({ takes: () => 60 });
    await to(1);
    stop.abort();
    await to(2);
    cut.abort();
    await done;
    expect(cutAt).toEqual([2]);
  });
});
