// Whether the planned rate was reached, where a part of the load has no plan: that part says nothing of it.

import { expect, test } from 'vitest';
import type { RunData } from '../../../../src/record/data.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import { gatesOf } from '../../../../src/slo/gates.ts';
import type { PromiseText } from '../../../../src/slo/gates.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated, sliceOf } from '../../../support/slices.ts';

const second = 1_000_000;

/** 1,000 arrivals of which 100 found no place, beside a closed load of 9,000. */
const data = runDataOf({
  slices: [
    sliceOf('query', 0, second, { okMicros: repeated(900, 1_000), dropped: 100 }),
    sliceOf('poll', 0, second, { okMicros: repeated(9_000, 100) }),
  ],
  series: [{ name: 'query' }, { name: 'poll', hasDueTime: false }],
});

const withMixed = (name: string): RunData => ({
  ...data,
  run: {
    ...data.run,
    series: data.run.series.map((series) => (series.name === name ? { ...series, isMixed: true } : series)),
  },
});

const judge = (text: string, run: RunData = data, rules: Partial<PromiseText> = {}) =>
  evaluatePromises([{ text, severity: 'fail', ...rules }], run)[0]!;

test('closed load beside it does not dilute what was achieved', () => {
  // Pooled with it, it would be 99 %.
  const judged = judge('achieved >= 98%');
  expect(judged).toMatchObject({ status: 'fail', samples: 1_000 });
  expect(judged.value).toBeCloseTo(0.9, 12);
  expect(judged.reason).toContain('without `poll`: not all of their load has due times');
  expect(judge('achieved >= 90%')).toMatchObject({ status: 'pass' });
  expect(judge('achieved(query) >= 90%')).toMatchObject({ status: 'pass', reason: null });
});

test('what has no due times breaks nothing, however much of it was not answered', () => {
  const beside = (bad: number): RunData =>
    runDataOf({
      slices: [
        sliceOf('query', 0, second, { okMicros: repeated(600 - bad, 1_000), dropped: bad }),
        sliceOf('poll', 0, second, {
          okMicros: repeated(6_000, 100),
          timedOutMicros: repeated(11, 100),
        }),
      ],
      series: [{ name: 'query' }, { name: 'poll', hasDueTime: false }],
    });
  // 600 are too few for one in a thousand; all of them were answered.
  expect(judge('achieved >= 99.9%', beside(0))).toMatchObject({ status: 'invalid', value: 1, samples: 600 });
  expect(judge('achieved >= 99%', beside(0))).toMatchObject({ status: 'pass' });
  expect(judge('achieved >= 99%', beside(11))).toMatchObject({ status: 'fail' });
  // Of what has due times alone, more than ten are certain.
  expect(judge('achieved(query) >= 99.9%', beside(11))).toMatchObject({ status: 'fail' });
  // Ten of them, with the other eleven, would be certain.
  expect(judge('achieved >= 99%', beside(10), { minSamples: 1_000 })).toMatchObject({ status: 'invalid' });
  const alone = runDataOf({
    slices: [sliceOf('query', 0, second, { okMicros: repeated(589, 1_000), dropped: 11 })],
  });
  expect(judge('achieved >= 99.9%', alone)).toMatchObject({ status: 'fail' });
});

test('seconds are judged by it where it is of one series', () => {
  const gates = (text: string) => gatesOf([{ text, severity: 'fail' }]).length;
  expect(gates('achieved(query) >= 99%')).toBe(1);
  expect(gates('achieved >= 99%')).toBe(0);
});

test('of load that has no due times, or only in part, nothing was achieved', () => {
  expect(judge('achieved(poll) >= 90%')).toMatchObject({ status: 'invalid', value: null });
  expect(judge('achieved(query) >= 90%', withMixed('query'))).toMatchObject({
    status: 'invalid',
    reason: 'achieved means nothing here: a part of the load of `query` had no due times',
  });
  expect(judge('achieved >= 90%', withMixed('query'))).toMatchObject({ status: 'invalid', value: null });
});
