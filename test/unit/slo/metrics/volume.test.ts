// How much there was: bytes per answer, starts per second, starts.

import { expect, test } from 'vitest';
import { measuredSlice, measureOf, read, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const second = 1_000_000;

test('bytes per complete answer, of any status', () => {
  const data = runDataOf({
    slices: [
      measuredSlice('query', 0, { okMicros: repeated(8, 1), wrongMicros: repeated(2, 1), bytes: 20_000 }),
    ],
  });
  expect(read(data, measureOf('bytes', { subject: 'query' }))).toMatchObject({
    value: 2_000,
    samples: 10,
    note: null,
  });
  expect(read(data, measureOf('bytes', { subject: 'query', argument: statistic('mean') })).value).toBe(2_000);
  expect(read(data, measureOf('bytes', { subject: 'query', argument: statistic('p95') })).note).toContain(
    'the mean alone',
  );
});

test('what came of answers that never ended is in it, and said', () => {
  const data = runDataOf({
    slices: [measuredSlice('query', 0, { okMicros: repeated(8, 1), failures: { reset: 2 }, bytes: 8_400 })],
  });
  expect(read(data, measureOf('bytes', { subject: 'query' }))).toMatchObject({
    value: 1_050,
    note: 'what came of 2 incomplete answers is in it',
  });
});

test('steps that receive nothing do not thin out the mean; alone they have no value', () => {
  const data = runDataOf({
    slices: [
      measuredSlice('query', 0, { okMicros: repeated(10, 1), bytes: 10_000, measured: { firstByte: [1] } }),
      measuredSlice('tell', 0, { okMicros: repeated(90, 1), bytes: 0 }),
      measuredSlice('empty', 0, { okMicros: repeated(10, 1), bytes: 0, measured: { firstByte: [1] } }),
    ],
  });
  expect(read(data, measureOf('bytes'))).toMatchObject({ value: 500, samples: 20 });
  expect(read(data, measureOf('bytes', { subject: 'tell' }))).toMatchObject({ value: null });
  expect(read(data, measureOf('bytes', { subject: 'empty' }))).toMatchObject({ value: 0, samples: 10 });
});

test('a rate counts what was really started, when it was', () => {
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 3 * second },
  ];
  const data = runDataOf({
    slices: [
      measuredSlice('query', 0, { okMicros: repeated(50, 1) }),
      measuredSlice('query', 1, { okMicros: repeated(20, 1), dropped: 20, begun: 15 }),
      measuredSlice('query', 2, { okMicros: repeated(20, 1), dropped: 20, begun: 21 }),
      // After the load, when what was queued is still being worked off.
      measuredSlice('query', 3, { okMicros: repeated(9, 1), begun: 13 }),
    ],
    phases,
    elapsedMicros: 3 * second,
  });
  expect(read(data, measureOf('rate', { subject: 'query' }))).toMatchObject({ value: 18, samples: 89 });
  expect(read(data, measureOf('count', { subject: 'query' }))).toMatchObject({ value: 49, samples: 89 });
});

test('nothing offered is no rate and no count of nothing', () => {
  const data = runDataOf({ slices: [measuredSlice('query', 0, {})] });
  for (const metric of ['rate', 'count', 'bytes'])
    expect(read(data, measureOf(metric, { subject: 'query' }))).toMatchObject({ value: null });
});
