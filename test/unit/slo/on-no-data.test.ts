// What stands in place of `invalid` where there is too little to judge by, and that it never is a pass.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import type { PromiseText } from '../../../src/slo/gates.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;

const dataOf = (content: Parameters<typeof sliceOf>[3], seconds = 1): RunData =>
  runDataOf({
    slices: Array.from({ length: seconds }, (_, n) =>
      sliceOf('query', n * second, (n + 1) * second, content),
    ),
    series: [{ name: 'query', timeoutMicros: 5 * second }],
  });

const judge = (text: string, data: RunData, rules: Partial<PromiseText> = {}) =>
  evaluatePromises([{ text, severity: 'fail', ...rules }], data)[0]!;

const good = (count: number): RunData => dataOf({ okMicros: repeated(count, 5_000) });

/** Too little to judge by, in every way there is. */
const wants: readonly (readonly [string, string, RunData, Partial<PromiseText>])[] = [
  ['no value', 'p95(query) < 1s', dataOf({}), {}],
  ['no such series', 'p95(other) < 1s', good(500), {}],
  ['too few samples', 'p95(query) < 1s', good(20), {}],
  ['fewer than asked for', 'mean(query) < 1s', good(20), { minSamples: 21 }],
  ['no baseline', 'mean(query) <= +10% vs last_green', good(20), {}],
  [
    'no stretch',
    'error_rate(query) < 5%',
    dataOf({ okMicros: repeated(5, 1) }, 10),
    { windowMicros: second },
  ],
];

describe.each(wants)('%s', (_, text, data, rules) => {
  test.each([
    [undefined, 'fail', 'invalid'],
    ['invalid', 'fail', 'invalid'],
    ['fail', 'fail', 'fail'],
    ['fail', 'warn', 'warn'],
    ['warn', 'fail', 'warn'],
    ['warn', 'warn', 'warn'],
    ['skip', 'fail', 'not judged'],
    ['skip', 'warn', 'not judged'],
  ] as const)('on_no_data %s, severity %s: %s', (onNoData, severity, status) => {
    const own = onNoData === undefined ? {} : { onNoData };
    const judged = judge(text, data, { ...rules, ...own, severity });
    const plain = judge(text, data, rules).reason ?? '';
    const said = onNoData === undefined || onNoData === 'invalid' ? '' : `; on_no_data: ${onNoData}`;
    expect(judged).toMatchObject({ status, reason: `${plain}${said}` });
    expect(plain).not.toBe('');
  });
});

test('what cannot be told for another reason stays invalid', () => {
  // A lower bound of 5 s does not decide whether it is above 6 s.
  const down = dataOf({ wrongMicros: repeated(500, 5_000) });
  for (const onNoData of ['fail', 'warn', 'skip'] as const)
    expect(judge('p95(query) > 6s', down, { onNoData }).status).toBe('invalid');
});

test('it changes nothing where there is enough', () => {
  for (const onNoData of ['fail', 'warn', 'skip'] as const) {
    expect(judge('p95(query) < 1s', good(200), { onNoData })).toMatchObject({ status: 'pass', reason: null });
    expect(judge('p95(query) < 1ms', good(200), { onNoData }).status).toBe('fail');
  }
});

describe('min_samples', () => {
  test('asks for more than the metric does', () => {
    expect(judge('p95(query) < 1s', good(300), { minSamples: 300 }).status).toBe('pass');
    expect(judge('p95(query) < 1s', good(300), { minSamples: 301 })).toMatchObject({
      status: 'invalid',
      samples: 300,
      reason: 'at least 301 samples are asked for, there are 300',
    });
    // Never for less.
    expect(judge('p95(query) < 1s', good(20), { minSamples: 1 }).reason).toContain('at least 200 samples');
  });

  test('does not excuse what is broken beyond doubt', () => {
    const bad = (count: number) =>
      dataOf({ okMicros: repeated(300, 5_000), wrongMicros: repeated(count, 5_000) });
    expect(judge('error_rate(query) < 1%', bad(11), { minSamples: 1_000 }).status).toBe('fail');
    expect(judge('error_rate(query) < 1%', bad(10), { minSamples: 1_000 }).status).toBe('invalid');
  });

  test('does not break what is kept so far', () => {
    const data = dataOf({ okMicros: repeated(588, 5_000), wrongMicros: repeated(12, 5_000) });
    expect(judge('error_rate(query) < 5%', data, { minSamples: 1_000 }).status).toBe('invalid');
  });

  test('breaks nothing by a value alone, where no bad ones can be counted', () => {
    expect(judge('mean(query) < 1ms', good(20), { minSamples: 21 }).status).toBe('invalid');
    expect(judge('mean(query) < 1ms', good(20), { minSamples: 20 }).status).toBe('fail');
    // Ten of 300 are 3 %, beyond the limit, and still too few to be certain.
    const few = dataOf({ okMicros: repeated(290, 5_000), wrongMicros: repeated(10, 5_000) });
    expect(judge('error_rate(query) < 1%', few, { minSamples: 301 }).status).toBe('invalid');
    expect(judge('error_rate(query) < 1%', few, { minSamples: 300 }).status).toBe('fail');
  });

  test('is asked of every stretch where there are stretches', () => {
    const data = dataOf({ okMicros: repeated(50, 5_000) }, 10);
    expect(judge('mean < 1s', data, { minSamples: 100, windowMicros: 2 * second }).status).toBe('pass');
    expect(judge('mean < 1s', data, { minSamples: 101, windowMicros: 2 * second })).toMatchObject({
      status: 'invalid',
      reason: 'no stretch of 2s could be judged: at least 101 samples are asked for, there are 100',
    });
  });
});
