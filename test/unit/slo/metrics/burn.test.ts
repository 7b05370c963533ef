// Burn rates of runs whose bad answers are known second by second, worked out by hand.

import { expect, test } from 'vitest';
import { burn } from '../../../../src/slo/metrics/burn.ts';
import { burnIn, burnMeasure, runOf, sliceAt, times } from '../../../support/burning.ts';
import { measureOf } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';

const second = 1_000_000;

test('a steady share of bad answers burns at share/(1 − target)', () => {
  const reading = burnIn(runOf(times(60, [1, 10])), burnMeasure(0.99, 20, 5), 14.4);
  expect(reading.value).toBeCloseTo(10, 9);
  expect(reading).toMatchObject({ samples: 600, atLeast: false });
  expect(burnIn(runOf(times(60, [0, 10])), burnMeasure(0.99, 20, 5), 14.4).value).toBe(0);
});

test('both windows must see it: the value is the slower one, at the second at which that is highest', () => {
  // Three seconds of outage at 100/s: 300 of 2,000 in the long window is 15 times 1 %; the short one sees 100 times.
  const outage = [...times(30, [0, 100]), ...times(3, [100, 100]), ...times(27, [0, 100])];
  const reading = burnIn(runOf(outage), burnMeasure(0.99, 20, 2));
  expect(reading.value).toBeCloseTo(15, 9);
  expect(reading.note).toBe('highest at 33s: 15 over 20s, 100 over 2s');
});

test('what is over and done with no longer counts, though the long window still holds it', () => {
  // In the long window of the last second there are 10 bad of 100; in the short one none.
  const early = [...times(5, [2, 10]), ...times(5, [0, 10])];
  const reading = burnIn(runOf(early), burnMeasure(0.9, 10, 2));
  expect(reading.value).toBe(0);
});

test('an outage in the last second is seen', () => {
  const reading = burnIn(runOf([...times(29, [0, 100]), [100, 100]]), burnMeasure(0.99, 10, 1));
  expect(reading.value).toBeCloseTo(10, 9);
});

test('an outage in the last part of a second is seen, by windows that end with the load', () => {
  const slices = [
    ...times(10, [0, 100]).map((content, at) => sliceAt(content, at * second, (at + 1) * second)),
    sliceAt([40, 40], 10 * second, 10.4 * second),
  ];
  // Back from 10.4 s five seconds reach into the second that begins at 5 s: 500 good ones and 40 bad.
  const reading = burnIn(runDataOf({ slices }), burnMeasure(0.99, 5, 1));
  expect(reading.value).toBeCloseTo(40 / 540 / 0.01, 9);
});

test('where a phase cuts a second windows are no shorter than asked for', () => {
  const phases = [
    { name: 'steady', startMicros: 0, endMicros: 4.4 * second },
    { name: 'fault:x', startMicros: 4.4 * second, endMicros: 8.4 * second },
  ];
  const slices = [
    ...times(4, [0, 10]).map((content, at) => sliceAt(content, at * second, (at + 1) * second)),
    sliceAt([0, 4], 4 * second, 4.4 * second),
    ...times(4, [10, 10]).map((content, at) => sliceAt(content, (at + 4.4) * second, (at + 5.4) * second)),
  ];
  // From 8.4 s back: six seconds reach to 2.4 s, in the second that begins at 2 s: 10 + 10 + 4 good, 40 bad.
  const reading = burnIn(runDataOf({ slices, phases }), burnMeasure(0.5, 6, 1));
  expect(reading.value).toBeCloseTo(40 / 64 / 0.5, 9);
});

test('the warm-up is not judged', () => {
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: 10 * second },
    { name: 'steady', startMicros: 10 * second, endMicros: 30 * second },
  ];
  const data = runOf([...times(10, [100, 100]), ...times(20, [0, 100])], { phases });
  expect(burnIn(data, burnMeasure(0.99, 10, 2))).toMatchObject({ value: 0, samples: 2_000 });
  expect(burnIn(data, burnMeasure(0.99, 21, 2))).toMatchObject({ value: null });
});

