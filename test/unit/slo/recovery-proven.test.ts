// What is a little worse than promised for long: no pair of seconds is beyond chance by itself, all of them together are.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf } from '../../../src/slo/recovery.ts';
import { countRuns, runOf, secondOf } from '../../support/allowance-runs.ts';
import { second } from '../../support/timelines.ts';

const gates = gatesOf([{ text: 'error_rate <= 5%', severity: 'fail' }]);

const timelineOf = (slices: readonly Slice[], [from, cleared]: readonly [number, number]) =>
  faultTimelineOf(slices, gates, {
    ...{ effectAtMicros: from * second, clearedAtMicros: cleared * second },
    untilMicros: slices.length * second,
  });

/** Fifty a second, so many of them bad. */
const seconds = (count: number, bad: number | ((at: number) => number)): Slice[] =>
  Array.from({ length: count }, (_, at) => secondOf(at, 50, typeof bad === 'number' ? bad : bad(at)));

describe('8 of 50 bad where 5 % may be', () => {
  test('for two seconds is not beyond chance', () => {
    const brief = timelineOf(
      seconds(40, (at) => (at === 10 || at === 11 ? 8 : 2)),
      [5, 20],
    );
    expect(brief).toMatchObject({ detectedAtMicros: null, impact: false, recoveredAtMicros: 20 * second });
  });

  test('for ever is detected at the first two seconds in a row', () => {
    const always = timelineOf(
      seconds(60, (at) => (at < 12 ? 1 : 8)),
      [10, 40],
    );
    expect(always).toMatchObject({ detectedAtMicros: 12 * second, impact: true, recoveredAtMicros: null });
  });

  test('after a good stretch is a relapse', () => {
    const again = (until: number) =>
      timelineOf(
        seconds(80, (at) => (at < 20 ? 50 : at < 30 || at >= until ? 0 : 8)),
        [10, 20],
      );
    expect(again(80)).toMatchObject({ recoveredAtMicros: null, relapsed: true });
    expect(again(60)).toMatchObject({ recoveredAtMicros: 60 * second, relapsed: true });
  });

  test('every other second is an impact without a moment at which it showed', () => {
    const flapping = timelineOf(
      seconds(40, (at) => (at >= 10 && at % 2 === 0 ? 20 : 0)),
      [10, 30],
    );
    expect(flapping).toMatchObject({ detectedAtMicros: null, impact: true });
  });
});

test('12 % bad where 5 % may be shows within a minute, nearly always', () => {
  const found = countRuns('somewhat broken', 200, (random) => {
    const timeline = timelineOf(runOf(random, 50, 0.12), [0, 30]);
    expect(timeline.impact).toBe(true);
    return timeline.detectedAtMicros !== null;
  });
  expect(found).toBeGreaterThan(170);
});
