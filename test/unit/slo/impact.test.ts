// What the record says of each fault: when it showed, when it was over, what is missing, the worst second, the budget.

import { describe, expect, test } from 'vitest';
import type { ImpactRecord } from '../../../src/record/impact-schema.ts';
import type { FaultRecord } from '../../../src/record/schema.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { steadyGoodput } from '../../../src/slo/goodput.ts';
import { impactOf } from '../../../src/slo/impact.ts';
import { peakOf, thinnestOf } from '../../../src/slo/peak.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { faultIn, second, slicesAt } from '../../support/timelines.ts';

const promises = [{ text: 'error_rate < 5%', severity: 'fail' as const }];

interface Told {
  readonly letters: string;
  readonly faults: readonly FaultRecord[];
  readonly promises?: Parameters<typeof gatesOf>[0];
  readonly warmup?: number;
  /** Seconds [from, to) that were steady. */
  readonly steady?: readonly [number, number];
}

function impacts({ letters, faults, warmup = 0, steady = [0, 3], ...told }: Told): (ImpactRecord | null)[] {
  const [slices, elapsedMicros] = [slicesAt(0, letters), letters.length * second];
  const phases = [{ name: 'steady', startMicros: steady[0] * second, endMicros: steady[1] * second }];
  const steadyPerSecond = steadyGoodput(slices, phases, elapsedMicros);
  const course = { slices, faults, elapsedMicros, steadyPerSecond, warmupMicros: warmup * second };
  return faults.map((fault) => impactOf(fault, course, gatesOf(told.promises ?? promises)));
}

const impact = (told: Told): ImpactRecord | null | undefined => impacts(told)[0];

describe('the impact of a fault', () => {
  test('that was recovered from', () => {
    expect(impact({ letters: '....xxhh....', faults: [faultIn('a', 3, 6)] })).toEqual({
      ...{ detectionMicros: second, recoveryMicros: 2 * second, recoveryAtLeast: false, relapsed: false },
      // Two seconds without any of twenty, two with half.
      ...{ deficit: 60, peakErrorRate: 1, peakAtMicros: 4 * second },
      // 40 and 20 bad; 5 % of 240.
      budget: [{ promise: 'error_rate < 5%', bad: 60, allowed: 12 }],
      reason: null,
    });
  });

  test('that was not is a lower bound, up to the end', () => {
    expect(impact({ letters: '...xxxxxx', faults: [faultIn('a', 3, 5)] })).toMatchObject({
      ...{ detectionMicros: 0, recoveryMicros: 4 * second, recoveryAtLeast: true, deficit: 120 },
    });
  });

  test('that did nothing', () => {
    expect(impact({ letters: '...1.......', faults: [faultIn('a', 3, 6)] })).toMatchObject({
      ...{ detectionMicros: null, recoveryMicros: 0, recoveryAtLeast: false, deficit: 1, reason: null },
      ...{ peakErrorRate: 0.05, peakAtMicros: 3 * second },
      budget: [{ promise: 'error_rate < 5%', bad: 1, allowed: 11 }],
    });
  });

  test('that relapsed', () => {
    expect(impact({ letters: '...xx...xx....', faults: [faultIn('a', 3, 5)] })).toMatchObject({
      ...{ recoveryMicros: 5 * second, relapsed: true, deficit: 80 },
    });
  });

  test('is counted up to the next one, for each time of one that repeats', () => {
    const faults = [faultIn('a', 3, 4, 1), faultIn('a', 8, 10, 2)];
    const [first, again] = impacts({ letters: '...xx...xxx......', faults });
    expect(first).toMatchObject({ recoveryMicros: second, deficit: 40 });
    expect(again).toMatchObject({ recoveryMicros: second, deficit: 60, detectionMicros: 0 });
  });

  test('cannot be told with another in effect at its clear, but what was bad is known', () => {
    const faults = [faultIn('a', 3, 6), faultIn('b', 5, 9)];
    const [covered, last] = impacts({ letters: '...xxxxxx.....', faults });
    expect(covered).toMatchObject({
      ...{ detectionMicros: null, recoveryMicros: null, deficit: null, peakErrorRate: 1 },
      reason: 'confounded: the fault `b` was in effect when `a` was cleared',
    });
    expect(covered?.budget[0]?.bad).toBe(120);
    expect(last).toMatchObject({ detectionMicros: null, recoveryMicros: 0, deficit: 80 });
    expect(last?.reason).toContain('`a` was in effect before `b` showed');
  });

  test('that was never cleared reaches to the end, without a recovery', () => {
    expect(impact({ letters: '...xxxxx', faults: [faultIn('a', 3, null)] })).toMatchObject({
      ...{ recoveryMicros: null, peakErrorRate: 1, reason: 'the fault `a` was not cleared in the run' },
      budget: [{ bad: 100, allowed: 8 }],
    });
  });

  test('that never was in effect is none', () => {
    expect(impact({ letters: '......', faults: [faultIn('a', null, null)] })).toBeNull();
  });

  test('that few can have noticed says so', () => {
    expect(impact({ letters: '...-.', faults: [faultIn('a', 3, 4)] })).toMatchObject({
      ...{ detectionMicros: null, recoveryAtLeast: true },
      reason: 'nothing showed, but 20 samples are too few to tell',
    });
  });

  test('without steady seconds has no deficit, and says so', () => {
    const told = { letters: '...xx....', faults: [faultIn('a', 3, 5)], steady: [0, 0] as const };
    expect(impact(told)).toMatchObject({
      ...{ detectionMicros: 0, deficit: null, reason: 'there is no steady phase to compare with' },
    });
  });

  test('spends of every steady promise, each by what it calls bad; the warm-up allows for nothing', () => {
    const told = {
      ...{ letters: '....ssx.....', faults: [faultIn('a', 4, 6)], warmup: 2 },
      promises: [
        ...promises,
        { text: 'p90(query) < 1s', severity: 'fail' as const },
        { text: 'p50(query) < 1s during fault:a', severity: 'fail' as const },
      ],
    };
    expect(impact(told)?.budget).toEqual([
      { promise: 'error_rate < 5%', bad: 20, allowed: 10 },
      { promise: 'p90(query) < 1s', bad: 60, allowed: expect.closeTo(20, 6) as number },
    ]);
  });

  test('without steady promises is what was measured', () => {
    expect(impact({ letters: '...xx....', faults: [faultIn('a', 3, 5)], promises: [] })).toMatchObject({
      ...{ recoveryMicros: null, deficit: null, budget: [], peakErrorRate: 1 },
      reason: 'there is no steady promise that could be broken and kept again',
    });
  });
});

