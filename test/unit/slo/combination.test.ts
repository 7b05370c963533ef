// Ratios and differences of two metrics against records of known content, and every way in which they know too little.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { parseMeasure } from '../../../src/slo/parse.ts';
import { metricOf, readMeasure } from '../../../src/slo/reading.ts';
import { runDataOf } from '../../support/run-record.ts';
import type { RunSketch } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
type Content = Parameters<typeof sliceOf>[3];

const runOf = (content: Readonly<Record<string, Content>>, sketch: Partial<RunSketch> = {}): RunData =>
  runDataOf({
    slices: Object.entries(content).map(([name, one]) => sliceOf(name, 0, second, one)),
    series: Object.keys(content).map((name) => ({ name, timeoutMicros: 5_000_000 })),
    ...sketch,
  });

const judge = (text: string, data: RunData) => evaluatePromises([{ text, severity: 'fail' }], data)[0]!;

const ok = (count: number, micros: number): Content => ({ okMicros: repeated(count, micros) });
const failing = (count: number, bad: number): Content => ({
  okMicros: repeated(count - bad, 1_000),
  wrongMicros: repeated(bad, 1_000),
});

/** Beyond the 99th percentile: the value is only known to be at least the timeout. */
const timedOut = (count: number): Content => ({
  okMicros: repeated(count, 10_000),
  timedOutMicros: repeated(count, 5_000_000),
});

describe('a ratio', () => {
  test('is a plain number, and its reason tells both sides', () => {
    const data = runOf({ a: ok(2_000, 90_000), b: ok(2_000, 30_000) });
    const judged = judge('p95(a) / p95(b) < 4', data);
    expect(judged).toMatchObject({ status: 'pass', unit: 'count', limit: 4, samples: 2_000 });
    expect(judged.value).toBeCloseTo(3, 2);
    expect(judged.reason).toBe('90ms / 30ms');
    const broken = judge('p95(a) / p95(b) < 2', data);
    expect(broken.status).toBe('fail');
    expect(broken.reason).toMatch(
      /^p95\(a\) \/ p95\(b\) is 3(\.\d+)?, promised < 2 \(90(\.\d)?ms \/ 30(\.\d)?ms\)$/,
    );
  });

  test('rests on the side with the fewer samples, each by its own rule', () => {
    const data = runOf({ a: ok(300, 90_000), b: ok(2_000, 30_000) });
    expect(judge('p50(a) / p99(b) < 4', data)).toMatchObject({ status: 'pass', samples: 300 });
    expect(judge('p99(a) / p50(b) < 4', data)).toMatchObject({
      status: 'invalid',
      reason: '`p99(a)`: p99 needs at least 1000 samples, there are 300',
    });
  });

  test('whose numerator is only a lower bound fails every upper limit', () => {
    const data = runOf({ a: timedOut(1_000), b: ok(1_000, 30_000) });
    expect(judge('p95(a) / p95(b) < 1000', data)).toMatchObject({ status: 'fail', atLeast: true });
    expect(judge('p95(a) / p95(b) > 100', data).status).toBe('pass');
    expect(judge('p95(a) / p95(b) > 1000', data).status).toBe('invalid');
  });

  test('whose denominator is only a lower bound decides where even the bound is below the limit', () => {
    const data = runOf({ a: ok(1_000, 50_000), b: timedOut(1_000) });
    expect(judge('p95(a) / p95(b) < 1', data)).toMatchObject({ status: 'pass', atLeast: false });
    expect(judge('p95(a) / p95(b) > 1', data).status).toBe('fail');
    expect(judge('p95(a) / p95(b) < 0.001', data)).toMatchObject({
      status: 'invalid',
      reason: 'an upper bound only: `p95(b)` is not known for certain, it may be more',
    });
    expect(judge('p95(a) / p95(b) > 0.001', data).status).toBe('invalid');
  });

  test('of two lower bounds is not known at all', () => {
    const data = runOf({ a: timedOut(1_000), b: timedOut(1_000) });
    expect(judge('p95(a) / p95(b) < 1000', data)).toMatchObject({
      status: 'invalid',
      value: null,
      reason: '`p95(a)` and `p95(b)` bound nothing together',
    });
  });

  test('by zero has no value', () => {
    const data = runOf({ a: failing(1_000, 500), b: ok(1_000, 1_000) });
    expect(judge('error_rate(a) / error_rate(b) < 2', data)).toMatchObject({
      status: 'invalid',
      value: null,
      reason: '`error_rate(b)` is 0%: nothing can be divided by it',
    });
  });

  test('of shares needs enough of what they count', () => {
    expect(
      judge('error_rate(a) / error_rate(b) < 2', runOf({ a: failing(1_000, 3), b: failing(1_000, 2) })),
    ).toMatchObject({
      status: 'invalid',
      reason: '`error_rate(b)` is 0.2%: too few to count in 1000 samples',
    });
    expect(
      judge('error_rate(a) / error_rate(b) < 2', runOf({ a: failing(20, 1), b: failing(1_000, 50) })).status,
    ).toBe('invalid');
    const data = runOf({ a: failing(1_000, 60), b: failing(1_000, 50) });
    expect(judge('error_rate(a) / error_rate(b) < 2', data)).toMatchObject({ status: 'pass' });
    expect(judge('error_rate(a) / error_rate(b) < 1.1', data)).toMatchObject({ status: 'fail' });
  });

  test('says when its latencies are service latencies', () => {
    const series = ['a', 'b'].map((name) => ({ name, hasDueTime: false }));
    const data = runOf({ a: ok(1_000, 90_000), b: ok(1_000, 30_000) }, { series });
    expect(judge('p95(a) / p95(b) < 4', data).reason).toBe(
      '90ms / 30ms; service latency only: this load has no due times',
    );
  });
});

