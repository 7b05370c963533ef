// Burn rates on few samples: which windows count for a limit.

import { expect, test } from 'vitest';
import { burnIn, burnMeasure, runOf, times } from '../../../support/burning.ts';
import type { Second } from '../../../support/burning.ts';

test('too few samples for the limit are no value, and it is said what would do', () => {
  const data = runOf(times(90, [0, 2]));
  // 10/(14.4 · 0.001) = 694.4 in 60 s.
  expect(burnIn(data, burnMeasure(0.999, 60, 5), 14.4)).toMatchObject({
    value: null,
    samples: 180,
    note:
      'a window of 60s needs 695 samples to tell a burn of 14.4 at 99.9%, the fullest has 120: ' +
      'offer at least 11.6/s, or make the windows longer',
  });
  // 10/(100 · 0.001) = 100.
  expect(burnIn(data, burnMeasure(0.999, 60, 5), 100).value).toBe(0);
  expect(burnIn(data, burnMeasure(0.999, 60, 5), 0)).toMatchObject({
    value: null,
    note: 'no number of samples can show a burn of 0',
  });
});

test('the rate that is advised is enough', () => {
  // 10/(14.4 · 0.05 %) = 1,389 in 12 s: 115.75/s, of which three digits are 116/s.
  expect(burnIn(runOf(times(20, [0, 2])), burnMeasure(0.9995, 12, 2), 14.4).note).toContain(
    'needs 1389 samples to tell a burn of 14.4 at 99.95%, the fullest has 24: offer at least 116/s',
  );
  // 695 in 61 s are 11.39/s, in 62 s 11.21/s.
  expect(burnIn(runOf(times(90, [0, 2])), burnMeasure(0.999, 61, 5), 14.4).note).toContain(
    'offer at least 11.4/s',
  );
  expect(burnIn(runOf(times(90, [0, 2])), burnMeasure(0.999, 62, 5), 14.4).note).toContain(
    'offer at least 11.3/s',
  );
});

test('what even a total outage would keep has no value', () => {
  const dead = runOf(times(60, [10, 10]));
  expect(burnIn(dead, burnMeasure(0.9, 20, 5), 14.4)).toMatchObject({
    value: null,
    note: 'nothing can break a burn of < 14.4 at 90%: a total outage burns at 10',
  });
  expect(burnIn(dead, burnMeasure(0.9, 20, 5), 10).value).toBeCloseTo(10, 9);
});

test('exactly as many samples as are needed are enough', () => {
  expect(burnIn(runOf(times(5, [2, 20])), burnMeasure(0.99, 5, 5), 10).value).toBeCloseTo(10, 9);
  expect(burnIn(runOf(times(5, [2, 20])), burnMeasure(0.99, 5, 5), 9.9).value).toBeNull();
});

test('more than ten bad ones decide, however few samples there are', () => {
  const ten = burnIn(runOf([...times(59, [0, 2]), [10, 10]]), burnMeasure(0.999, 60, 5), 14.4);
  expect(ten.note).toContain('needs 695 samples');
  const eleven = burnIn(runOf([...times(59, [0, 2]), [11, 11]]), burnMeasure(0.999, 60, 5), 14.4);
  expect(eleven.value).toBeCloseTo(11 / 129 / 0.001, 9);
});

test('windows with too few samples for the limit are not counted', () => {
  // One bad of 10 is 10 times 1 %, but a limit of 14.4 needs 70 samples; one of 100 needs 10.
  const ramp: Second[] = [[1, 1], ...times(9, [0, 1]), ...times(20, [0, 100])];
  expect(burnIn(runOf(ramp), burnMeasure(0.99, 10, 10), 14.4).value).toBe(0);
  expect(burnIn(runOf(ramp), burnMeasure(0.99, 10, 10), 100).value).toBeCloseTo(10, 9);
  // Without a limit windows count that can tell a burn of 1.
  expect(burnIn(runOf([...times(10, [1, 20]), ...times(10, [0, 200])]), burnMeasure(0.99, 5, 5)).value).toBe(
    0,
  );
});
