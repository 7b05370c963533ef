// A series that is asked little beside a busy one: it is neither taken for broken nor for healthy by what the other does.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf, type FaultTimeline } from '../../../src/slo/recovery.ts';
import { countRuns, promiseOf, runOf, runSeconds } from '../../support/allowance-runs.ts';
import { second } from '../../support/timelines.ts';

const busyPerSecond = 20;
const mostFalseAlarms = 3;

type Shares = (index: number) => number;

/** `thin` has these shares of bad answers; the other series is well outside of the fault. */
function besideBusy(random: () => number, ratePerSecond: number, shares: Shares, inFault: number): Slice[] {
  const thin = runOf(random, ratePerSecond, shares).map((slice) => ({ ...slice, series: 'thin' }));
  const busy = runOf(random, busyPerSecond, (index) => (index < 10 ? inFault : 0));
  return [...thin, ...busy];
}

const timelineOf = (slices: readonly Slice[], share: number, cleared: number, until: number): FaultTimeline =>
  faultTimelineOf(
    slices,
    gatesOf(
      ['thin', 'work'].map((series) => ({
        text: promiseOf(share).replace('error_rate', `error_rate(${series})`),
        severity: 'fail',
      })),
    ),
    { effectAtMicros: 0, clearedAtMicros: cleared * second, untilMicros: until * second },
  );

describe.each([
  { rate: 1, share: 0.01, most: mostFalseAlarms },
  { rate: 1, share: 0.05, most: mostFalseAlarms },
  { rate: 1, share: 0.1, most: mostFalseAlarms },
  { rate: 2, share: 0.05, most: mostFalseAlarms },
  // In 3 of 1,000 minutes more than 36 of its 120 are bad, and then half of them may be.
  { rate: 2, share: 0.2, most: 12 },
])('$rate/s of which $share may be bad, beside 20/s', ({ rate, share, most }) => {
  test.each([0, 1])('is never called recovered while half of it is bad (of the other was: %d)', (inFault) => {
    const found = countRuns(`thin half ${rate} ${share} ${inFault}`, 50, (random) => {
      const slices = besideBusy(random, rate, (index) => (index < 10 ? 1 : 0.5), inFault);
      for (let until = 13; until <= runSeconds; until += 3) {
        if (timelineOf(slices, share, 10, until).recoveredAtMicros !== null) return true;
      }
      return false;
    });
    expect(found).toBe(0);
  });

  test('is recovered from an outage at once when it is well', () => {
    const found = countRuns(`thin well ${rate} ${share}`, 20, (random) => {
      const slices = besideBusy(random, rate, (index) => (index < 10 ? 1 : 0), 1);
      return timelineOf(slices, share, 10, runSeconds).recoveredAtMicros === 10 * second;
    });
    expect(found).toBe(20);
  });

  test('is not called hurt by a fault that did nothing', () => {
    const found = countRuns(`thin impact ${rate} ${share}`, 1_000, (random) => {
      const { impact, detectedAtMicros } = timelineOf(
        besideBusy(random, rate, () => share, 0),
        share,
        30,
        runSeconds,
      );
      return impact || detectedAtMicros !== null;
    });
    expect(found).toBeLessThanOrEqual(most);
  });
});
