// One metric over pairs of runs with known values: every outcome, in the order in which outcomes are decided.

import { describe, expect, test } from 'vitest';
import { metricComparison } from '../../../src/compare/comparison.ts';
import { stepOf } from '../../../src/compare/resolution.ts';
import type { RunData } from '../../../src/record/data.ts';
import { promiseFrom } from '../../../src/slo/gates.ts';
import { metricNamed } from '../../../src/slo/metrics/registry.ts';
import { attemptsRecord } from '../../support/attempts-record.ts';
import { observedRun, processLooks } from '../../support/observed-run.ts';
import { pairsOf } from '../../support/pairs.ts';
import { realisticRun } from '../../support/run-data.ts';
import { repeated } from '../../support/slices.ts';

const options = { primary: false, gates: [], invalid: null };

/** 200 equal latencies, a little different in each pair. */
const latency =
  (micros: number, wobble = 0.01) =>
  (index: number) => ({
    okMicros: repeated(200, micros * (1 + wobble * ((index % 3) - 1))),
  });
const errors =
  (bad: number, total = 1_000) =>
  () => ({ okMicros: repeated(total - bad, 1_000), wrongMicros: repeated(bad, 1_000) });
const compare = (text: string, pairs: ReturnType<typeof pairsOf>) => metricComparison(text, pairs, options);

describe('latencies', () => {
  test('a clear change is improved one way and regressed the other', () => {
    const better = compare('p95(query)', pairsOf(6, latency(100_000), latency(50_000)));
    expect(better).toMatchObject({ outcome: 'improved', scale: 'log', unit: 'µs', tolerance: 0.1 });
    expect(better.estimate).toBeCloseTo(Math.log(0.5), 2);
    expect(better.pairs[0]?.effect).toBeCloseTo(Math.log(0.5), 2);
    expect(compare('p95(query)', pairsOf(6, latency(50_000), latency(100_000))).outcome).toBe('regressed');
  });

  test('a certain change inside the tolerance is no change', () => {
    expect(compare('p95(query)', pairsOf(10, latency(100_000, 0), latency(108_000, 0)))).toMatchObject({
      outcome: 'no change',
    });
    expect(compare('p95(query)', pairsOf(10, latency(100_000, 0), latency(112_000, 0)))).toMatchObject({
      outcome: 'regressed',
    });
    expect(compare('p50(query)', pairsOf(10, latency(100_000, 0), latency(108_000, 0)))).toMatchObject({
      outcome: 'regressed',
      tolerance: 0.05,
    });
  });

  test('for fast answers a millisecond is the tolerance', () => {
    const fast = compare('p95(query)', pairsOf(10, latency(1_000, 0), latency(1_900, 0)));
    expect(fast.tolerance).toBeCloseTo(1, 2);
    expect(fast.outcome).toBe('no change');
    expect(compare('p95(query)', pairsOf(10, latency(1_000, 0), latency(2_500, 0))).outcome).toBe(
      'regressed',
    );
    expect(compare('p95(query)', pairsOf(10, latency(400, 0), latency(1_300, 0))).outcome).toBe('no change');
  });

  test('scatter beyond the band is inconclusive, with what could have been shown', () => {
    const noisy = (index: number) => ({ okMicros: repeated(200, 100_000 * (index % 2 === 0 ? 0.7 : 1.4)) });
    const result = compare('p95(query)', pairsOf(8, latency(100_000), noisy));
    expect(result.outcome).toBe('inconclusive');
    expect(result.smallestDetectable).toBeGreaterThan(0.3);
    expect(result.reason).toMatch(/smallest change .* pairs would be needed/);
  });

  test('a censored before opens downward and cannot hide an improvement', () => {
    const down = () => ({ okMicros: repeated(100, 1_000), timedOutMicros: repeated(100, 5_000_000) });
    const result = compare('p95(query)', pairsOf(6, down, latency(50_000)));
    expect(result).toMatchObject({ outcome: 'improved', interval: { low: null } });
    expect(result.pairs[0]).toMatchObject({ beforeAtLeast: true, afterAtLeast: false });
    expect(result.interval?.high).toBeLessThan(0);
  });

  test('a censored after opens upward and is never an improvement', () => {
    const down = () => ({ okMicros: repeated(100, 1_000), timedOutMicros: repeated(100, 5_000_000) });
    expect(compare('p95(query)', pairsOf(6, latency(50_000), down))).toMatchObject({
      outcome: 'regressed',
      interval: { high: null },
    });
    const slowBefore = () => ({ okMicros: repeated(200, 60_000_000) });
    const censored = compare('p95(query)', pairsOf(6, slowBefore, down));
    expect(censored).toMatchObject({
      outcome: 'inconclusive',
      interval: { high: null },
      smallestDetectable: null,
    });
  });
});

