// A fault that repeats is held against its worst time, and its damage is that of all of them.

import { expect, test } from 'vitest';
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

function judged(text: string, letters: string, times: Times): SloRecord | undefined {
  const faults = times.map((span, index) => ({
    ...{ id: 'cut', occurrence: index + 1 },
    ...{ effectAtMicros: span === null ? null : span[0] * second },
    ...{ clearedAtMicros: span === null ? null : span[1] * second },
  }));
  // The steady seconds are known to be good here.
  const phases = [{ name: 'steady', startMicros: 0, endMicros: 5 * second }];
  const data = runDataOf({ slices: slicesOf(letters), faults, phases });
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
