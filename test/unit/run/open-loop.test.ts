// The open model on a clock that moves when told: starts on time, limits, queues, the end of the load, and being late.

import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../src/run/in-flight.ts';
import { OpenLoop } from '../../../src/run/open-loop.ts';
import { createArrivals } from '../../../src/workload/arrivals.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ms = 1_000;
const second = 1_000_000;

interface Options {
  readonly ratePerSecond?: number;
  readonly seconds?: number;
  readonly maxInFlight?: number;
  readonly onLimit?: 'drop' | 'queue';
  readonly takesMs?: (n: number) => number;
}

function loopOf(options: Options) {
  const { ratePerSecond = 10, seconds = 2, takesMs = () => 10 } = options;
  const clock = new FakeClock(7 * second);
  const startAtMicros = clock.nowMicros() + second;
  const started: [due: number, at: number][] = [];
  const lost: [due: number, kind: string][] = [];
  const lags: number[] = [];
  const stop = new AbortController();
  const cut = new AbortController();
  const inFlight = new InFlight(options.maxInFlight ?? 100);
  const fromStart = (at: number): number => (at - startAtMicros) / ms;
  const loop = new OpenLoop({
    clock,
    arrivals: createArrivals(
      [
        {
          fromPerSecond: ratePerSecond,
          toPerSecond: ratePerSecond,
          forMicros: seconds * second,
          spacing: 'even',
        },
      ],
      1,
    ),
    startAtMicros,
    durationMicros: seconds * second,
    onLimit: options.onLimit ?? 'drop',
    inFlight,
    stop: stop.signal,
    cut: cut.signal,
    iterate: async (_arrival, dueAtMicros) => {
      const n = started.push([fromStart(dueAtMicros), fromStart(clock.nowMicros())]) - 1;
      await clock.sleepUntil(clock.nowMicros() + takesMs(n) * ms);
    },
    notStarted: (_arrival, dueAtMicros, kind) => lost.push([fromStart(dueAtMicros), kind]),
    onLag: (lag) => lags.push(lag / ms),
  });
  const to = (atMs: number): Promise<void> => clock.advance(startAtMicros + atMs * ms - clock.nowMicros());
  return { clock, loop, started, lost, lags, stop, cut, inFlight, to };
}

describe('the open loop', () => {
  it('begins everything exactly when due, however long answers take', async () => {
    const { loop, started, lags, to } = loopOf({ takesMs: () => 100_000 });
    const done = loop.run();
    await to(10_000);
    await done;
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => [n * 100, n * 100]));
    expect(lags.every((lag) => lag === 0)).toBe(true);
  });

  it('drops what is due while every place is taken', async () => {
    const { loop, started, lost, to } = loopOf({ maxInFlight: 1, takesMs: () => 250 });
    const done = loop.run();
    await to(10_000);
    await done;
    expect(started.map(([due]) => due)).toEqual([0, 300, 600, 900, 1200, 1500, 1800]);
    expect(lost).toHaveLength(13);
    expect(new Set(lost.map(([, kind]) => kind))).toEqual(new Set(['dropped']));
  });

  it('queues for a place with the due time kept, and the wait is not its own lag', async () => {
    const { loop, started, lags, to } = loopOf({
      maxInFlight: 1,
      onLimit: 'queue',
      takesMs: (n) => (n === 0 ? 350 : 10),
    });
    const done = loop.run();
    await to(10_000);
    await done;
    expect(started.slice(0, 5)).toEqual([
      [0, 0],
      [100, 350],
      [200, 360],
      [300, 370],
      [400, 400],
    ]);
    expect(lags.every((lag) => lag === 0)).toBe(true);
  });

  it('leaves unsent what still queues when the load ends', async () => {
    const { loop, started, lost, clock, to } = loopOf({
      maxInFlight: 1,
      onLimit: 'queue',
      takesMs: () => 500,
    });
    const done = loop.run();
    await to(1_999);
    expect(loop.backlog(clock.nowMicros()).waiting).toBeGreaterThan(10);
    await to(2_001);
    await done;
    expect(started).toHaveLength(4);
    expect(lost).toHaveLength(16);
    expect(lost[0]).toEqual([400, 'unsent']);
  });

  it('offers nothing after a stop, and what was not due was never offered', async () => {
    const { loop, started, lost, stop, to } = loopOf({});
    const done = loop.run();
    await to(950);
    stop.abort();
    await done;
    expect(started).toHaveLength(10);
    expect(lost).toEqual([]);
  });

  it('leaves the queue unsent at a stop', async () => {
    const { loop, lost, stop, to } = loopOf({
      maxInFlight: 1,
      onLimit: 'queue',
      takesMs: () => 5_000,
    });
    const done = loop.run();
    await to(950);
    stop.abort();
    await done;
    expect(lost.map(([due]) => due)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  it('begins late what was due while the thread was blocked, and owns up to the lag', async () => {
    const { loop, started, lags, clock, to } = loopOf({});
    const done = loop.run();
    await to(150);
    await clock.jump(400 * ms);
    await to(10_000);
    await done;
    expect(started.slice(2, 6)).toEqual([
      [200, 550],
      [300, 550],
      [400, 550],
      [500, 550],
    ]);
    expect(lags.slice(2, 6)).toEqual([350, 250, 150, 50]);
    expect(started).toHaveLength(20);
  });

  it('begins even after the end what only its own lateness kept from beginning', async () => {
    const { loop, started, lost, clock, to } = loopOf({});
    const done = loop.run();
    await to(1_850);
    await clock.jump(1_000 * ms);
    await to(10_000);
    await done;
    expect(started).toHaveLength(20);
    expect(lost).toEqual([]);
  });

  it('leaves unsent what it is too late for when everything is cut off', async () => {
    const { loop, started, lost, clock, cut, to } = loopOf({});
    const done = loop.run();
    await to(950);
    cut.abort();
    await clock.jump(5_000 * ms);
    await done;
    expect(started).toHaveLength(10);
    expect(lost).toEqual(Array.from({ length: 10 }, (_, n) => [1_000 + n * 100, 'unsent']));
  });

  it('lasts as long as planned, even when nothing is due at its end', async () => {
    const { loop, to } = loopOf({ ratePerSecond: 1, seconds: 5 });
    let isOver = false;
    const done = loop.run().then(() => (isOver = true));
    await to(4_900);
    expect(isOver).toBe(false);
    await to(5_000);
    expect(isOver).toBe(true);
    await done;
  });

  it('rejects when an iteration throws: that is a bug, not a failed request', async () => {
    const { loop, to } = loopOf({
      takesMs: () => {
        throw new Error('a bug');
      },
    });
    const done = expect(loop.run()).rejects.toThrow('a bug');
    await to(1_000);
    await done;
  });
});
