// Whether the planned rate was reached, where a part of the load has no plan: that part says nothing of it.

import { expect, test } from 'vitest';
import type { RunData } from '../../../../src/record/data.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
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

const judge = (text: string, run: RunData = data) => evaluatePromises([{ text, severity: 'fail' }], run)[0]!;

test('closed load beside it does not dilute what was achieved', () => {
  // Pooled with it, it would be 99 %.
  const judged = judge('achieved >= 98%');
  expect(judged).toMatchObject({ status: 'fail', samples: 1_000 });
  expect(judged.value).toBeCloseTo(0.9, 12);
  expect(judged.reason).toContain('without `poll`: not all of their load has due times');
  expect(judge('achieved >= 90%')).toMatchObject({ status: 'pass' });
  expect(judge('achieved(query) >= 90%')).toMatchObject({ status: 'pass', reason: null });
});

test('of load that has no due times, or only in part, nothing was achieved', () => {
  expect(judge('achieved(poll) >= 90%')).toMatchObject({ status: 'invalid', value: null });
  expect(judge('achieved(query) >= 90%', withMixed('query'))).toMatchObject({
    status: 'invalid',
    reason: 'achieved means nothing here: a part of the load of `query` had no due times',
  });
  expect(judge('achieved >= 90%', withMixed('query'))).toMatchObject({ status: 'invalid', value: null });
});
