// Several series under one fault: a promise whose series is asked no more, or little, must show by itself that it holds.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { gatesOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf, type FaultTimeline } from '../../../src/slo/recovery.ts';
import { runDataOf } from '../../support/run-record.ts';
import { sliceOf } from '../../support/slices.ts';
import { faultIn, second, slicesAt } from '../../support/timelines.ts';

const promises = ['error_rate(query) < 5%', 'error_rate(ping) < 5%'].map((text) => ({
  ...{ text, severity: 'fail' as const },
}));

/** In effect in the seconds [from, cleared), looked at to the end of the slices. */
function timelineOf(slices: readonly Slice[], [from, cleared]: readonly [number, number]): FaultTimeline {
  const untilMicros = Math.max(...slices.map(({ endMicros }) => endMicros));
  const times = { effectAtMicros: from * second, clearedAtMicros: cleared * second, untilMicros };
  return faultTimelineOf(slices, gatesOf(promises), times);
}

/** `ping` is well all the time. */
const besideGood = (query: string): Slice[] => [
  ...slicesAt(0, query, 'query'),
  ...slicesAt(0, '.'.repeat(query.length), 'ping'),
];

describe('a series that is asked no more', () => {
  test('since its users hang has not recovered', () => {
    expect(timelineOf(besideGood('..x---------'), [2, 6])).toMatchObject({
      ...{ detectedAtMicros: 2 * second, recoveredAtMicros: null, impact: true },
      unheard: 'error_rate(query) < 5%',
    });
  });

  test('since its users hang, later in the fault or before the clear, has not either', () => {
    for (const query of ['.......5---------', '........x--------']) {
      expect(timelineOf(besideGood(query), [2, 9])).toMatchObject({ recoveredAtMicros: null, impact: true });
    }
  });

  test('though nothing of it was bad has shown nothing: another step may hang before it', () => {
    for (const query of ['..----------', '....--------']) {
      expect(timelineOf(besideGood(query), [2, 8])).toMatchObject({
        ...{ recoveredAtMicros: null, unheard: 'error_rate(query) < 5%' },
      });
    }
  });

  test('is waited for: the stretch goes on until it is asked again, and began where it was good', () => {
    expect(timelineOf(besideGood('..x-------....'), [2, 6])).toMatchObject({
      ...{ recoveredAtMicros: 6 * second, unheard: null },
    });
    expect(timelineOf(besideGood('..x-------xx....'), [2, 6]).recoveredAtMicros).toBe(12 * second);
  });

  test('since its load was over before the fault is not asked about', () => {
    const found = timelineOf(besideGood('..-------------'), [6, 9]);
    expect(found).toMatchObject({ impact: false, recoveredAtMicros: 9 * second, unheard: null });
  });

  test('since its load ended well in the fault is not either', () => {
    expect(timelineOf(besideGood('......--------'), [2, 9])).toMatchObject({
      ...{ impact: false, recoveredAtMicros: 9 * second },
    });
    // What of it was bad earlier does not matter.
    const other = [...slicesAt(0, '..xx......------', 'ping'), ...slicesAt(0, '..xx............', 'query')];
    expect(timelineOf(other, [2, 12])).toMatchObject({ impact: true, recoveredAtMicros: 12 * second });
  });
});

describe('a series that is asked little', () => {
  const thin = (at: number, bad: boolean): Slice =>
    sliceOf('query', at * second, (at + 1) * second, bad ? { wrongMicros: [1_000] } : { okMicros: [1_000] });
  const besideBusy = (length: number, isBad: (at: number) => boolean): Slice[] => [
    ...Array.from({ length }, (_, at) => thin(at, isBad(at))),
    ...slicesAt(0, '.'.repeat(length), 'ping'),
  ];

  test('has not recovered while half of it is bad', () => {
    const half = besideBusy(60, (at) => at >= 10 && at % 2 === 0);
    expect(timelineOf(half, [10, 20])).toMatchObject({ recoveredAtMicros: null, impact: true });
  });

  test('shows in 18 good answers of its own that it is well again, once it was bad', () => {
    const well = (length: number) => besideBusy(length, (at) => at >= 10 && at < 20);
    expect(timelineOf(well(37), [10, 20]).recoveredAtMicros).toBeNull();
    expect(timelineOf(well(38), [10, 20]).recoveredAtMicros).toBe(20 * second);
  });

  test('has nothing to show where nothing of it was bad', () => {
    const unharmed = [
      ...Array.from({ length: 15 }, (_, at) => thin(at, false)),
      ...slicesAt(0, '.....xxxxx.....', 'ping'),
    ];
    expect(timelineOf(unharmed, [5, 10])).toMatchObject({ impact: true, recoveredAtMicros: 10 * second });
  });
});

describe('as promises', () => {
  const judged = (query: string, faults: Parameters<typeof faultIn>[]) => {
    const asked = [...promises, { text: 'recovery(a) < 5s', severity: 'fail' as const }];
    const data = runDataOf({ slices: besideGood(query), faults: faults.map((one) => faultIn(...one)) });
    return evaluatePromises(asked, data).at(-1);
  };

  test('what hangs for ever fails, and says what is missing', () => {
    const recovery = judged('..x---------', [['a', 2, 6]]);
    expect(recovery).toMatchObject({ status: 'fail', value: 6 * second, atLeast: true });
    expect(recovery?.reason).toContain(
      'not recovered before the end: nothing that `error_rate(query) < 5%` counts was due any more',
    );
  });

  test('what was cut off by the next fault says so', () => {
    const faults: Parameters<typeof faultIn>[] = [
      ['a', 2, 4],
      ['b', 6, 8],
    ];
    const recovery = judged('..xxxxxx.....', faults);
    expect(recovery).toMatchObject({ status: 'fail', value: 2 * second, atLeast: true });
    expect(recovery?.reason).toContain('(not recovered before the next fault)');
  });
});