describe('rates', () => {
  test('are compared in points, and zeros are kept', () => {
    const result = compare('error_rate(query)', pairsOf(6, errors(150), errors(0)));
    expect(result).toMatchObject({ outcome: 'improved', scale: 'points', tolerance: 0.005 });
    expect(result.estimate).toBeCloseTo(-0.15, 10);
  });

  test('a rise within half a point is no change, beyond it a regression', () => {
    expect(compare('error_rate(query)', pairsOf(6, errors(10), errors(11))).outcome).toBe('no change');
    const close = compare('error_rate(query)', pairsOf(6, errors(10), errors(14)));
    expect(close.outcome).toBe('inconclusive');
    expect(close.reason).toMatch(
      /^the median run shows no change, but all runs together leave .* open; .* pairs would/,
    );
    expect(compare('error_rate(query)', pairsOf(6, errors(10), errors(16))).outcome).toBe('regressed');
  });

  test('for availability higher is better', () => {
    expect(compare('availability(query)', pairsOf(6, errors(150), errors(10))).outcome).toBe('improved');
    expect(compare('availability(query)', pairsOf(6, errors(10), errors(150))).outcome).toBe('regressed');
  });

  test('no errors in few requests are not a rate of zero', () => {
    // 3/n under half a point needs more than 600 requests on each side.
    expect(compare('error_rate(query)', pairsOf(6, errors(0, 100), errors(0, 100))).outcome).toBe(
      'inconclusive',
    );
    expect(compare('error_rate(query)', pairsOf(6, errors(0, 101), errors(0, 101))).outcome).toBe(
      'no change',
    );
  });
});

test('throughput: more is better, and none at all is not infinitely worse than anything', () => {
  const good = () => ({ okMicros: repeated(100, 1_000) });
  const half = () => ({ okMicros: repeated(50, 1_000) });
  const none = () => ({ wrongMicros: repeated(50, 1_000) });
  expect(compare('throughput(query)', pairsOf(6, half, good)).outcome).toBe('improved');
  const lost = compare('throughput(query)', pairsOf(6, good, none));
  expect(lost.outcome).toBe('regressed');
  expect(Number.isFinite(lost.estimate)).toBe(true);
});

describe('whole counts', () => {
  const lost = (closed: number) => () => ({ okMicros: repeated(100, 1_000), tallies: { closed, pings: 1 } });
  const compared = (before: number, after: number) =>
    compare('connections_lost(query)', pairsOf(10, lost(before), lost(after)));

  test.each([
    [0, 1],
    [1, 2],
    [2, 3],
    [5, 6],
  ])('from %i to %i in every run is a regression, and back an improvement', (before, after) => {
    expect(compared(before, after)).toMatchObject({ outcome: 'regressed', tolerance: 0.1 });
    expect(compared(after, before)).toMatchObject({ outcome: 'improved', tolerance: 0.1 });
  });

  test('the same number is no change, and so is one within the tolerance', () => {
    for (const [before, after] of [
      [0, 0],
      [1, 1],
      [20, 21],
    ] as const)
      expect(compared(before, after).outcome).toBe('no change');
  });
});