describe('a difference', () => {
  test('is in the unit of its sides and may be below zero', () => {
    const data = runOf({ a: ok(1_000, 30_000), b: ok(1_000, 90_000) });
    const judged = judge('p95(a) - p95(b) < 5ms', data);
    expect(judged).toMatchObject({ status: 'pass', unit: 'µs', limit: 5_000 });
    expect(judged.value! / -60_000).toBeCloseTo(1, 2);
    expect(judge('p95(b) - p95(a) < 5ms', data).status).toBe('fail');
  });

  test('of shares needs as many samples as its limit asks for', () => {
    const data = runOf({ a: failing(100, 1), b: failing(1_000, 5) });
    expect(judge('error_rate(a) - error_rate(b) < 1%', data).status).toBe('pass');
    expect(judge('error_rate(a) - error_rate(b) < 0.5%', data)).toMatchObject({
      status: 'invalid',
      reason: 'this difference needs at least 200 samples, there are 100',
    });
  });

  test('to a lower bound is an upper one', () => {
    const data = runOf({ a: ok(1_000, 50_000), b: timedOut(1_000) });
    expect(judge('p95(a) - p95(b) < 5ms', data).status).toBe('pass');
    const far = runOf({ a: ok(1_000, 50_000_000), b: timedOut(1_000) });
    expect(judge('p95(a) - p95(b) < 5ms', far).status).toBe('invalid');
    expect(judge('p95(b) - p95(a) < 10s', data)).toMatchObject({ status: 'fail', atLeast: true });
  });

  test('as a bare value is refused near zero, where two runs have no ratio', () => {
    const data = runOf({ a: ok(1_000, 30_000), b: ok(1_000, 90_000) });
    const parsed = parseMeasure('p95(a) - p95(b)');
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const { reading } = readMeasure(parsed.value, data, []);
    expect(reading).toMatchObject({ value: null });
    expect(reading.note).toContain('too near zero to be compared by ratio');
  });
});

describe('what either side misses, both miss', () => {
  const faults = [{ id: 'slow-db', effectAtMicros: null, note: 'not steady' }];

  test('a series without data, named', () => {
    const data = runOf({ a: ok(1_000, 30_000), b: {} });
    expect(judge('p95(a) / p95(b) < 4', data)).toMatchObject({
      status: 'invalid',
      reason: '`p95(b)`: no data: nothing was offered',
    });
    expect(judge('p95(a) / p95(c) < 4', data).reason).toContain(
      '`p95(c)`: the series `c` is not in this record',
    );
  });

  test('a fault that was not injected, on either side', () => {
    const data = runOf({ a: ok(1_000, 30_000) }, { faults });
    for (const text of [
      'p95(a) during fault:slow-db / p95(a) < 3',
      'p95(a) during steady / p95(a) during fault:slow-db < 3',
    ]) {
      const judged = judge(text, data);
      expect({ text, status: judged.status }).toEqual({ text, status: 'not judged' });
      expect(judged.reason).toContain('`p95(a) during fault:slow-db`: the fault `slow-db` was not injected');
    }
  });

  test('what is missing outranks what has nothing to judge', () => {
    const data = runOf({ a: ok(1_000, 30_000) }, { faults });
    expect(judge('p95(a) during fault:slow-db / p95(c) < 3', data).status).toBe('invalid');
  });
});

test('each side is read in its own phases', () => {
  const data = runDataOf({
    slices: [sliceOf('a', 0, second, ok(1_000, 10_000)), sliceOf('a', second, 2 * second, ok(1_000, 40_000))],
    phases: [
      { name: 'steady', startMicros: 0, endMicros: second },
      { name: 'fault:slow-db', startMicros: second, endMicros: 2 * second },
    ],
    faults: [{ id: 'slow-db', effectAtMicros: second, clearedAtMicros: 2 * second }],
  });
  expect(judge('p95(a) during fault:slow-db / p95(a) during steady < 5', data).value).toBeCloseTo(4, 1);
  expect(judge('p95 during fault:slow-db - p95 during steady < 20ms', data).status).toBe('fail');
});

test.each([
  ['p99(a) / p50(a)', { unit: 'count', better: 'lower', scale: 'log' }],
  ['throughput(a) / throughput(b)', { unit: 'count', better: 'higher', scale: 'log' }],
  ['p99(a) - p50(a)', { unit: 'µs', better: 'lower', scale: 'log' }],
  ['availability(a) - availability(b)', { unit: 'share', better: 'higher', scale: 'points' }],
])('%s is compared as %o', (text, shape) => {
  const parsed = parseMeasure(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  expect(metricOf(parsed.value)).toMatchObject(shape);
  expect(metricOf(parsed.value).allowance(parsed.value, '<', 1)).toBeNull();
});
