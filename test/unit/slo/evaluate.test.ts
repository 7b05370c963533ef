// Promises against records of known content: values, sample rules, and every way in which a pass must not be silent.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import type { RunSketch } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
type Content = Parameters<typeof sliceOf>[3];

const oneSlice = (content: Content, sketch: Partial<RunSketch> = {}): RunData =>
  runDataOf({
    slices: [sliceOf('query', 0, second, content)],
    series: [{ name: 'query', timeoutMicros: 5_000_000 }],
    ...sketch,
  });

const judge = (text: string, data: RunData, severity: 'fail' | 'warn' = 'fail') =>
  evaluatePromises([{ text, severity }], data)[0]!;

/** 1 ms, 2 ms … n ms. */
const rising = (n: number): number[] => Array.from({ length: n }, (_, index) => (index + 1) * 1_000);

/** Values come back as the upper end of a histogram bucket: within 0.1 %. */
const near = (value: number | null, expected: number): void => {
  expect(value! / expected).toBeGreaterThanOrEqual(1);
  expect(value! / expected).toBeLessThan(1.001);
};

describe('percentiles', () => {
  test('rank everything offered', () => {
    const data = oneSlice({ okMicros: rising(200) });
    near(judge('p95(query) < 191ms', data).value, 190_000);
    expect(judge('p95(query) < 191ms', data)).toMatchObject({
      status: 'pass',
      samples: 200,
      unit: 'µs',
      limit: 191_000,
      atLeast: false,
    });
    expect(judge('p95(query) < 190ms', data).status).toBe('fail');
    near(judge('p50(query) < 1s', data).value, 100_000);
  });

  test('failures rank above every good answer', () => {
    const data = oneSlice({ okMicros: rising(190), wrongMicros: repeated(10, 1_000) });
    near(judge('p95(query) < 191ms', data).value, 190_000);
    const worse = oneSlice({ okMicros: rising(189), wrongMicros: repeated(11, 1_000) });
    expect(judge('p95(query) < 1h', worse)).toMatchObject({
      status: 'fail',
      value: 5_000_000,
      atLeast: true,
    });
  });

  test('dropped, unsent and censored work counts as failed', () => {
    for (const bad of [{ dropped: 11 }, { unsent: 11 }, { censoredMicros: repeated(11, 1_000) }]) {
      expect(judge('p95(query) < 1h', oneSlice({ okMicros: rising(189), ...bad }))).toMatchObject({
        status: 'fail',
        atLeast: true,
      });
    }
  });

  test('a failure counts as the slowest good answer when that took longer than the timeout', () => {
    const data = oneSlice({ okMicros: repeated(20, 9_000_000), wrongMicros: repeated(20, 1_000) });
    near(
      judge(
        'p95(query) < 1s',
        oneSlice({ okMicros: repeated(20, 9_000_000), wrongMicros: repeated(200, 1_000) }),
      ).value,
      9_000_000,
    );
    near(judge('max(query) < 1s', data).value, 9_000_000);
  });

  test('ok and failed are asked for explicitly', () => {
    const data = oneSlice({ okMicros: repeated(200, 10_000), wrongMicros: repeated(300, 70_000) });
    near(judge('p95(query, ok) < 1s', data).value, 10_000);
    expect(judge('p95(query, ok) < 1s', data)).toMatchObject({ status: 'pass', samples: 200 });
    near(judge('p95(query, failed) < 1s', data).value, 70_000);
    expect(judge('p95(query, failed) < 1s', data).samples).toBe(300);
    expect(judge('p95(query, failed) < 1s', oneSlice({ okMicros: rising(200) }))).toMatchObject({
      status: 'invalid',
      value: null,
    });
  });

  test('too few samples are invalid, unless more than ten were bad', () => {
    expect(judge('p95(query) < 1s', oneSlice({ okMicros: rising(199) }))).toMatchObject({
      status: 'invalid',
      samples: 199,
    });
    expect(judge('p95(query) < 1s', oneSlice({ okMicros: rising(199) })).reason).toContain(
      'at least 200 samples',
    );
    expect(
      judge('p95(query) < 1s', oneSlice({ okMicros: rising(20), wrongMicros: repeated(10, 1) })).status,
    ).toBe('invalid');
    expect(
      judge('p95(query) < 1s', oneSlice({ okMicros: rising(20), wrongMicros: repeated(11, 1) })).status,
    ).toBe('fail');
    expect(judge('p95(query) < 10ms', oneSlice({ okMicros: rising(21) })).status).toBe('fail');
    expect(judge('p95(query) < 10ms', oneSlice({ okMicros: rising(19) })).status).toBe('invalid');
    const few = oneSlice({ okMicros: rising(20), wrongMicros: repeated(11, 1) });
    expect(judge('p95(query) < 1s', few).reason).toBe('11 of 31 were bad or beyond 1s, promised < 1s');
    expect(judge('availability(query) >= 99.9%', few).reason).toBe('11 of 31 were bad, promised >= 99.9%');
  });

  test('a lower bound satisfies a promise of slowness only where it decides', () => {
    const down = oneSlice({ wrongMicros: repeated(200, 1_000) });
    expect(judge('p95(query) > 1s', down).status).toBe('pass');
    expect(judge('p95(query) > 6s', down).status).toBe('invalid');
  });
});