describe('a watched target', () => {
  const watched = (cpuShare: number, restarts: number) =>
    observedRun({
      processes: [{ name: 'target', cores: 2, restarts, points: processLooks(-2, 31, () => ({ cpuShare })) }],
    });
  const pairs = (before: readonly [number, number], after: readonly [number, number]) =>
    Array.from({ length: 10 }, (_, index) => ({
      ...{ pair: index + 1, before: watched(...before), after: watched(...after) },
    }));

  test('that starts again once in every run is no target that never does', () => {
    expect(compare('restarts(target)', pairs([0.1, 0], [0.1, 1])).outcome).toBe('regressed');
    expect(compare('restarts(target)', pairs([0.1, 1], [0.1, 0])).outcome).toBe('improved');
    expect(compare('restarts(target)', pairs([0.1, 0], [0.1, 0])).outcome).toBe('no change');
  });

  test('has no smallest step of processor time: 10 % of little are 10 %', () => {
    expect(compare('cpu(target)', pairs([0.08, 0], [0.092, 0]))).toMatchObject({
      ...{ outcome: 'regressed', tolerance: 0.1 },
    });
    expect(compare('cpu(target)', pairs([0.08, 0], [0.086, 0])).outcome).toBe('no change');
  });

  test('only times have such a step, a second where they are found second by second', () => {
    const steps = ['memory', 'bytes', 'throughput', 'p95', 'recovery', 'detection'].map((name) =>
      stepOf(metricNamed(name)!),
    );
    expect(steps).toEqual([0, 0, 0, 1_000, 1_000_000, 1_000_000]);
  });
});

describe('invalid', () => {
  test('fewer than six pairs', () => {
    const result = compare('p95(query)', pairsOf(5, latency(100_000), latency(50_000)));
    expect(result).toMatchObject({ outcome: 'invalid', estimate: null, interval: null });
    expect(result.reason).toContain('at least 6');
  });

  test('a run without enough samples is named, not left out', () => {
    const few = (index: number) => ({ okMicros: repeated(index === 3 ? 199 : 200, 1_000) });
    const result = compare('p95(query)', pairsOf(8, latency(1_000), few));
    expect(result.outcome).toBe('invalid');
    expect(result.reason).toContain('pair 4, after: p95 needs at least 200 samples');
    expect(result.pairs[3]).toMatchObject({ after: null, effect: null });
  });

  test('runs that may not be compared', () => {
    const pairs = pairsOf(6, latency(100_000), latency(50_000));
    expect(metricComparison('p95(query)', pairs, { ...options, invalid: 'another machine' })).toMatchObject({
      outcome: 'invalid',
      reason: 'another machine',
    });
  });
});

describe('what may be good or bad', () => {
  /** The breaker stays open for 1 s before the change, and for 4 s after it. */
  const silent = (longestMicros: number): RunData => {
    const data = realisticRun();
    const attempts = attemptsRecord(5_000_000, 9_000_000);
    const seen = { ...attempts, silence: { ...attempts.silence, longestMicros } };
    const faults = data.run.faults.map((fault) => ({
      ...fault,
      observation: fault.observation === null ? null : { ...fault.observation, attempts: seen },
    }));
    return { ...data, run: { ...data.run, faults } };
  };
  const pairs = Array.from({ length: 8 }, (_, index) => ({
    pair: index + 1,
    before: silent(1_000_000 + index),
    after: silent(4_000_000 + index),
  }));
  const compared = (...promises: string[]) =>
    metricComparison('silence(postgres)', pairs, { ...options, promises: promises.map(promiseFrom) });

  test('is as it is promised', () => {
    expect(compared('silence(postgres) > 2s')).toMatchObject({ outcome: 'improved', better: 'higher' });
    expect(compared('silence(postgres) < 2s')).toMatchObject({ outcome: 'regressed', better: 'lower' });
  });

  test.each([
    ['no promise', []],
    ['one about another time', ['silence(postgres) > 2s during fault:slow-db']],
    ['two that want both', ['silence(postgres) > 2s', 'silence(postgres) <= 9s']],
  ])('and with %s is not judged', (_what, promises) => {
    expect(compared(...promises)).toMatchObject({
      outcome: 'invalid',
      better: null,
      reason: 'nothing says whether less or more of `silence(postgres)` is better',
    });
  });
});