test('during phases windows lie inside one stretch of them', () => {
  const phases = [
    { name: 'steady', startMicros: 0, endMicros: 10 * second },
    { name: 'fault:x', startMicros: 10 * second, endMicros: 20 * second },
    { name: 'recovery:x', startMicros: 20 * second, endMicros: 25 * second },
    { name: 'steady', startMicros: 25 * second, endMicros: 35 * second },
  ];
  const judged = runOf(
    [...times(10, [0, 100]), ...times(10, [50, 100]), ...times(5, [10, 100]), ...times(10, [1, 100])],
    { phases, faults: [{ id: 'x', effectAtMicros: 10 * second, clearedAtMicros: 20 * second }] },
  );
  const during = (...names: string[]) => ({ during: names });
  expect(burnIn(judged, burnMeasure(0.99, 10, 5, during('steady'))).value).toBeCloseTo(1, 9);
  expect(burnIn(judged, burnMeasure(0.99, 10, 5, during('steady'))).samples).toBe(2_000);
  const tooLong = burnIn(judged, burnMeasure(0.99, 11, 5, during('steady')));
  expect(tooLong.value).toBeNull();
  expect(tooLong.note).toBe(
    'a stretch of steady lasts at most 10s: no full window of 11s fits in, ask for a shorter one',
  );
  // A fault and its recovery touch: one stretch of 15 s, with 500 + 50 bad of 1,500.
  const both = burnIn(judged, burnMeasure(0.99, 15, 15, during('fault:x', 'recovery:x')));
  expect(both.value).toBeCloseTo(550 / 1_500 / 0.01, 9);
});

test('a load that is shorter than the long window cannot be judged', () => {
  const reading = burnIn(runOf(times(30, [0, 100])), burnMeasure(0.999, 60, 5));
  expect(reading.value).toBeNull();
  expect(reading.note).toBe(
    'the judged load lasts at most 30s: no full window of 60s fits in, ask for a shorter one',
  );
});

test('windows move on while nothing is offered', () => {
  const slices = [
    sliceAt([0, 100], 0, second),
    sliceAt([50, 100], second, 2 * second),
    sliceAt([0, 1], 9 * second, 10 * second),
  ];
  // At 6 s the good second has left the long window, and the bad one is alone in it and in the short one.
  const reading = burnIn(runDataOf({ slices }), burnMeasure(0.5, 5, 5));
  expect(reading.value).toBeCloseTo(1, 9);
  expect(reading.note).toContain('highest at 6s');
});

test('failures of what drains after the load count in its last second', () => {
  const slices = [
    ...times(10, [0, 100]).map((content, at) => sliceAt(content, at * second, (at + 1) * second)),
    sliceAt([100, 100], 10 * second, 11 * second),
  ];
  const data = runDataOf({ slices, elapsedMicros: 10 * second });
  const reading = burnIn(data, burnMeasure(0.99, 5, 1));
  expect(reading.value).toBeCloseTo(100 / 600 / 0.01, 9);
  expect(reading.samples).toBe(1_100);
});

test('without a series all steps are pooled, and no iterations', () => {
  const slices = times(10, [0, 10]).flatMap((content, at) => [
    sliceAt(content, at * second, (at + 1) * second),
    sliceAt([2, 10], at * second, (at + 1) * second, 'answer'),
    sliceAt([10, 10], at * second, (at + 1) * second, 'flow:ask'),
  ]);
  const reading = burnIn(runDataOf({ slices }), burnMeasure(0.9, 5, 5, { subject: null }));
  expect(reading).toMatchObject({ samples: 200 });
  expect(reading.value).toBeCloseTo(1, 9);
});

test('nothing offered, no target, no windows, a target of 100%: no value', () => {
  expect(burnIn(runOf(times(10, [0, 0])), burnMeasure(0.99, 5, 5))).toMatchObject({
    value: null,
    note: 'no data: nothing was offered',
  });
  const data = runOf(times(10, [0, 10]));
  expect(burnIn(data, measureOf('burn', { subject: 'query' })).note).toContain('needs a target and windows');
  expect(burnIn(data, burnMeasure(1, 5, 5)).note).toContain('leaves no budget');
  expect(burn.allowance()).toBeNull();
});
