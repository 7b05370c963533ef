// Error budgets of runs whose bad answers are known phase by phase.

import { expect, test } from 'vitest';
import { emptyCounts } from '../../../../src/measure/slice.ts';
import { budgetSpent } from '../../../../src/slo/metrics/budget-spent.ts';
import { measureOf, read, target } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated, sliceOf } from '../../../support/slices.ts';

const second = 1_000_000;

/** 1,000 a second: warm-up 2 s (all bad), steady 4 s (1 bad), fault 2 s (6 bad), recovery 2 s (1 bad), steady 2 s. */
const perSecond = [1_000, 1_000, 0, 1, 0, 0, 4, 2, 1, 0, 0, 0];
const phases = [
  { name: 'warmup', startMicros: 0, endMicros: 2 * second },
  { name: 'steady', startMicros: 2 * second, endMicros: 6 * second },
  { name: 'fault:x', startMicros: 6 * second, endMicros: 8 * second },
  { name: 'recovery:x', startMicros: 8 * second, endMicros: 10 * second },
  { name: 'steady', startMicros: 10 * second, endMicros: 12 * second },
];
const data = runDataOf({
  slices: perSecond.map((bad, at) =>
    sliceOf('query', at * second, (at + 1) * second, {
      okMicros: repeated(1_000 - bad, 1_000),
      wrongMicros: repeated(bad, 1_000),
    }),
  ),
  phases,
  faults: [{ id: 'x', effectAtMicros: 6 * second, clearedAtMicros: 8 * second }],
});

const spent = (share: number, ...during: string[]) =>
  read(data, measureOf('budget_spent', { subject: 'query', argument: target(share), during }));

test('what phases spend of the budget of the whole judged run', () => {
  // 10,000 judged, 99.9 % allows 10.
  expect(spent(0.999, 'fault:x', 'recovery:x')).toMatchObject({ samples: 10_000, atLeast: false });
  expect(spent(0.999, 'fault:x', 'recovery:x').value).toBeCloseTo(0.7, 9);
  expect(spent(0.999, 'fault:x').value).toBeCloseTo(0.6, 9);
  expect(spent(0.999, 'steady').value).toBeCloseTo(0.1, 9);
  expect(spent(0.999).value).toBeCloseTo(0.8, 9);
  expect(spent(0.999, 'fault:x').note).toBe('6 bad, of the 10 that 99.9% of 10000 allows');
});

test('more than the budget may be spent', () => {
  expect(spent(0.9999, 'fault:x').value).toBeCloseTo(6, 9);
});

test('at least one bad one must fit into the limit', () => {
  const measure = measureOf('budget_spent', { argument: target(0.999) });
  // 50 % of 0.1 % is one in 2,000.
  expect(budgetSpent.tooFew(measure, 2_000, 0.5)).toBeNull();
  expect(budgetSpent.tooFew(measure, 1_999, 0.5)).toBe(
    'budget_spent needs at least 2000 samples for this limit, there are 1999',
  );
  expect(budgetSpent.tooFew(measure, 1, null)).toBeNull();
});

test('of the whole run it is a steady promise like an error rate; of phases it is none', () => {
  const whole = measureOf('budget_spent', { argument: target(0.99) });
  const counts = { ...emptyCounts(), offered: 50, ok: 47 };
  const allowance = budgetSpent.allowance(whole, '<', 0.5);
  expect(allowance?.share).toBeCloseTo(0.005, 12);
  expect(allowance?.gates).toBe(true);
  expect(allowance?.count(counts, {})).toEqual({ bad: 3, total: 50 });
  expect(budgetSpent.allowance({ ...whole, during: ['steady'] }, '<', 0.5)?.gates).toBe(false);
  expect(budgetSpent.allowance(whole, '>', 0.5)).toBeNull();
});

test('no value without traffic, for the warm-up, without a target, or with one of 100%', () => {
  const idle = runDataOf({ slices: [sliceOf('query', 0, second, {})] });
  const asked = { subject: 'query', argument: target(0.99) };
  expect(read(idle, measureOf('budget_spent', asked)).note).toBe('no data: nothing was offered');
  expect(spent(0.999, 'warmup')).toMatchObject({ value: null });
  expect(spent(1)).toMatchObject({ value: null });
  expect(read(data, measureOf('budget_spent', { subject: 'query' })).note).toContain('needs a target');
});
