// Numbers in words: units are never lost, and a margin says on which side it lies.

import { expect, test } from 'vitest';
import type { SloRecord } from '../../../src/record/schema.ts';
import { marginText, promiseRow } from '../../../src/report/promise-rows.ts';
import {
  foldReasons,
  formatEffect,
  formatEstimate,
  formatMoment,
  formatNamed,
  formatValue,
  plural,
} from '../../../src/report/words.ts';

test('a named number gets the unit that its name states', () => {
  expect(formatNamed('latencyMicros', 25_000)).toBe('latency 25ms');
  expect(formatNamed('latencyMs', 25)).toBe('latency 25ms');
  expect(formatNamed('toxicity', 0.11)).toBe('toxicity 11%');
  expect(formatNamed('affectedShare', 0.5)).toBe('affected 50%');
  expect(formatNamed('limitBytes', 65_536)).toBe('limit 64KiB');
  expect(formatNamed('ratePerSecond', 20)).toBe('rate 20/s');
  expect(formatNamed('connections', 3)).toBe('connections 3');
  expect(formatNamed('jitter', '5ms')).toBe('jitter 5ms');
});

test('values carry their unit, lower bounds are marked, and nothing is a dash', () => {
  expect(formatValue(0, 'µs')).toBe('0s');
  expect(formatValue(1_500_000, 'µs', true)).toBe('≥ 1.5s');
  expect(formatValue(0.999, 'share')).toBe('99.9%');
  expect(formatValue(39.8, '1/s')).toBe('39.8/s');
  expect(formatValue(1_048_576, 'bytes')).toBe('1MiB');
  expect(formatValue(0.93, 'score')).toBe('0.93');
  expect(formatValue(null, 'µs', true)).toBe('–');
});

const time = { scale: 'log', unit: 'µs' } as const;

test('effects are signed, large ones are factors, open ends are infinite', () => {
  expect(formatEffect(Math.log(0.119), time)).toBe('−88.1%');
  expect(formatEffect(Math.log(10), time)).toBe('×10');
  expect(formatEffect(-0.1382, { scale: 'points', unit: 'share' })).toBe('−13.82 pts');
  expect(formatEstimate(Math.log(0.5), { low: null, high: Math.log(0.8) }, time)).toBe(
    '−50.0% (−∞ … −20.0%)',
  );
  expect(formatEstimate(null, null, time)).toBe('not computable');
  expect(formatEffect(-0.02, { scale: 'points', unit: 'score' })).toBe('−2.00 pts');
  const left = { scale: 'points', unit: 'count' } as const;
  expect([3, -2.5, 0].map((difference) => formatEffect(difference, left))).toEqual(['+3', '−2.5', '0']);
});

test.for([
  { value: 320_767, atLeast: false, limit: 400_000, unit: 'µs', text: '20% below' },
  { value: 14_631, atLeast: false, limit: 10_000, unit: 'µs', text: '46% above' },
  { value: 5_000_000, atLeast: true, limit: 2_000_000, unit: 'µs', text: 'at least 150% above' },
  // A lower bound under the limit may really lie on either side.
  { value: 1_000_000, atLeast: true, limit: 2_000_000, unit: 'µs', text: '–' },
  { value: 0, atLeast: false, limit: 0.01, unit: 'share', text: '1 point below' },
  { value: 0.00996, atLeast: false, limit: 0.01, unit: 'share', text: '0.004 points below' },
  { value: 1, atLeast: false, limit: 0.99, unit: 'share', text: '1 point above' },
  { value: 0.02, atLeast: false, limit: 0.02, unit: 'share', text: 'at the limit' },
  { value: null, atLeast: false, limit: 1, unit: 'µs', text: '–' },
] as const)('the margin of $value against $limit $unit is “$text”', ({ text, ...slo }) => {
  expect(marginText(slo)).toBe(text);
});

test('a value that could not be judged on stands in brackets and has no margin', () => {
  const slo: SloRecord = {
    text: 'p99(query) < 2s',
    severity: 'fail',
    status: 'invalid',
    value: 5_000_000,
    atLeast: true,
    limit: 2_000_000,
    unit: 'µs',
    samples: 400,
    reason: 'too few samples',
  };
  expect(promiseRow(slo)).toMatchObject({ value: '(≥ 5s)', margin: '–' });
  expect(promiseRow({ ...slo, status: 'fail' })).toMatchObject({
    value: '≥ 5s',
    margin: 'at least 150% above',
  });
});

test('moments are in UTC and counts agree with their noun', () => {
  expect(formatMoment('2026-01-05T09:00:00.000Z')).toBe('2026-01-05 09:00:00 UTC');
  expect([plural(1, 'pair'), plural(6, 'pair')]).toEqual(['1 pair', '6 pairs']);
});

test('a reason that only repeats another one says so', () => {
  const cause = 'run 7: the load generator was saturated';
  expect(foldReasons([cause, `claim a: ${cause}`, `p50(x) (primary): invalid, ${cause}`, 'another'])).toEqual(
    [cause, 'claim a: for the same reason', 'p50(x) (primary): invalid: for the same reason', 'another'],
  );
  expect(foldReasons(['same', 'same'])).toEqual(['same', 'same']);
});
