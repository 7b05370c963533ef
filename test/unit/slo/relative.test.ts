// Promises against earlier runs: the limit worked out from them, and no pass where they cannot give one.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { BaselineRuns } from '../../../src/slo/baseline.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { promiseFrom, type PromiseText } from '../../../src/slo/gates.ts';
import { baselineReading, baselineValue } from '../../../src/slo/relative.ts';
import { observedRun, processLooks } from '../../support/observed-run.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;

interface Sketch {
  readonly id?: string;
  readonly ok?: number;
  readonly micros?: number;
  readonly bad?: number;
}

const runOf = ({ id = 'now', ok = 1_000, micros = 100_000, bad = 0 }: Sketch): RunData =>
  runDataOf({
    id,
    slices: [
      sliceOf('query', 0, second, { okMicros: repeated(ok, micros), wrongMicros: repeated(bad, 1_000) }),
    ],
    series: [{ name: 'query', timeoutMicros: 5 * second }],
  });

/** A run that was let settle: the memory of its target before the load, and after it. */
const settledRun = (before: number, after: number): RunData =>
  observedRun({
    processes: [
      {
        ...{ name: 'target', restarts: 0 },
        points: processLooks(-3, 38, (at) => ({ memoryBytes: at < 0 ? before : after })),
      },
    ],
    settled: { fromMicros: 31 * second, toMicros: 38 * second },
  });

const earlier = (...runs: readonly RunData[]): BaselineRuns => ({
  of: ({ text, minSamples = 0 }) => ({
    runs: runs.map((data) => ({
      id: data.run.id,
      of: baselineValue(baselineReading(data, promiseFrom(text), []), minSamples),
    })),
    reason: runs.length === 0 ? 'there is none yet' : null,
  }),
});

const judge = (text: string, now: RunData, baselines: BaselineRuns, rules: Partial<PromiseText> = {}) =>
  evaluatePromises([{ text, severity: 'fail', ...rules }], now, { baselines })[0]!;

const green = runOf({ id: 'green' });

describe('a share of change', () => {
  test('is allowed on the value of the baseline', () => {
    const judged = judge('p95(query) <= +10% vs last_green', runOf({ micros: 109_000 }), earlier(green));
    expect(judged).toMatchObject({
      status: 'pass',
      baseline: { what: 'last_green', runs: ['green'] },
      unit: 'µs',
    });
    expect(judged.baseline!.value! / 100_000).toBeCloseTo(1, 2);
    expect(judged.limit! / judged.baseline!.value!).toBeCloseTo(1.1, 9);
  });

  test('and no more, in words that tell both', () => {
    const judged = judge('p95(query) <= +10% vs last_green', runOf({ micros: 120_000 }), earlier(green));
    expect(judged).toMatchObject({
      status: 'fail',
      reason: 'p95(query) is 120ms, promised <= +10% vs last_green (100ms: 110ms)',
    });
  });

  test('may ask for better', () => {
    const text = 'p95(query) <= -20% vs last_green';
    expect(judge(text, runOf({ micros: 79_000 }), earlier(green)).status).toBe('pass');
    expect(judge(text, runOf({ micros: 90_000 }), earlier(green)).status).toBe('fail');
  });
});

test('the median of several runs', () => {
  const runs = [300_000, 90_000, 110_000].map((micros, index) => runOf({ id: `r${index}`, micros }));
  const text = 'p95(query) <= +10% vs rolling_median(3)';
  const judged = judge(text, runOf({ micros: 115_000 }), earlier(...runs));
  expect(judged).toMatchObject({
    status: 'pass',
    baseline: { what: 'rolling_median(3)', runs: ['r0', 'r1', 'r2'] },
  });
  expect(judged.baseline!.value! / 110_000).toBeCloseTo(1, 2);
  expect(judge(text, runOf({ micros: 125_000 }), earlier(...runs)).status).toBe('fail');
  // Of an even number, the middle between the two.
  const fourth = runOf({ id: 'r3', micros: 90_000 });
  const even = judge('p95(query) <= +10% vs rolling_median(4)', green, earlier(...runs, fourth));
  expect(even.baseline!.value! / 100_000).toBeCloseTo(1, 2);
});

