// What is exactly as bad as it may be is hardly ever called broken; what is broken always is; half bad is no recovery.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { AbortWatch } from '../../../src/run/abort-watch.ts';
import { brokenSteadySoFar } from '../../../src/run/steady.ts';
import { badRunFrom } from '../../../src/slo/bad-run.ts';
import { gatesOf, steadyStateOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf, type FaultTimeline } from '../../../src/slo/recovery.ts';
import { windowsOf } from '../../../src/slo/seconds.ts';
import { binomialTail } from '../../../src/slo/significance.ts';
import { countRuns, promiseOf, runOf, runSeconds, secondOf, services } from '../../support/allowance-runs.ts';
import { snapshotAt } from '../../support/snapshots.ts';
import { second } from '../../support/timelines.ts';

const runs = 1_000;
const mostFalseAlarms = 3;

const promisesOf = (share: number) => [{ text: promiseOf(share), severity: 'fail' as const }];

/** Parsed once: they are asked for thousands of times. */
const gatesFor = new Map<number, ReturnType<typeof gatesOf>>(
  services.map(({ share }) => [share, gatesOf(promisesOf(share))]),
);

/** Of a fault in effect in the seconds [from, cleared), looked at until `until`. */
function timelineOf(
  slices: readonly Slice[],
  share: number,
  [from, cleared, until]: readonly [number, number, number],
): FaultTimeline {
  const times = { effectAtMicros: from * second, clearedAtMicros: cleared * second };
  return faultTimelineOf(slices, gatesFor.get(share) ?? [], { ...times, untilMicros: until * second });
}

/** The first second at which the run is stopped; null: it is not. */
function stoppedAt(
  slices: readonly Slice[],
  share: number,
  { window, after }: { readonly window: number; readonly after: number },
): number | null {
  const stopping = { abortAfterMicros: after * second, windowMicros: window * second };
  const watch = new AbortWatch({
    slo: [{ assert: promiseOf(share), severity: 'fail', ...stopping }],
    warmupMicros: 0,
    phases: () => ['steady'],
  });
  for (const [index, { series, startMicros, counts }] of slices.entries()) {
    const deltas = [{ series, startMicros, counts, histograms: {} }];
    watch.add(snapshotAt(index + 1, { deltas }));
    if (watch.look((index + 1) * second) !== null) return index + 1;
  }
  return null;
}

/** Probability that a minute has a bad run, by a chain over consecutive windows. */
function exactly(due: number, share: number): number {
  const gates = gatesOf(promisesOf(share));
  const showsBad = (bad: readonly number[]): boolean => {
    const slices = bad.map((count, index) => secondOf(index, due, count));
    return badRunFrom(windowsOf(slices, gates, 0, bad.length * second), gates, 0) !== null;
  };
  const counts = Array.from({ length: due + 1 }, (_, bad) => bad);
  const likely = counts.map((bad) => binomialTail(bad, due, share) - binomialTail(bad + 1, due, share));
  const width = showsBad([due, due]) ? 2 : 3;
  const begins = width === 2 ? counts.map((a) => [a]) : counts.flatMap((a) => counts.map((b) => [a, b]));
  const place = (bad: readonly number[]): number => bad.reduce((at, count) => at * (due + 1) + count, 0);
  const bad = begins.map((begin) => counts.map((next) => showsBad([...begin, next])));
  let chance = begins.map((begin) => begin.reduce((product, count) => product * (likely[count] ?? 0), 1));
  for (let windows = width; windows <= runSeconds; windows += 1) {
    const next = chance.map(() => 0);
    for (const [state, begin] of begins.entries()) {
      for (const count of counts) {
        if (bad[state]?.[count] === true) continue;
        const to = place([...begin.slice(1), count]);
        next[to] = (next[to] ?? 0) + (chance[state] ?? 0) * (likely[count] ?? 0);
      }
    }
    chance = next;
  }
  return 1 - chance.reduce((sum, one) => sum + one, 0);
}