describe('the worst second', () => {
  const five = (at: number, bad: number) =>
    sliceOf('query', at * second, (at + 1) * second, {
      okMicros: repeated(5 - bad, 1_000),
      wrongMicros: repeated(bad, 1_000),
    });
  const times = { effectAtMicros: 0, clearedAtMicros: 3 * second, untilMicros: 6 * second };

  test('with fewer than ten samples is joined with the next ones', () => {
    const slices = [five(0, 0), five(1, 1), five(2, 0), five(3, 0), five(4, 0), five(5, 0)];
    expect(peakOf(slices, times)).toEqual({ share: 0.1, bad: 1, samples: 10, atMicros: 0 });
  });

  test('at the end is joined with those before', () => {
    const slices = [five(0, 0), five(1, 0), five(2, 0), five(3, 0), five(4, 0), five(5, 5)];
    expect(peakOf(slices, times)).toEqual({ share: 0.5, bad: 5, samples: 10, atMicros: 4 * second });
  });

  test('is not made better by what is good after the clear', () => {
    const slices = [five(0, 0), five(1, 0), five(2, 5), five(3, 0), five(4, 0), five(5, 0)];
    // Taken with the second before it, both of the fault.
    expect(peakOf(slices, times)).toEqual({ share: 0.5, bad: 5, samples: 10, atMicros: second });
    const worse = [five(0, 0), five(1, 5), five(2, 4), five(3, 0), five(4, 0), five(5, 0)];
    expect(peakOf(worse, times)).toEqual({ share: 0.9, bad: 9, samples: 10, atMicros: second });
    const last = [five(0, 5), five(1, 3), five(2, 5), five(3, 0), five(4, 0), five(5, 0)];
    expect(peakOf(last, times)).toMatchObject({ share: 0.8, atMicros: 0 });
  });

  test('reaches over the clear where one side has too few of its own', () => {
    const short = { ...times, clearedAtMicros: second };
    expect(peakOf([five(0, 5), five(1, 1), five(2, 0)], short)).toMatchObject({ share: 0.6, samples: 10 });
    const late = { ...times, clearedAtMicros: 3 * second, untilMicros: 4 * second };
    const slices = [five(0, 0), five(1, 0), five(2, 0), five(3, 5)];
    expect(peakOf(slices, late)).toMatchObject({ share: 0.5, atMicros: 2 * second });
  });

  test('does not exist with fewer than ten in all', () => {
    expect(peakOf([five(0, 5)], times)).toBeNull();
    expect(peakOf([], times)).toBeNull();
  });

  test('has its thinnest second told, of which what the clear cut off is taken with the one before', () => {
    const of = (due: number, from: number, to: number) =>
      sliceOf('query', from * second, to * second, { okMicros: repeated(due, 1_000) });
    const after = [of(90, 3.4, 4.4), of(80, 4.4, 5.4), of(100, 5.4, 6.4)];
    const slices = [of(100, 0, 1), of(110, 1, 2), of(100, 2, 3), of(12, 3, 3.4), ...after];
    const cut = { effectAtMicros: 0, clearedAtMicros: 3.4 * second, untilMicros: 6.4 * second };
    expect(thinnestOf(slices, cut)).toBe(80);
    expect(thinnestOf(slices, { ...cut, untilMicros: 4.4 * second })).toBe(90);
    // Of a fault that was shorter than a second there is no more.
    const short = { ...cut, effectAtMicros: 3 * second };
    expect(thinnestOf(slices, short)).toBe(12);
  });

  test('looks at steps, not at whole iterations', () => {
    const slices = [...slicesAt(0, '......'), ...slicesAt(0, 'xxxxxx', 'flow:query')];
    expect(peakOf(slices, times)?.share).toBe(0);
  });
});