test('mean counts a failure as the longest wait; max fails on one', () => {
  const data = oneSlice({ okMicros: repeated(99, 10_000), wrongMicros: [1_000] });
  expect(judge('mean(query) < 100ms', data)).toMatchObject({ status: 'pass', atLeast: false });
  expect(judge('mean(query) < 100ms', data).value! / ((99 * 10_000 + 5_000_000) / 100)).toBeCloseTo(1, 3);
  expect(judge('max(query) < 1h', data)).toMatchObject({ status: 'fail', atLeast: true });
  expect(judge('max(query) < 11ms', oneSlice({ okMicros: repeated(9, 10_000) })).status).toBe('pass');
});

describe('shares', () => {
  const data = oneSlice({
    okMicros: repeated(950, 1_000),
    wrongMicros: repeated(30, 1_000),
    timedOutMicros: repeated(10, 5_000_000),
    dropped: 10,
  });
  test.each([
    ['error_rate(query) < 5.1%', 0.05, 'pass'],
    ['error_rate(query) < 5%', 0.05, 'fail'],
    ['error_rate(query) <= 5%', 0.05, 'pass'],
    ['availability(query) >= 95%', 0.95, 'pass'],
    ['availability(query) > 95%', 0.95, 'fail'],
    ['achieved(query) >= 98%', 0.98, 'pass'],
    ['achieved(query) >= 98.1%', 0.98, 'fail'],
    ['dropped(query) <= 1%', 0.01, 'pass'],
    ['dropped(query) < 1%', 0.01, 'fail'],
    ['error_rate(query) > 4%', 0.05, 'pass'],
  ] as const)('%s', (text, value, status) => {
    const result = judge(text, data);
    expect(result).toMatchObject({ status, samples: 1_000, unit: 'share' });
    expect(result.value).toBeCloseTo(value, 12);
  });

  test('three nines at the edge are not lost to binary fractions', () => {
    const edge = oneSlice({ okMicros: repeated(999, 1_000), wrongMicros: [1_000] });
    expect(judge('availability(query) >= 99.9%', edge).status).toBe('pass');
    expect(judge('error_rate(query) <= 0.1%', edge).status).toBe('pass');
  });

  test('one bad answer must fit the limit, or nothing can be said', () => {
    expect(judge('error_rate(query) < 1%', oneSlice({ okMicros: repeated(99, 1) }))).toMatchObject({
      status: 'invalid',
      value: 0,
    });
    expect(judge('error_rate(query) < 1%', oneSlice({ okMicros: repeated(100, 1) })).status).toBe('pass');
    expect(judge('availability(query) >= 99%', oneSlice({ okMicros: repeated(99, 1) })).status).toBe(
      'invalid',
    );
    expect(
      judge('error_rate(query) < 1%', oneSlice({ okMicros: [1], wrongMicros: repeated(9, 1) })).status,
    ).toBe('invalid');
    expect(judge('error_rate(query) < 1%', oneSlice({ wrongMicros: repeated(50, 1) })).status).toBe('fail');
  });

  test('one bad answer is more than none, however few there are', () => {
    const good = oneSlice({ okMicros: repeated(5, 1) });
    const one = oneSlice({ okMicros: repeated(4, 1), wrongMicros: [1] });
    for (const text of [
      'error_rate(query) > 0%',
      'availability(query) < 100%',
      'budget_spent(query, 99%) > 0%',
    ]) {
      expect(judge(text, good)).toMatchObject({ status: 'fail', samples: 5 });
      expect(judge(text, one)).toMatchObject({ status: 'pass', samples: 5 });
    }
  });

  test('achieved means nothing on closed unpaced load', () => {
    const closed = oneSlice(
      { okMicros: repeated(500, 1) },
      { series: [{ name: 'query', hasDueTime: false }] },
    );
    expect(judge('achieved(query) >= 99%', closed)).toMatchObject({ status: 'invalid', value: null });
    expect(judge('p50(query) < 1s', closed)).toMatchObject({ status: 'pass' });
    expect(judge('p50(query) < 1s', closed).reason).toContain('service latency only');
    expect(judge('apdex(query, 1s) > 0.9', closed)).toMatchObject({ status: 'pass' });
    expect(judge('apdex(query, 1s) > 0.9', closed).reason).toContain('service latency only');
    expect(judge('apdex(query, 1s) / apdex(query, 2s) > 0.9', closed).reason).toContain(
      'service latency only',
    );
    expect(judge('error_rate(query) < 1%', closed).reason).toBeNull();
  });
});

