// A fault that repeats is held against its worst time, and its damage is that of all of them.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const steady = { text: 'error_rate < 5%', severity: 'fail' } as const;

/** One letter a second, twenty due in each. */
const slicesOf = (letters: string): Slice[] =>
  Array.from(letters).map((letter, n) =>
    sliceOf('query', n * second, (n + 1) * second, {
      ...(letter === 'g' ? { okMicros: repeated(20, 5_000) } : { wrongMicros: repeated(20, 5_000) }),
    }),
  );

/** From effect to clear, in seconds; null: not injected. */
type Times = readonly (readonly [number, number] | null)[];

const judged = (text: string, letters: string, times: Times): SloRecord | undefined =>
  judgedOf(text, slicesOf(letters), times);

function judgedOf(text: string, slices: readonly Slice[], times: Times): SloRecord | undefined {
  const faults = times.map((span, index) => ({
    ...{ id: 'cut', occurrence: index + 1 },
    ...{ effectAtMicros: span === null ? null : span[0] * second },
    ...{ clearedAtMicros: span === null ? null : span[1] * second },
  }));
  // The steady seconds are known to be good here.
  const phases = [{ name: 'steady', startMicros: 0, endMicros: 5 * second }];
  const data = runDataOf({ slices, faults, phases });
  return evaluatePromises([steady, { text, severity: 'fail' }], data)[1];
}

const letters = 'gggggbbbgggggggbbbbbbbgggggggg';
const twice: Times = [
  [5, 7],
  [15, 17],
];

test('recovery is the slowest of them', () => {
  const recovery = judged('recovery(cut) < 10s', letters, twice);
  expect(recovery).toMatchObject({ status: 'pass', value: 5 * second, atLeast: false });
  expect(recovery?.reason).toMatch(/^#2 of 2/);
  expect(judged('recovery(cut) < 3s', letters, twice)?.status).toBe('fail');
});

test('one that was not recovered from before the next is a lower bound, which fails', () => {
  const recovery = judged('recovery(cut) < 10s', 'gggggbbbbbbbbbbbbbgggggggg', [
    [5, 7],
    [12, 15],
  ]);
  expect(recovery).toMatchObject({ status: 'fail', value: 5 * second, atLeast: true });
});

test('the damage is that of all of them', () => {
  // Three bad seconds and seven, of twenty answers each.
  expect(judged('deficit(cut) < 1000', letters, twice)).toMatchObject({ value: 200, status: 'pass' });
});

test('those that were not injected do not count; without any there is nothing to judge', () => {
  expect(judged('recovery(cut) < 10s', letters, [null, [15, 17]])?.value).toBe(5 * second);
  expect(judged('recovery(cut) < 10s', letters, [null, null])?.status).toBe('not judged');
});

/** How many were due in a second, and how many of them were bad. */
type Second = readonly [due: number, bad: number];

/** Twenty seconds of a hundred good ones each, but for those that are given by their place. */
function peakOf(limit: string, given: Readonly<Record<number, Second>>, times: Times): SloRecord | undefined {
  const slices = Array.from({ length: 20 }, (_, n) => {
    const [due, bad] = given[n] ?? [100, 0];
    const okMicros = repeated(due - bad, 5_000);
    return sliceOf('query', n * second, (n + 1) * second, { okMicros, wrongMicros: repeated(bad, 5_000) });
  });
  return judgedOf(`peak_error_rate(cut) < ${limit}`, slices, times);
}

describe('a second with too few samples for the limit, of which none was bad', () => {
  const few: Second = [10, 0];
  const enough: Second = [100, 1];
  const needs = 'peak_error_rate needs 20 samples a second for this limit, one of its windows has 10';

  test.each<[string, Second, Second]>([
    ['the first time', few, enough],
    ['the second time', enough, few],
  ])('is not made up for by another time: %s', (_, first, again) => {
    const times: Times = [
      [5, 6],
      [12, 13],
    ];
    const judgement = peakOf('5%', { 5: first, 12: again }, times);
    expect(judgement).toMatchObject({ status: 'invalid', value: 0.01 });
    expect(judgement?.reason).toContain('needs 20 samples a second for this limit');
    expect(peakOf('10%', { 5: first, 12: again }, times)?.status).toBe('pass');
    expect(peakOf('5%', { 5: enough, 12: enough }, times)?.status).toBe('pass');
    // What the other time was like makes it no better.
    const broken: Second = [100, 10];
    const [one, other] = first === few ? [few, broken] : [broken, few];
    expect(peakOf('5%', { 5: one, 12: other }, times)?.status).toBe('fail');
  });

  test.each<[string, Second, Second]>([
    ['before it', few, enough],
    ['after it', enough, few],
  ])('is not made up for by another second of the fault: %s', (_, first, again) => {
    expect(peakOf('5%', { 5: first, 6: again }, [[5, 7]])).toMatchObject({
      ...{ status: 'invalid', reason: needs, value: 0.01 },
    });
    expect(peakOf('10%', { 5: first, 6: again }, [[5, 7]])?.status).toBe('pass');
    expect(peakOf('0.5%', { 5: first, 6: [100, 50] }, [[5, 7]])?.status).toBe('fail');
  });
});
