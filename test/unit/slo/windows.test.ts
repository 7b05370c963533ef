// A promise with a window holds in every stretch, by the same rules as over the whole; too few samples say nothing.

import { expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;

/** `count` due in each second; so many of them fail in second `n`. */
const slices = (seconds: number, count: number, badIn: (n: number) => number): Slice[] =>
  Array.from({ length: seconds }, (_, n) =>
    sliceOf('query', n * second, (n + 1) * second, {
      okMicros: repeated(count - badIn(n), 5_000),
      wrongMicros: repeated(badIn(n), 5_000),
    }),
  );

function judged(text: string, window: number, given: readonly Slice[], warmup = 0): SloRecord | undefined {
  const data = runDataOf({ slices: given });
  const load = { ...data.run.load, warmupMicros: warmup * second };
  const phases = [
    ...(warmup === 0 ? [] : [{ name: 'warmup', startMicros: 0, endMicros: warmup * second }]),
    { name: 'steady', startMicros: warmup * second, endMicros: load.elapsedMicros },
  ];
  const run = { ...data.run, load, phases };
  const promise = { text, severity: 'fail', windowMicros: window * second } as const;
  return evaluatePromises([promise], { run, slices: data.slices })[0];
}

test('one bad stretch breaks what holds over the whole, and is named', () => {
  const given = slices(60, 20, (n) => (n >= 20 && n < 24 ? 5 : 0));
  expect(judged('error_rate < 5%', 60, given)?.status).toBe('pass');
  const broken = judged('error_rate < 5%', 10, given);
  expect(broken).toMatchObject({ status: 'fail', value: 0.1, samples: 200 });
  expect(broken?.reason).toMatch(
    /^1 of 6 stretches of 10s broken, the first from 20s to 30s: error_rate is 10%/,
  );
});

test('stretches begin at the end of the warm-up, and nothing of it counts', () => {
  const given = slices(35, 20, (n) => (n < 5 ? 20 : 0));
  expect(judged('error_rate < 5%', 10, given, 5)).toMatchObject({ status: 'pass', samples: 600 });
  const late = slices(35, 20, (n) => (n >= 14 && n < 16 ? 10 : 0));
  // Ten of 200 in each of two stretches, where one alone would have had 20.
  expect(judged('error_rate <= 5%', 10, late, 5)?.status).toBe('pass');
  expect(judged('error_rate <= 5%', 10, late)?.status).toBe('fail');
});

test('a stretch with too few samples says nothing; when all have, the promise cannot be judged', () => {
  const thin = slices(60, 1, () => 0);
  // 5 % of 10 is less than one.
  expect(judged('error_rate < 5%', 10, thin)).toMatchObject({ status: 'invalid' });
  expect(judged('error_rate < 5%', 10, thin)?.reason).toMatch(/^no stretch of 10s could be judged: /);
  expect(judged('error_rate < 5%', 30, thin)?.status).toBe('pass');
});

test('a promise that is broken over the whole is told as that', () => {
  const given = slices(20, 20, () => 10);
  expect(judged('error_rate < 5%', 10, given)?.reason).toMatch(/^error_rate is 50%/);
});

test('an outage in the last 10 s fails a windowed promise that the whole keeps', () => {
  const given = slices(300, 20, (n) => (n >= 290 ? 20 : 0));
  const data = runDataOf({ slices: given });
  const judge = (text: string) => evaluatePromises([{ text, severity: 'fail' }], data)[0];
  expect(judge('error_rate < 5%')?.status).toBe('pass');
  expect(judge('error_rate < 5% over 10s')).toMatchObject({ status: 'fail', value: 1, samples: 200 });
  expect(judge('error_rate < 5% over 10s')?.reason).toMatch(
    /^1 of 30 stretches of 10s broken, the first from 290s to 5m|^1 of 30 stretches of 10s broken, the first from 4m50s to 5m/,
  );
  // As `window` of the object form does.
  expect(judged('error_rate < 5%', 10, given)).toMatchObject({ status: 'fail', value: 1 });
});

test('so does one in a last stretch that is shorter', () => {
  const given = slices(294, 20, (n) => (n >= 291 ? 20 : 0));
  expect(judged('error_rate < 5%', 300, given)?.status).toBe('pass');
  expect(judged('error_rate < 5%', 10, given)).toMatchObject({ status: 'fail', value: 0.75, samples: 80 });
});

test('a stretch that was measured and cannot be told leaves the promise open', () => {
  // Of the last ten seconds nothing is known but that it took longer than 1 s, the timeout.
  const given = Array.from({ length: 20 }, (_, n) =>
    sliceOf(
      'query',
      n * second,
      (n + 1) * second,
      n < 10 ? { okMicros: repeated(50, 5 * second) } : { wrongMicros: repeated(20, 1) },
    ),
  );
  const data = runDataOf({ slices: given, series: [{ name: 'query', timeoutMicros: second }] });
  const promise = { text: 'p50(query) > 3s', severity: 'fail' } as const;
  expect(evaluatePromises([promise], data)[0]?.status).toBe('pass');
  const open = evaluatePromises([{ ...promise, windowMicros: 10 * second, onNoData: 'skip' }], data)[0];
  expect(open).toMatchObject({ status: 'invalid' });
  expect(open?.reason).toMatch(/^it cannot be told from 10s to 20s: only known to be ≥ 1s/);
});

test('a busy last stretch breaks a promise about the processor that the whole keeps', () => {
  const points = Array.from({ length: 40 }, (_, n) => ({
    ...{ atMicros: (n + 1) * second, cpuShare: n >= 35 ? 1 : 0.1, memoryBytes: n >= 35 ? 9e6 : 1e6 },
  }));
  const data = runDataOf({
    slices: slices(40, 20, () => 0),
    processes: [{ name: 'target', cores: 1, points }],
  });
  const judge = (text: string) => evaluatePromises([{ text, severity: 'fail' }], data)[0];
  expect(judge('cpu(target) < 50%')?.status).toBe('pass');
  expect(judge('cpu(target) < 50% over 5s')).toMatchObject({ status: 'fail', value: 1 });
  expect(judge('cpu(target) < 50% over 5s')?.reason).toMatch(
    /^1 of 8 stretches of 5s broken, the first from 35s to 40s: /,
  );
  expect(judge('memory(target, mean) < 4MiB')?.status).toBe('pass');
  expect(judge('memory(target, mean) < 4MiB over 5s')).toMatchObject({ status: 'fail' });
});

test('so does a last stretch in which the target tells of itself what the whole does not', () => {
  const times = Array.from({ length: 41 }, (_, n) => n * second);
  const late = (atMicros: number) => Math.max(0, atMicros / second - 35);
  const series = [
    { name: 'in_use', kind: 'gauge', valueAt: (at: number) => (late(at) > 0 ? 20 : 3) },
    // One a second; from 35 s on ten.
    { name: 'seen_total', kind: 'counter', valueAt: (at: number) => at / second + 9 * late(at) },
  ] as const;
  const data = {
    ...runDataOf({ slices: slices(40, 20, () => 0) }),
    scrapes: {
      ...{ url: 'http://127.0.0.1:1/metrics', everyMicros: second, failures: [] },
      series: series.map(({ valueAt, ...one }) => ({
        ...{ ...one, labels: {} },
        points: times.map((atMicros) => ({ atMicros, value: valueAt(atMicros) })),
      })),
      scrapes: times.map((atMicros) => ({ atMicros, tookMicros: 1 })),
    },
  };
  const judge = (text: string) => evaluatePromises([{ text, severity: 'fail' }], data)[0];
  const where = /^1 of 8 stretches of 5s broken, the first from 35s to 40s: /;
  expect(judge('metric(in_use, mean) < 10')?.status).toBe('pass');
  expect(judge('metric(in_use, mean) < 10 over 5s')).toMatchObject({
    status: 'fail',
    reason: expect.stringMatching(where) as string,
  });
  expect(judge('metric(seen_total) < 5')).toMatchObject({ status: 'pass' });
  const rate = judge('metric(seen_total) < 5 over 5s');
  // What was counted in the stretch alone, from the scrape that began it.
  expect(rate).toMatchObject({ status: 'fail', reason: expect.stringMatching(where) as string });
  expect(rate?.value).toBeCloseTo(10, 6);
});