test('throughput counts good answers by their end over the time that was asked for', () => {
  const slices = [0, 1, 2, 3].map((at) =>
    sliceOf('query', at * second, (at + 1) * second, {
      okMicros: repeated(10, 1_000),
      okEnded: at === 0 ? 40 : 20,
    }),
  );
  const after = sliceOf('query', 4 * second, 5 * second, { okEnded: 500 });
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 4 * second },
  ];
  const data = runDataOf({ slices: [...slices, after], phases });
  expect(judge('throughput(query) >= 20/s', data)).toMatchObject({ status: 'pass', value: 20 });
  expect(judge('throughput(query) >= 20/s during warmup', data)).toMatchObject({ value: 40 });
});

test('throughput is not thinned out by the last steps of iterations, after the load has ended', () => {
  const end = 2.5 * second;
  const data = runDataOf({
    slices: [
      sliceOf('query', 0, second, { okMicros: repeated(50, 1_000), okEnded: 50 }),
      sliceOf('query', second, 2 * second, { okMicros: repeated(50, 1_000), okEnded: 50 }),
      sliceOf('query', 2 * second, end, { okMicros: repeated(25, 1_000), okEnded: 25 }),
      sliceOf('query', end, 3.5 * second, { okMicros: repeated(5, 1_000), okEnded: 5 }),
    ],
    phases: [{ name: 'steady', startMicros: 0, endMicros: 3.5 * second }],
    elapsedMicros: end,
  });
  expect(judge('throughput(query) >= 50/s', data)).toMatchObject({
    status: 'pass',
    value: 50,
    samples: 130,
  });
  expect(judge('throughput(query) >= 50/s during steady', data)).toMatchObject({ value: 50, samples: 130 });
});

test('apdex: satisfied up to T, tolerating up to 4T, failures frustrated, 100 samples', () => {
  const data = oneSlice({
    okMicros: [...repeated(60, 400_000), ...repeated(20, 1_000_000), ...repeated(10, 3_000_000)],
    wrongMicros: repeated(10, 1_000),
  });
  expect(judge('apdex(query, 500ms) >= 0.7', data)).toMatchObject({
    status: 'pass',
    value: 0.7,
    unit: 'score',
  });
  expect(judge('apdex(query, 500ms) > 0.7', data).status).toBe('fail');
  expect(judge('apdex(query, 500ms) >= 0.5', oneSlice({ okMicros: repeated(99, 1) })).status).toBe('invalid');
});