describe.each(services)('a service at its allowance of $share, at $rate/s', ({ rate, share }) => {
  const label = `${rate} ${share}`;

  test('has bad windows in a row by chance in less than 2 of 1,000 minutes, exactly', () => {
    expect(exactly(rate, share)).toBeLessThan(0.002);
  });

  test('is not detected as broken by a fault that did nothing', () => {
    const found = countRuns(`detection ${label}`, runs, (random) => {
      const timeline = timelineOf(runOf(random, rate, share), share, [0, 30, runSeconds]);
      return timeline.detectedAtMicros !== null;
    });
    expect(found).toBeLessThanOrEqual(mostFalseAlarms);
  });

  test('is not called hurt by a fault that did nothing', () => {
    const found = countRuns(
      `impact ${label}`,
      runs,
      (random) => timelineOf(runOf(random, rate, share), share, [0, 30, runSeconds]).impact,
    );
    expect(found).toBeLessThanOrEqual(mostFalseAlarms);
  });

  test('is called recovered from an outage, a minute later', () => {
    const found = countRuns(`recovered ${label}`, 100, (random) => {
      const slices = runOf(random, rate, (index) => (index < 10 ? 1 : share), 70);
      return timelineOf(slices, share, [0, 10, 70]).recoveredAtMicros !== null;
    });
    expect(found).toBe(100);
  });

  test('is steady before a fault, and after it', () => {
    const slo = [{ assert: promiseOf(share), severity: 'fail' as const }];
    const found = countRuns(`steady ${label}`, runs, (random) => {
      const slices = runOf(random, rate, share);
      const [before, after] = [slices.slice(0, 20), slices.slice(30)];
      const soFar = { slices: before, faults: [], inFlight: [], nowMicros: 20 * second };
      const held = brokenSteadySoFar({ slo, warmupMicros: 0 }, soFar);
      return held !== null || steadyStateOf(after, promisesOf(share))?.broken !== null;
    });
    expect(found).toBeLessThanOrEqual(mostFalseAlarms);
  });

  test.each([
    { window: 10, after: 1 },
    { window: 10, after: 15 },
    { window: 2, after: 3 },
  ])('does not stop its run: window $window s, for $after s', ({ window, after }) => {
    const found = countRuns(
      `abort ${label} ${window} ${after}`,
      runs,
      (random) => stoppedAt(runOf(random, rate, share), share, { window, after }) !== null,
    );
    expect(found).toBeLessThanOrEqual(mostFalseAlarms);
  });
});

describe.each(services)('a total outage where $share may be bad, at $rate/s', ({ rate, share }) => {
  const label = `outage ${rate} ${share}`;
  const windows = rate === 5 ? 3 : 2;
  const outage = (random: () => number, seconds: number): Slice[] =>
    runOf(random, rate, (index) => (index < 20 ? share : 1), seconds);

  test(`always shows within ${windows} windows`, () => {
    const found = countRuns(label, runs, (random) => {
      const { detectedAtMicros } = timelineOf(outage(random, 24), share, [20, 40, 20 + windows]);
      return detectedAtMicros === 20 * second;
    });
    expect(found).toBe(runs);
  });

  test('is no steady state', () => {
    const found = countRuns(
      label,
      runs,
      (random) => steadyStateOf(outage(random, 24).slice(20), promisesOf(share))?.broken !== null,
    );
    expect(found).toBe(runs);
  });

  test('stops the run within two windows', () => {
    const found = countRuns(label, 100, (random) => {
      const at = stoppedAt(outage(random, 40), share, { window: 10, after: 5 });
      return at !== null && at > 20 && at <= 40;
    });
    expect(found).toBe(100);
  });
});

describe.each(services.filter(({ share }) => share < 0.5))(
  'a service of which half is bad where $share may be, at $rate/s',
  ({ rate, share }) => {
    test('is never called recovered after what began with the clear', () => {
      const found = countRuns(`half later ${rate} ${share}`, 50, (random) => {
        const slices = runOf(random, rate, (index) => (index < 10 ? 0 : 0.5));
        for (let until = 24; until <= runSeconds; until += 3) {
          if (timelineOf(slices, share, [10, 20, until]).recoveredAtMicros !== null) return true;
        }
        return false;
      });
      expect(found).toBe(0);
    });

    test('is never called recovered, neither in the end nor on the way', () => {
      const found = countRuns(`half ${rate} ${share}`, 50, (random) => {
        const slices = runOf(random, rate, (index) => (index < 10 ? 1 : 0.5));
        for (let until = 13; until <= runSeconds; until += 2) {
          if (timelineOf(slices, share, [0, 10, until]).recoveredAtMicros !== null) return true;
        }
        return false;
      });
      expect(found).toBe(0);
    });
  },
);
