// A promise stops a run when it is significantly broken for so long without a break, and never for less.

import { describe, expect, it } from 'vitest';
import { AbortWatch, type Breach } from '../../../src/run/abort-watch.ts';
import type { SliceDelta } from '../../../src/measure/snapshot.ts';
import type { PromiseSpec } from '../../../src/scenario/scenario.ts';
import { repeated } from '../../support/slices.ts';
import { deltaOf, snapshotAt } from '../../support/snapshots.ts';

const second = 1_000_000;
const promised = (assert: string, after: number, window?: number): PromiseSpec => ({
  assert,
  severity: 'fail',
  abortAfterMicros: after * second,
  ...(window === undefined ? {} : { windowMicros: window * second }),
});

interface Played {
  readonly spec: PromiseSpec;
  readonly warmup?: number;
  readonly phases?: (at: number) => readonly string[];
  /** Of 20 due in second `n`, so many fail. */
  readonly badIn?: (n: number) => number;
  /** Due in every second from here on: never answered. */
  readonly hangFrom?: number;
  /** How many seconds later than that of its due time what was due in second `n` is told. */
  readonly toldAfter?: (n: number) => number;
  readonly seconds?: number;
}

/** Twenty due each second; the first breach, if there is one. */
function play({
  spec,
  warmup = 0,
  phases,
  badIn = () => 0,
  hangFrom = Infinity,
  toldAfter = () => 0,
  seconds = 60,
}: Played): Breach | null {
  const watch = new AbortWatch({
    slo: [{ assert: 'p50 < 10s', severity: 'fail' }, spec],
    warmupMicros: warmup * second,
    phases: (at) => phases?.(at / second) ?? ['steady'],
  });
  const told = new Map<number, SliceDelta[]>();
  for (let n = 0; n < seconds; n += 1) {
    const bad = badIn(n);
    const ended = { okMicros: repeated(20 - bad, 5_000), wrongMicros: repeated(bad, 5_000) };
    const tellIn = n + toldAfter(n);
    const due = n >= hangFrom ? [] : [deltaOf('ask', n * second, ended)];
    told.set(tellIn, [...(told.get(tellIn) ?? []), ...due]);
    const buckets = Array.from({ length: Math.max(0, n + 1 - hangFrom) }, (_, index) => ({
      untilMicros: (hangFrom + index + 0.5) * second,
      count: 20,
    }));
    watch.add({
      ...snapshotAt(n + 1, { deltas: told.get(n) ?? [] }),
      pending: [{ series: 'ask', buckets }],
    });
    const breach = watch.look((n + 1) * second);
    if (breach !== null) return breach;
  }
  return null;
}