describe('what is looked at', () => {
  const slow = repeated(400, 800_000);
  const fast = repeated(400, 10_000);
  const data = runDataOf({
    slices: [
      sliceOf('a', 0, second, { okMicros: slow }),
      sliceOf('a', second, 2 * second, { okMicros: fast }),
      sliceOf('a', 2 * second, 3 * second, { okMicros: slow, wrongMicros: repeated(100, 1) }),
      sliceOf('a', 3 * second, 4 * second, { okMicros: fast }),
      sliceOf('b', second, 2 * second, { okMicros: repeated(400, 100_000) }),
      sliceOf('flow:main', second, 2 * second, { wrongMicros: repeated(400, 100_000) }),
    ],
    phases: [
      { name: 'warmup', startMicros: 0, endMicros: second },
      { name: 'steady', startMicros: second, endMicros: 2 * second },
      { name: 'fault:x', startMicros: 2 * second, endMicros: 3 * second },
      { name: 'steady', startMicros: 3 * second, endMicros: 4 * second },
    ],
    faults: [{ id: 'x', effectAtMicros: 2 * second, clearedAtMicros: 3 * second }],
  });
  test.each([
    ['p95(a) < 1s during steady', 800, 'pass'],
    ['p95(a) < 20ms during steady', 800, 'pass'],
    ['p95(a) < 20ms', 1_300, 'fail'],
    ['error_rate(a) < 1% during steady', 800, 'pass'],
    ['error_rate(a) < 21% during fault:x', 500, 'pass'],
    ['error_rate(a) < 19% during fault:x', 500, 'fail'],
    ['error_rate(a) < 8% during fault:x, steady', 1_300, 'pass'],
    ['error_rate < 8%', 1_700, 'pass'],
    ['error_rate(flow:main) < 8%', 400, 'fail'],
  ])('%s', (text, samples, status) => {
    expect(judge(text, data)).toMatchObject({ samples, status });
  });

  test.each([
    ['p95(nothing) < 1s', 'not in this record', 'invalid'],
    ['p95(a) < 1s during fault:y', 'no fault `y`', 'invalid'],
    ['p95(b) < 1s during fault:x', 'no data', 'invalid'],
    ['p95(a) < 1s during recovery:x', 'nothing had to recover', 'not judged'],
  ])('%s is not a pass', (text, reason, status) => {
    expect(judge(text, data)).toMatchObject({ status, value: null });
    expect(judge(text, data).reason).toContain(reason);
  });

  test('a fault that lasts to the end leaves no recovery to judge, and that is no pass', () => {
    const { run, slices } = data;
    const faults = run.faults.map((fault) => ({ ...fault, clearedAtMicros: 4 * second + 1 }));
    const lasting = { slices, run: { ...run, faults } };
    const judged = judge('p95(a) < 1s during recovery:x', lasting);
    expect(judged).toMatchObject({ status: 'invalid', value: null });
    expect(judged.reason).toContain('until the end of the load');
  });

  test('overlapping phases count a slice once', () => {
    const both = runDataOf({
      slices: [sliceOf('a', 0, second, { okMicros: fast })],
      phases: ['fault:x', 'fault:y'].map((name) => ({ name, startMicros: 0, endMicros: second })),
      faults: ['x', 'y'].map((id) => ({ id, effectAtMicros: 0, clearedAtMicros: second })),
    });
    expect(judge('p50(a) < 1s during fault:x, fault:y', both).samples).toBe(400);
  });

  test('no steady phase is invalid', () => {
    const faulted = runDataOf({
      slices: [sliceOf('a', 0, second, { okMicros: fast })],
      phases: [{ name: 'fault:x', startMicros: 0, endMicros: second }],
    });
    expect(judge('p50(a) < 1s during steady', faulted)).toMatchObject({ status: 'invalid', value: null });
  });
});

test('a broken promise of severity warn warns', () => {
  expect(judge('p50(query) < 1ms', oneSlice({ okMicros: rising(200) }), 'warn').status).toBe('warn');
});

test('a run cut short judges nothing but shows what was measured', () => {
  const [result] = evaluatePromises(
    [{ text: 'p50(query) < 1s', severity: 'fail' }],
    oneSlice({ okMicros: rising(200) }),
    { cutShort: 'stopped by Ctrl-C' },
  );
  expect(result).toMatchObject({ status: 'not judged', reason: 'stopped by Ctrl-C' });
  expect(result?.value).not.toBeNull();
});

test('a promise that was never validated is a usage error', () => {
  expect(() => evaluatePromises([{ text: 'p95 <', severity: 'fail' }], oneSlice({}))).toThrow(/column 6/);
});

test('a record without anything in it passes nothing', () => {
  for (const text of [
    'p95 < 1s',
    'mean < 1s',
    'max < 1s',
    'error_rate < 5%',
    'availability > 5%',
    'achieved > 5%',
    'dropped < 5%',
    'throughput < 1/s',
    'apdex(1s) < 1',
  ]) {
    expect({ text, status: judge(text, oneSlice({})).status }).toEqual({ text, status: 'invalid' });
  }
});
