// What a promise must be to say when a service is itself again, and what seconds without anything it counts are to it.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf, type FaultTimeline } from '../../../src/slo/recovery.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { second, slicesAt } from '../../support/timelines.ts';

const gatesFor = (...texts: readonly string[]) =>
  gatesOf(texts.map((text) => ({ text, severity: 'fail' as const })));

/** In effect in the seconds [from, cleared), looked at to the end of the slices. */
function timelineOf(
  slices: readonly Slice[],
  texts: readonly string[],
  [from, cleared]: readonly [number, number],
): FaultTimeline {
  const untilMicros = Math.max(...slices.map(({ endMicros }) => endMicros));
  const times = { effectAtMicros: from * second, clearedAtMicros: cleared * second, untilMicros };
  return faultTimelineOf(slices, gatesFor(...texts), times);
}

describe('is no gate', () => {
  test('a percentile of good answers alone: of a total outage it counts nothing', () => {
    expect(gatesFor('p95(query, ok) < 1s', 'p95(query, failed) < 1s')).toEqual([]);
    expect(gatesFor('p95(query) < 1s', 'p95(query, ok) < 1s')).toHaveLength(1);
  });

  test('a promise that allows all to be bad', () => {
    expect(gatesFor('error_rate < 100%', 'availability > 0%')).toEqual([]);
    expect(gatesFor('error_rate <= 99%', 'availability >= 1%')).toHaveLength(2);
  });
});

test.each([
  ['p90(query) < 1s', 0.1],
  ['p95(query) < 1s', 0.05],
  ['p99.9(query) < 1s', 0.001],
  ['p99.99(query) < 1s', 0.0001],
  ['availability >= 90%', 0.1],
  ['availability >= 99.9%', 0.001],
])('%s allows a share of %d, without the dust of binary fractions', (text, share) => {
  expect(gatesFor(text)[0]?.share).toBe(share);
});

test('one bad of ten is within what 90 % allow', () => {
  const nineOfTen = (at: number): Slice =>
    sliceOf('query', at * second, (at + 1) * second, { okMicros: repeated(9, 1), wrongMicros: [1] });
  const slices = [...slicesAt(0, 'xxx'), ...Array.from({ length: 3 }, (_, index) => nineOfTen(3 + index))];
  for (const text of ['p90(query) < 1s', 'availability(query) >= 90%'])
    expect(timelineOf(slices, [text], [0, 3]).recoveredAtMicros).toBe(3 * second);
});

test('a second in which no promise counts anything is empty, whatever others did in it', () => {
  // Connections stay open: what is due is counted for the flow, and nothing of it for the step.
  const slices = [...slicesAt(0, 'xxxx....--...', 'query'), ...slicesAt(0, '.............', 'other')];
  expect(timelineOf(slices, ['error_rate(query) < 5%'], [0, 4])).toMatchObject({
    ...{ recoveredAtMicros: 4 * second, samples: 11 * 20 },
  });
  const broken = slices.filter(({ startMicros }) => startMicros < 11 * second);
  expect(timelineOf(broken, ['error_rate(query) < 5%'], [0, 6]).samplesAfterClear).toBe(40 + 20);
});

describe('users that hang until the fault is over', () => {
  // Ten of them: all that was due in one second is bad, and nothing is due until they give up.
  test('show in one window with a second of nothing behind it', () => {
    const text = ['error_rate(query) < 5%'];
    expect(timelineOf(slicesAt(0, '..x-----....'), text, [2, 8])).toMatchObject({
      ...{ detectedAtMicros: 2 * second, recoveredAtMicros: 8 * second, impact: true },
    });
    // Good seconds around it: it is one bad window, and two are asked for.
    expect(timelineOf(slicesAt(0, '..x.........'), text, [2, 8]).detectedAtMicros).toBeNull();
  });

  test('and a window that may be chance shows nothing, however silent it is behind it', () => {
    const found = timelineOf(slicesAt(0, '..1-----....'), ['error_rate(query) < 5%'], [2, 8]);
    expect(found.detectedAtMicros).toBeNull();
    const suspicious = timelineOf(slicesAt(0, '..5-----....'), ['error_rate(query) < 10%'], [2, 8]);
    expect(suspicious.detectedAtMicros).toBeNull();
  });
});

describe('a relapse that begins in the good stretch', () => {
  const thin = (at: number, bad: number): Slice =>
    sliceOf('query', at * second, (at + 1) * second, {
      okMicros: repeated(2 - bad, 1_000),
      wrongMicros: repeated(bad, 1_000),
    });
  // 2/s with 45 % allowed: no single window can be bad, whatever is in it.
  const text = ['error_rate(query) <= 45%'];

  test('is one: its windows are too thin to be bad alone', () => {
    const badFrom = (from: number): Slice[] =>
      Array.from({ length: 40 }, (_, index) => thin(index, index < 5 || index >= from ? 2 : 0));
    // The stretch is the 30 samples from 5 s to 20 s; the outage begins in its last second.
    expect(timelineOf(badFrom(19), text, [0, 5])).toMatchObject({ recoveredAtMicros: null, relapsed: true });
    expect(timelineOf(badFrom(40), text, [0, 5])).toMatchObject({
      ...{ recoveredAtMicros: 5 * second, relapsed: false },
    });
  });
});

describe('where more than 10 % may be bad', () => {
  const seconds = (bad: number, count: number, at: number): Slice[] =>
    Array.from({ length: count }, (_, index) =>
      sliceOf('query', (at + index) * second, (at + index + 1) * second, {
        okMicros: repeated(10 - bad, 1_000),
        wrongMicros: repeated(bad, 1_000),
      }),
    );
  const after = (share: number, bad: number, count: number) =>
    timelineOf([...seconds(10, 5, 0), ...seconds(bad, count, 5)], [`error_rate <= ${share}%`], [0, 5]);

  test('a stretch must also show that not half of the answers are bad', () => {
    // 6 of 30 come by chance in one of 1,400 looks where half are bad; 12 of 60 in one of 600,000.
    expect(after(20, 2, 3).recoveredAtMicros).toBeNull();
    expect(after(20, 2, 5).recoveredAtMicros).toBeNull();
    expect(after(20, 2, 6).recoveredAtMicros).toBe(5 * second);
  });

  test('a good one shows that at once, however much is allowed', () => {
    for (const share of [20, 30, 40, 49]) expect(after(share, 0, 3).recoveredAtMicros).toBe(5 * second);
  });

  test('where half may be bad nothing more is asked', () => {
    expect(after(50, 4, 3).recoveredAtMicros).toBe(5 * second);
  });

  test('and so must a fault that did nothing', () => {
    const little = (bad: number) =>
      timelineOf([...seconds(bad, 2, 0), ...seconds(bad, 1, 2)], ['error_rate <= 30%'], [0, 2]);
    expect(little(3)).toMatchObject({ impact: true, recoveredAtMicros: null });
    expect(little(1)).toMatchObject({ impact: false });
  });
});
