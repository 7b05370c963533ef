// Views of running loads, made by hand, for whatever shows them.

import type { LatencyView, RunView, SecondView } from '../../src/run/live-view.ts';

const second = 1_000_000;
const plain = (valueMicros: number) => ({ valueMicros, atLeast: false });

/** p50 of 12 ms, p95 of 45 ms; not enough samples for p99. */
const latency: LatencyView = {
  p50: plain(12_345),
  p95: plain(45_100),
  p99: null,
  slowestOkMicros: 88_000,
  overMicros: 4 * second,
};

const history: readonly SecondView[] = Array.from({ length: 42 }, (_, index) => ({
  second: index,
  okPerSecond: Math.min(80, 10 + 2 * index),
  p50: plain(10_000 + 50 * index),
  p95: index >= 30 ? { valueMicros: 5 * second, atLeast: true } : plain(20_000 + 1_000 * index),
  slowestOkMicros: 90_000,
}));

/** Forty-two seconds into a run with everything in it. */
export function busyView(changes: Partial<RunView> = {}): RunView {
  const rate = { donePerSecond: 79.6, okPerSecond: 79.1, badShare: 0.0063, overMicros: 2 * second };
  return {
    title: 'rag with a slow database',
    variant: 'after',
    place: null,
    stage: 'load',
    phases: ['fault:slow-db', 'recovery:cut'],
    elapsedMicros: 42 * second,
    plannedMicros: 100 * second,
    left: null,
    pace: {
      scheduledPerSecond: 40,
      begunPerSecond: 39.8,
      onlyArrivals: false,
      belowSchedule: false,
      scheduledUsers: 50,
      users: 49,
      inFlight: 12,
      waiting: 3,
      dropped: 5,
      unsent: 0,
    },
    rate,
    latency,
    done: 4_210,
    bad: 15,
    errors: { status: 3, timeout: 12 },
    active: [{ id: 'slow-db', what: 'latency on postgres', leftMicros: 12 * second }],
    next: { id: 'redis-down', what: 'down on redis', leftMicros: 28 * second },
    warnings: ['saturated in second 41 (1 so far): schedule lag p99 35ms, limit 20ms'],
    series: [
      { name: 'query', rate, latency },
      {
        name: 'answer',
        rate: { donePerSecond: 0, okPerSecond: 0, badShare: null, overMicros: 2 * second },
        latency: { p50: null, p95: null, p99: null, slowestOkMicros: null, overMicros: 4 * second },
      },
    ],
    history,
    ...changes,
  };
}

/** One of many: the sixth run of a verification. */
export const sixthOfTwenty: Pick<RunView, 'place' | 'left'> = {
  place: {
    what: 'pair 3 of 10: after',
    runsDone: 5,
    runs: 20,
    meanRunMicros: 50 * second,
    last: 'before: fail, p50(query) 9.61s',
  },
  left: { micros: 725 * second, atLeast: false },
};

/** Nothing has come back yet. */
export const emptyView = (changes: Partial<RunView> = {}): RunView =>
  busyView({
    phases: ['warmup'],
    elapsedMicros: 250_000,
    pace: {
      scheduledPerSecond: null,
      begunPerSecond: 0,
      onlyArrivals: false,
      belowSchedule: false,
      scheduledUsers: 1,
      users: 1,
      inFlight: 1,
      waiting: 0,
      dropped: 0,
      unsent: 0,
    },
    rate: null,
    latency: null,
    done: 0,
    bad: 0,
    errors: {},
    active: [],
    next: null,
    warnings: [],
    series: [],
    history: [],
    ...changes,
  });
