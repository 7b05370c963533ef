// Claims over pairs of known values: confirmed, refuted, inconclusive or invalid, and never by accident.

import { describe, expect, test } from 'vitest';
import { judgeClaim } from '../../../src/compare/claims.ts';
import { pairsOf } from '../../support/pairs.ts';
import { repeated } from '../../support/slices.ts';

const options = { gates: [], invalid: null };
const claim = (metric: string, expect_: string) => ({
  id: 'c',
  says: 'it got better',
  metric,
  expect: expect_,
  documented: null,
  because: null,
});
const latency =
  (micros: number, wobble = 0) =>
  (index: number) => ({ okMicros: repeated(200, micros * (1 + wobble * ((index % 5) - 2))) });
const errors =
  (bad: number, total = 1_000) =>
  () => ({ okMicros: repeated(total - bad, 1_000), wrongMicros: repeated(bad, 1_000) });
const down = () => ({ okMicros: repeated(50, 1_000), timedOutMicros: repeated(150, 5_000_000) });
const judge = (metric: string, text: string, pairs: ReturnType<typeof pairsOf>) =>
  judgeClaim(claim(metric, text), pairs, options);

describe('times', () => {
  test.each([
    ['at least 60% lower', 100_000, 30_000, 'confirmed', Math.log(0.4), 'below'],
    ['at least 60% lower', 100_000, 60_000, 'refuted', Math.log(0.4), 'below'],
    ['at least 2x lower', 100_000, 30_000, 'confirmed', Math.log(0.5), 'below'],
    ['at least 2x higher', 100_000, 300_000, 'confirmed', Math.log(2), 'above'],
    ['at least 2x higher', 100_000, 150_000, 'refuted', Math.log(2), 'above'],
    ['no worse than 10%', 100_000, 105_000, 'confirmed', Math.log(1.1), 'below'],
    ['no worse than 10%', 100_000, 125_000, 'refuted', Math.log(1.1), 'below'],
  ] as const)('%s from %i to %i µs is %s', (text, before, after, verdict, threshold, side) => {
    const result = judge('p50(query)', text, pairsOf(6, latency(before), latency(after)));
    expect(result).toMatchObject({ verdict, side, scale: 'log', unit: 'µs' });
    expect(result.threshold).toBeCloseTo(threshold, 12);
  });

  test('an interval across the expectation is inconclusive', () => {
    const result = judge(
      'p50(query)',
      'at least 60% lower',
      pairsOf(6, latency(100_000), latency(40_000, 0.2)),
    );
    expect(result.verdict).toBe('inconclusive');
    expect(result.interval!.low!).toBeLessThan(result.threshold);
    expect(result.interval!.high!).toBeGreaterThan(result.threshold);
  });

  test('a censored before can confirm a fall, but not refute one', () => {
    expect(judge('p95(query)', 'at least 60% lower', pairsOf(6, down, latency(50_000)))).toMatchObject({
      verdict: 'confirmed',
      interval: { low: null },
    });
    expect(judge('p95(query)', 'at least 60% lower', pairsOf(6, down, latency(4_000_000))).verdict).toBe(
      'inconclusive',
    );
  });

  test('a censored after can never confirm a fall', () => {
    const slow = () => ({ okMicros: repeated(200, 3_000_000_000) });
    expect(judge('p95(query)', 'at least 60% lower', pairsOf(6, slow, down))).toMatchObject({
      verdict: 'inconclusive',
      interval: { high: null },
    });
    expect(judge('p95(query)', 'at least 60% lower', pairsOf(6, latency(50_000), down)).verdict).toBe(
      'refuted',
    );
  });
});

describe('rates', () => {
  test('“x lower” tests after − (1 − x) · before', () => {
    const result = judge('error_rate(query)', 'at least 90% lower', pairsOf(6, errors(150), errors(10)));
    expect(result).toMatchObject({ verdict: 'confirmed', scale: 'points', threshold: 0, side: 'below' });
    expect(result.estimate).toBeCloseTo(0.01 - 0.1 * 0.15, 12);
    expect(
      judge('error_rate(query)', 'at least 90% lower', pairsOf(6, errors(150), errors(20))).verdict,
    ).toBe('refuted');
  });

  test('points are points', () => {
    expect(
      judge('error_rate(query)', 'at least 10 points lower', pairsOf(6, errors(150), errors(10))),
    ).toMatchObject({ verdict: 'confirmed', threshold: -0.1 });
    expect(
      judge('availability(query)', 'at least 10 points higher', pairsOf(6, errors(150), errors(10))),
    ).toMatchObject({ verdict: 'confirmed', side: 'above' });
    expect(
      judge('availability(query)', 'no worse than 1 point', pairsOf(6, errors(10), errors(15))),
    ).toMatchObject({ verdict: 'confirmed', side: 'above', threshold: -0.01 });
    expect(
      judge('availability(query)', 'no worse than 1 point', pairsOf(6, errors(10), errors(40))).verdict,
    ).toBe('refuted');
  });

  test('nothing bad before and nothing after confirms no fall', () => {
    expect(judge('error_rate(query)', 'at least 90% lower', pairsOf(6, errors(0), errors(0))).verdict).toBe(
      'inconclusive',
    );
  });

  test('… and confirms “no worse” only with enough samples', () => {
    expect(
      judge('error_rate(query)', 'no worse than 10%', pairsOf(6, errors(0, 50), errors(0, 50))).verdict,
    ).toBe('inconclusive');
    expect(
      judge('error_rate(query)', 'no worse than 10%', pairsOf(6, errors(0, 200), errors(0, 200))).verdict,
    ).toBe('confirmed');
  });
});

describe('invalid', () => {
  test.each([
    ['p95(query)', 'at least 5 points lower', 6, 'points are for rates'],
    ['open_files_left(target)', 'at least 5 points lower', 6, 'points are for rates'],
    ['open_files_left(target)', 'no worse than 5 points', 6, 'points are for rates'],
    ['p95(query)', 'at least 5% lower', 5, 'at least 6'],
    ['p99(query)', 'at least 5% lower', 6, 'needs at least 1000 samples'],
    ['p95(other)', 'at least 5% lower', 6, 'not in this record'],
  ])('%s %s over %i pairs', (metric, text, count, reason) => {
    const result = judge(metric, text, pairsOf(count, latency(100_000), latency(50_000)));
    expect(result).toMatchObject({ verdict: 'invalid', estimate: null, interval: null });
    expect(result.reason).toContain(reason);
  });
});

test('what may be good or bad is no worse or better by itself', () => {
  expect(judge('probes(postgres)', 'no worse than 10%', pairsOf(6, latency(1), latency(1)))).toMatchObject({
    verdict: 'invalid',
    reason: expect.stringContaining('nothing says whether less or more of it would be worse') as string,
  });
});
