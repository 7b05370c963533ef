// A promise that stops a run, where windows are empty: users that all hang, a pause in the load, a thread that died.

import { describe, expect, it } from 'vitest';
import type { PendingCounts } from '../../../src/measure/pending.ts';
import { AbortWatch, type Breach } from '../../../src/run/abort-watch.ts';
import { repeated } from '../../support/slices.ts';
import { deltaOf, snapshotAt } from '../../support/snapshots.ts';

const second = 1_000_000;

const watchOver = (assert: string, after: number, window: number): AbortWatch =>
  new AbortWatch({
    slo: [{ assert, severity: 'fail', abortAfterMicros: after * second, windowMicros: window * second }],
    warmupMicros: 0,
    phases: () => ['steady'],
  });

const awaited = (atSeconds: number): PendingCounts => ({
  series: 'ask',
  buckets: [{ untilMicros: (atSeconds + 0.1) * second, count: 10 }],
});

interface Hung {
  readonly after: number;
  /** So many requests of each user time out; then all is well. Default: all of them. */
  readonly bursts?: number;
  /** From the first burst on nothing is told to be in flight. */
  readonly pauses?: boolean;
}

/** Ten users whose requests hang from 20 s on, all at once, and time out after 30 s each. */
function play({ after, bursts = Infinity, pauses = false }: Hung): Breach | null {
  const watch = watchOver('error_rate(ask) < 5%', after, 10);
  const good = { okMicros: repeated(10, 5_000) };
  const bad = { timedOutMicros: repeated(10, 30 * second) };
  for (let n = 0; n < 200; n += 1) {
    const [burst, into] = [Math.floor((n - 20) / 30), (n - 20) % 30];
    const hangs = burst >= 0 && burst < bursts;
    const ended = n > 20 && into === 0 && burst <= bursts ? [deltaOf('ask', (n - 30) * second, bad)] : [];
    const deltas = hangs ? ended : [...ended, deltaOf('ask', n * second, good)];
    const pending = hangs && !(pauses && burst > 0) ? [awaited(n - into)] : [];
    watch.add({ ...snapshotAt(n + 1, { deltas }), pending });
    const breach = watch.look((n + 1) * second);
    if (breach !== null) return breach;
  }
  return null;
}

describe('users that all hang, whose timeouts come in bursts', () => {
  it.each([
    [15, 81],
    [40, 111],
  ])('stop the run with the first burst after %i s, however empty the windows between are', (after, at) => {
    const broken = { sinceMicros: 51 * second, bad: 10, total: 10 };
    expect(play({ after })).toMatchObject({ ...broken, atMicros: at * second });
  });

  it('do not where the answers come again', () => {
    expect(play({ after: 15, bursts: 1 })).toBeNull();
  });

  it('do not where nothing is in flight between: a pause in the load is a break', () => {
    expect(play({ after: 15, pauses: true })).toBeNull();
  });
});

it('of whole iterations what is in flight is that of their steps', () => {
  const watch = watchOver('error_rate(flow:main) < 5%', 15, 10);
  const bad = { timedOutMicros: repeated(10, 30 * second) };
  const breaches = Array.from({ length: 60 }, (_, n) => {
    const deltas = n % 30 === 0 ? [deltaOf('flow:main', n * second, bad)] : [];
    watch.add({ ...snapshotAt(n + 1, { deltas }), pending: [awaited(n)] });
    return watch.look((n + 1) * second)?.atMicros ?? null;
  });
  expect(breaches.find((at) => at !== null)).toBe(31 * second);
});

it('a thread that died is forgotten, with what it had in flight', () => {
  const watch = watchOver('p95(ask) < 2s', 5, 5);
  const died = { series: 'ask', buckets: [{ untilMicros: 9.5 * second, count: 40 }] };
  const breaches = Array.from({ length: 40 }, (_, n) => {
    const deltas = [deltaOf('ask', n * second, { okMicros: repeated(20, 5_000) })];
    watch.add({ ...snapshotAt(n + 1, { deltas }), pending: [] });
    if (n === 9 || n === 11) watch.add({ ...snapshotAt(n + 1, { thread: 1 }), pending: [died] });
    return watch.look((n + 1) * second);
  });
  expect(breaches.filter((breach) => breach !== null)).toEqual([]);
  expect(watch.inFlight()).toHaveLength(1);
});