describe('is never kept without a baseline that is known', () => {
  const text = 'p95(query) <= +10% vs last_green';
  test.each([
    ['no run', earlier(), /^no baseline: there is none yet$/],
    [
      'a run without the series',
      earlier(runDataOf({ id: 'old', slices: [] })),
      /^no baseline: in the run old /,
    ],
    [
      'a run with too few samples',
      earlier(runOf({ id: 'old', ok: 20 })),
      /at least 200 samples, there are 20$/,
    ],
    [
      'a run that is only a lower bound',
      earlier(runOf({ id: 'old', bad: 500 })),
      /it is only known to be ≥ 5s$/,
    ],
    [
      'one such run of several',
      earlier(green, runOf({ id: 'old', ok: 20 })),
      /^no baseline: in the run old /,
    ],
  ] as const)('%s', (_, baselines, reason) => {
    const judged = judge(text, green, baselines);
    expect(judged).toMatchObject({ status: 'invalid', limit: null });
    expect(judged.reason).toMatch(reason);
    expect(judged.baseline).toMatchObject({ what: 'last_green', value: null });
    // What was measured is shown all the same.
    expect(judged.value).not.toBeNull();
  });

  test('nor where the caller knows of none', () => {
    const [judged] = evaluatePromises([{ text, severity: 'fail' }], green);
    expect(judged).toMatchObject({ status: 'invalid', limit: null });
  });

  test('fewer samples than asked for are too few in the baseline as well', () => {
    const judged = judge(
      'mean(query) <= +10% vs last_green',
      runOf({ ok: 100 }),
      earlier(runOf({ ok: 50 })),
      {
        minSamples: 60,
      },
    );
    expect(judged.reason).toContain('at least 60 samples are asked for, there are 50');
  });
});

test('a baseline without a single error allows none, which no number of samples can show', () => {
  const text = 'error_rate(query) <= +50% vs last_green';
  const judged = judge(text, green, earlier(green));
  expect(judged).toMatchObject({ status: 'invalid', limit: 0 });
  expect(judged.reason).toContain('no number of samples can show <= +50% vs last_green');
  // More than ten bad ones are worse than that beyond doubt.
  expect(judge(text, runOf({ bad: 11 }), earlier(green)).status).toBe('fail');
  const some = runOf({ id: 'some', ok: 950, bad: 50 });
  expect(judge(text, runOf({ ok: 930, bad: 70 }), earlier(some))).toMatchObject({
    status: 'pass',
    limit: 0.075,
  });
});

test('windows are held against the same limit', () => {
  const slices = Array.from({ length: 20 }, (_, n) =>
    sliceOf('query', n * second, (n + 1) * second, {
      okMicros: repeated(100, n < 18 ? 100_000 : 200_000),
    }),
  );
  const now = runDataOf({ slices });
  const text = 'mean(query) <= +15% vs last_green';
  expect(judge(text, now, earlier(green)).status).toBe('pass');
  const judged = judge(text, now, earlier(green), { windowMicros: 5 * second });
  expect(judged.reason).toMatch(
    /^1 of 4 stretches of 5s broken, the first from 15s to 20s: mean\(query\) is 140ms/,
  );
});

describe('a change after which every value would do is no promise', () => {
  const failing = runOf({ id: 'failing', ok: 100, bad: 900 });
  test.each([
    ['error_rate(query) <= +20 points vs last_green', failing],
    ['availability(query) >= -95 points vs last_green', failing],
    ['throughput(query) > -2000/s vs last_green', green],
    ['p95(query) >= -200ms vs last_green', green],
    ['count(query) >= -2000 vs last_green', green],
  ])('%s', (text, baseline) => {
    const judged = judge(text, green, earlier(baseline));
    expect(judged).toMatchObject({ status: 'invalid', limit: null });
    expect(judged.reason).toMatch(/^no baseline: it is .*, and every value would be within /);
  });

  test('but more than a whole budget may be spent', () => {
    // 10 of 1,000 are all that 99 % allows, 15 one and a half of it.
    const spent = runOf({ id: 'spent', ok: 990, bad: 10 });
    const text = 'budget_spent(query, 99%) <= +20% vs last_green';
    expect(judge(text, runOf({ ok: 989, bad: 11 }), earlier(spent))).toMatchObject({
      ...{ status: 'pass', limit: 1.2 },
    });
    expect(judge(text, runOf({ ok: 985, bad: 15 }), earlier(spent)).status).toBe('fail');
  });

  test('but memory may have grown less than not at all', () => {
    const [before, less] = [settledRun(100, 100), settledRun(100, 80)];
    expect(judge('memory_growth(target) >= -10 points vs last_green', before, earlier(before)).status).toBe(
      'pass',
    );
    expect(judge('memory_growth(target) >= -10 points vs last_green', less, earlier(before))).toMatchObject({
      ...{ status: 'fail', limit: -0.1 },
    });
    const [doubled, tripled] = [settledRun(100, 200), settledRun(100, 300)];
    expect(
      judge('memory_growth(target) <= +50 points vs last_green', tripled, earlier(doubled)),
    ).toMatchObject({
      ...{ status: 'fail', limit: 1.5 },
    });
  });

  test('but differences may be below zero', () => {
    const text = 'p95(query) - p50(query) >= -20ms vs last_green';
    expect(judge(text, green, earlier(green)).status).toBe('pass');
  });
});