describe('a promise with abort', () => {
  it('stops the run once it was broken over its window for so long, and says since when', () => {
    const breach = play({ spec: promised('error_rate < 5%', 15), badIn: (n) => (n >= 20 ? 20 : 0) });
    // The window of 10 s is broken with the first bad second (20 of 200, 5 % allowed).
    expect(breach).toEqual({
      index: 1,
      promise: 'error_rate < 5%',
      sinceMicros: 21 * second,
      atMicros: 36 * second,
      windowMicros: 10 * second,
      bad: 200,
      total: 200,
      allowedShare: 0.05,
    });
  });

  it('does not for a breach with a break in it', () => {
    // Ten bad seconds, then ten good ones: the window of 3 s is good again in between.
    const spec = promised('error_rate < 5%', 12, 3);
    expect(play({ spec, badIn: (n) => (Math.floor(n / 10) % 2 === 1 ? 20 : 0) })).toBeNull();
    expect(
      play({ spec: promised('error_rate < 5%', 11, 3), badIn: (n) => (n >= 10 && n < 20 ? 20 : 0) })
        ?.atMicros,
    ).toBe(22 * second);
  });

  it('does not for what may be chance', () => {
    // 15 of 200 with 5 % allowed: P(Bin ≥ 15) is 7 %.
    expect(play({ spec: promised('error_rate < 5%', 1), badIn: (n) => (n % 2 === 0 ? 3 : 0) })).toBeNull();
  });

  it('counts what hangs beyond the limit, though nothing of it has ended', () => {
    const breach = play({ spec: promised('p95(ask) < 2s', 5, 5), hangFrom: 10 });
    // Due by 10.5 s and still there 2 s later: seen at 13 s, in a window with two good seconds left.
    expect(breach).toMatchObject({ sinceMicros: 13 * second, atMicros: 18 * second });
    expect(breach?.bad).toBe(breach?.total);
    // What hangs is no failure yet.
    expect(play({ spec: promised('error_rate < 5%', 5, 5), hangFrom: 10 })).toBeNull();
    expect(play({ spec: promised('p95(other) < 2s', 5, 5), hangFrom: 10 })).toBeNull();
  });

  it.each(['error_rate < 5%', 'availability >= 95%'])(
    'stops for a hang whose timeout is longer than its window, once the timeouts come: %s',
    (assert) => {
      // Due from 10 s on, told 30 s later each: of a window of 5 s nothing would be left by then.
      const badIn = (n: number): number => (n >= 10 ? 20 : 0);
      const breach = play({ spec: promised(assert, 5, 5), badIn, toldAfter: (n) => (n >= 10 ? 30 : 0) });
      expect(breach).toMatchObject({ sinceMicros: 41 * second, atMicros: 46 * second });
      expect(breach).toMatchObject({ bad: 100, total: 100 });
    },
  );

  it('holds what is told late against the phase in which it was due', () => {
    const phases = (at: number): readonly string[] => (at > 10 && at <= 20 ? ['fault:cut'] : ['steady']);
    const badIn = (n: number): number => (n >= 10 && n < 20 ? 20 : 0);
    const toldAfter = (n: number): number => (n >= 10 && n < 20 ? 12 : 0);
    const steady = { phases, badIn, toldAfter, seconds: 60 };
    expect(play({ spec: promised('error_rate < 5% during steady', 5, 5), ...steady })).toBeNull();
    expect(play({ spec: promised('error_rate < 5%', 5, 5), ...steady })).not.toBeNull();
  });

  it('looks at nothing of the warm-up', () => {
    const spec = promised('error_rate < 5%', 5);
    expect(play({ spec, warmup: 20, badIn: (n) => (n < 20 ? 20 : 0) })).toBeNull();
    expect(play({ spec, warmup: 20, badIn: () => 20 })).toMatchObject({ sinceMicros: 21 * second });
  });

  it('looks at the window that the promise itself names', () => {
    const breach = play({ spec: promised('error_rate < 5% over 3s', 5), badIn: (n) => (n >= 20 ? 20 : 0) });
    expect(breach).toMatchObject({ windowMicros: 3 * second, total: 60 });
  });

  it.each([
    'p95(ask) < 2s',
    'error_rate < 5%',
    'availability >= 95%',
    'dropped <= 5%',
    'achieved(ask) > 95%',
  ])('may be any that allows a share of bad answers: %s', (assert) => {
    const watch = new AbortWatch({
      slo: [promised(assert, 5)],
      warmupMicros: 0,
      phases: () => ['steady'],
    });
    expect(watch.isNeeded).toBe(true);
  });

  it('is asked in its own phases only, from their begin on', () => {
    const phases = (at: number): readonly string[] => (at > 10 && at <= 30 ? ['fault:cut'] : ['steady']);
    const badIn = (n: number): number => (n >= 10 && n < 30 ? 20 : 0);
    expect(play({ spec: promised('error_rate < 5% during steady', 5), phases, badIn })).toBeNull();
    const spec = promised('error_rate < 5% during fault:cut', 5);
    expect(play({ spec, phases, badIn })).toMatchObject({ sinceMicros: 12 * second, atMicros: 17 * second });
  });
});
