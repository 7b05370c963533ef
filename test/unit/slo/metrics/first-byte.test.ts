// The first byte: what had one ranks by it, whatever its status; what had none ranks above all.

import { expect, test } from 'vitest';
import { firstByte } from '../../../../src/slo/metrics/first-byte.ts';
import { measuredSlice, measureOf, read, rising, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const timeoutMicros = 5_000_000;
const series = [{ name: 'query', timeoutMicros }];
const runOf = (content: Parameters<typeof measuredSlice>[2]) =>
  runDataOf({ slices: [measuredSlice('query', 0, content)], series });

const ofQuery = (name?: string) =>
  measureOf('first_byte', { subject: 'query', argument: name === undefined ? null : statistic(name) });

/** Histograms keep three digits. */
const near = (value: number | null, expected: number): void => {
  expect((value ?? 0) / expected).toBeCloseTo(1, 2);
};

const allGood = runOf({ okMicros: repeated(200, 300_000), measured: { firstByte: rising(200) } });

test('p95 is meant when no statistic is named', () => {
  near(read(allGood, ofQuery()).value, 190_000);
  near(read(allGood, ofQuery('p50')).value, 100_000);
  near(read(allGood, ofQuery('max')).value, 200_000);
  near(read(allGood, ofQuery('min')).value, 1_000);
  near(read(allGood, ofQuery('mean')).value, 100_500);
  expect(read(allGood, ofQuery())).toMatchObject({ samples: 200, atLeast: false });
});

test('a bad status had a first byte all the same', () => {
  const data = runOf({
    okMicros: repeated(100, 300_000),
    wrongMicros: repeated(100, 300_000),
    measured: { firstByte: rising(200) },
  });
  near(read(data, ofQuery()).value, 190_000);
});

test('what got none ranks above all: the value is a lower bound when it decides', () => {
  const some = { okMicros: repeated(190, 300_000), measured: { firstByte: rising(190) } };
  near(read(runOf({ ...some, failures: { connect: 4 }, dropped: 6 }), ofQuery()).value, 190_000);
  expect(read(runOf({ ...some, failures: { connect: 4 }, dropped: 7 }), ofQuery())).toMatchObject({
    value: timeoutMicros,
    atLeast: true,
    samples: 201,
  });
  expect(read(runOf({ ...some, unsent: 1 }), ofQuery('max'))).toMatchObject({ atLeast: true });
});

test('a mean counts those without as the longest wait, and says so', () => {
  const data = runOf({
    okMicros: repeated(99, 10_000),
    timedOutMicros: [5_000_000],
    measured: { firstByte: repeated(99, 10_000) },
  });
  const reading = read(data, ofQuery('mean'));
  near(reading.value, (99 * 10_000 + 5_000_000) / 100);
  expect(reading).toMatchObject({
    atLeast: false,
    note: '1 without a value are counted as the longest wait',
  });
});

test('a target that never answered is a lower bound, not missing data', () => {
  expect(read(runOf({ timedOutMicros: repeated(300, timeoutMicros) }), ofQuery())).toMatchObject({
    value: timeoutMicros,
    atLeast: true,
    samples: 300,
  });
});

test('percentiles need their samples', () => {
  expect(firstByte.tooFew(ofQuery(), 199)).toBe(
    'p95 of first_byte needs at least 200 samples, there are 199',
  );
  expect(firstByte.tooFew(ofQuery(), 200)).toBeNull();
  expect(firstByte.tooFew(ofQuery('p99.9'), 9_999)).toContain('10000 samples');
  expect(firstByte.tooFew(ofQuery('max'), 1)).toBeNull();
});

test('steps that have no first byte by their nature are not pooled, and cannot be asked for', () => {
  const data = runDataOf({
    slices: [
      measuredSlice('query', 0, { okMicros: repeated(200, 1_000), measured: { firstByte: rising(200) } }),
      measuredSlice('say', 0, { okMicros: repeated(500, 1_000) }),
      measuredSlice('flow:main', 0, { okMicros: repeated(200, 1_000) }),
    ],
  });
  near(read(data, measureOf('first_byte')).value, 190_000);
  expect(read(data, measureOf('first_byte'))).toMatchObject({ samples: 200 });
  for (const subject of ['say', 'flow:main'])
    expect(read(data, measureOf('first_byte', { subject }))).toMatchObject({
      value: null,
      note: 'no data: only HTTP steps have a first byte',
    });
});

test('as a steady promise: slow ones and those without are bad', () => {
  const counts = (content: Parameters<typeof measuredSlice>[2]) => {
    const slice = measuredSlice('query', 0, content);
    return firstByte.allowance(ofQuery(), '<', 50_000)?.count(slice.counts, slice.histograms);
  };
  const good = {
    okMicros: repeated(10, 60_000),
    measured: { firstByte: [...repeated(8, 1_000), 60_000, 70_000] },
  };
  expect(counts(good)).toEqual({ bad: 2, total: 10 });
  expect(counts({ ...good, failures: { connect: 3 } })).toEqual({ bad: 5, total: 13 });
  expect(counts({ failures: { timeout: 3 } })).toEqual({ bad: 3, total: 3 });
  expect(counts({ okMicros: [1_000] })).toEqual({ bad: 0, total: 0 });
  expect(firstByte.allowance(ofQuery(), '<', 50_000)).toMatchObject({ lateAfterMicros: null });
  expect(firstByte.allowance(ofQuery(), '<', 50_000)?.share).toBeCloseTo(0.05, 12);
  expect(firstByte.allowance(ofQuery('max'), '<', 50_000)).toBeNull();
  expect(firstByte.allowance(measureOf('first_byte'), '<', 50_000)).toBeNull();
});

test('a word that is no statistic has no value', () => {
  expect(read(allGood, ofQuery('median'))).toMatchObject({ value: null });
});
