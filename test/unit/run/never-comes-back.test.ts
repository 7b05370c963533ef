// A target that never comes back after a fault keeps no promise `during steady`; one that comes back breaks none by it.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { RunData } from '../../../src/record/data.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { rejudge } from '../../../src/run/rejudge.ts';
import { noBaselines } from '../../../src/slo/baseline.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, type SliceContent, sliceOf } from '../../support/slices.ts';
import { second } from '../../support/timelines.ts';

const errors = 'error_rate(query) < 5% during steady';
const untold =
  'nothing says when the target has recovered (no steady promise could be broken and kept again): what follows its faults counts as steady';

/** What was due in each second; null: nothing. */
type Course = (atSecond: number) => SliceContent | null;

const good = (perSecond: number): SliceContent => ({ okMicros: repeated(perSecond, 5_000) });
const bad = (perSecond: number): SliceContent => ({ wrongMicros: repeated(perSecond, 5_000) });

const slicesOf = (seconds: number, course: Course, series = 'query'): Slice[] =>
  Array.from({ length: seconds }, (_, at) => [at, course(at)] as const).flatMap(([at, content]) =>
    content === null ? [] : [sliceOf(series, at * second, (at + 1) * second, content)],
  );

type Fault = readonly [effect: number, clear: number];

function runOf(seconds: number, slices: readonly Slice[], faults: readonly Fault[] = [[30, 35]]): RunData {
  const data = runDataOf({
    slices,
    faults: faults.map(([effect, clear], index) => ({
      id: `cut${index === 0 ? '' : index + 1}`,
      effectAtMicros: effect * second,
      clearedAtMicros: clear * second,
    })),
    elapsedMicros: seconds * second,
  });
  const load = { ...data.run.load, plannedMicros: seconds * second };
  const grounds = { undoFailed: [], interrupted: null, invalid: [] };
  return { ...data, run: { ...data.run, load, grounds } };
}

type Asked = string | { readonly assert: string; readonly severity: 'warn' };

/** As a run is judged, and as its record is judged again. */
const judged = (data: RunData, ...slo: readonly Asked[]): RunRecord =>
  rejudge(
    data,
    slo.map((one) => (typeof one === 'string' ? { assert: one, severity: 'fail' } : one)),
    noBaselines,
  ).run;

const statuses = ({ slo }: RunRecord): string[] => slo.map(({ status }) => status);

describe('of a target that never comes back', () => {
  test('one request a second is enough: it is looked at so far back that there are samples', () => {
    const dead = runOf(
      120,
      slicesOf(120, (at) => (at < 30 ? good(1) : bad(1))),
    );
    const run = judged(dead, errors);
    expect(run.faults[0]?.steadyAfter).toEqual({
      ...{ status: 'broken', promise: errors, bad: 20, samples: 20 },
      ...{ fromMicros: 100 * second, toMicros: 120 * second },
    });
    expect(run.slo[0]).toMatchObject({
      status: 'fail',
      reason: 'still broken after fault cut was undone: 20 of 20 bad from 100s to 2m',
    });
    expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
  });

  /** Ten users, ten requests a second each; all hang from 30 s on, and give up after so many seconds. */
  const hanging = (givesUpAfter: number, seconds = 120): Slice[] =>
    slicesOf(seconds, (at) => {
      if (at < 30) return good(100);
      return (at - 30) % givesUpAfter === 0 ? { timedOutMicros: repeated(10, givesUpAfter * second) } : null;
    });

  test('users that hang have few samples for the worst of reasons', () => {
    const run = judged(runOf(120, hanging(30)), errors);
    expect(run.faults[0]?.steadyAfter).toMatchObject({ status: 'broken', bad: 20, samples: 20 });
    expect(run.verdict.status).toBe('fail');
  });

  test.each([
    [40, '10 samples are too few'],
    [200, '0 samples are too few'],
  ])('where they give up after %s s nobody knows, and that is no pass', (givesUpAfter, why) => {
    const asked = { assert: 'p99(query) < 1s during steady', severity: 'warn' } as const;
    const run = judged(
      runOf(110, hanging(givesUpAfter, 110)),
      errors,
      'mean(query) < 1s during steady',
      asked,
    );
    expect(run.slo).toMatchObject([
      { status: 'invalid', reason: `not known after fault cut was undone: ${why}` },
      { status: 'invalid' },
      { status: 'invalid' },
    ]);
    expect(run.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(run.notes).toContain(`after fault cut was undone steady state is unknown: ${why}`);
  });

  test('a fail stays one, and what is asked of the recovery as well has seen it', () => {
    const slices = slicesOf(110, (at) => (at < 30 ? { ...good(90), ...bad(10) } : null));
    const both = 'throughput(query) > 1/s during steady, recovery:cut';
    const run = judged(runOf(110, slices), errors, both);
    expect(statuses(run)).toEqual(['fail', 'pass']);
  });

  test('a rare series that hangs is not spoken for by busy ones', () => {
    const busy = slicesOf(120, (at) => (at >= 30 && at < 35 ? bad(50) : good(50)));
    const rare = slicesOf(120, (at) => (at < 31 ? good(1) : null), 'rare');
    const rareErrors = 'error_rate(rare) < 5% during steady';
    const run = judged(runOf(120, [...busy, ...rare]), errors, rareErrors);
    expect(run.slo[1]).toMatchObject({
      status: 'invalid',
      reason: 'not known after fault cut was undone: 0 samples are too few',
    });
    // Its own samples say that the busy one is back.
    expect(run.slo[0]?.status).toBe('pass');
  });

  test('nor by what followed another fault, before which it was not asked any more', () => {
    const busy = slicesOf(120, (at) => (at >= 30 && at < 35 ? bad(50) : good(50)));
    const rare = slicesOf(120, (at) => (at < 31 ? good(1) : null), 'rare');
    const faults = [
      [30, 35],
      [50, 55],
    ] as const;
    const run = judged(runOf(120, [...busy, ...rare], faults), errors, 'error_rate(rare) < 5% during steady');
    expect(statuses(run)).toEqual(['pass', 'invalid']);
  });
});

describe('of a target that comes back', () => {
  const healthy = (perSecond: number, from = 36): Course => {
    return (at) => (at >= 30 && at < from ? bad(perSecond) : good(perSecond));
  };

  test.each([
    [120, 'holds', 85],
    // Too few for a recovery, enough to see that nothing is broken.
    [60, 'holds', 20],
  ])('at one request a second over %s s the promise is kept', (seconds, status, samples) => {
    const run = judged(runOf(seconds, slicesOf(seconds, healthy(1))), errors);
    expect(run.faults[0]?.steadyAfter).toMatchObject({ status, samples });
    expect(run.verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  });

  test('only in the last 10 s, at so few a second that it cannot be told: not "still broken", and no pass', () => {
    const run = judged(runOf(60, slicesOf(60, healthy(1, 48))), errors);
    const why = '8 of 20 bad, but in the last 10s no more than promised';
    expect(run.slo[0]).toMatchObject({
      ...{ status: 'invalid', reason: `not known after fault cut was undone: ${why}` },
    });
    expect(run.notes).toContain(`after fault cut was undone steady state is unknown: ${why}`);
  });

  test('less than a second before the end nothing is asked, and nothing was left out', () => {
    const slices = slicesOf(35, (at) => (at >= 30 ? bad(10) : good(10)));
    const run = judged(runOf(35.5, slices, [[30, 34.9]]), errors);
    expect(statuses(run)).toEqual(['pass']);
    expect(run.notes.join()).toContain('steady state is unknown');
    const lasting = judged(runOf(35, slices, [[30, 35]]), errors);
    expect(statuses(lasting)).toEqual(['pass']);
  });

  test('two seconds before the end with a few samples it is not known; with samples it is', () => {
    const tail = (perSecond: number): RunRecord =>
      judged(runOf(37, slicesOf(37, healthy(perSecond, 35))), errors);
    expect(statuses(tail(5))).toEqual(['invalid']);
    expect(statuses(tail(20))).toEqual(['pass']);
  });

  test('only after a later fault, it came back all the same', () => {
    // Twelve samples between the faults are too few for a recovery.
    const slices = slicesOf(120, (at) => ((at >= 30 && at < 35) || (at >= 48 && at < 52) ? bad(1) : good(1)));
    const faults = [
      [30, 35],
      [47, 52],
    ] as const;
    const run = judged(runOf(120, slices, faults), errors);
    expect(run.faults.map(({ steadyAfter }) => steadyAfter?.status)).toEqual(['unknown', 'holds']);
    expect(statuses(run)).toEqual(['pass']);
  });
});

describe('without a promise that tells a recovery', () => {
  const throughput = 'throughput(query) >= 45/s during steady';
  const rate = 'rate(query) >= 45/s during steady over 10s';
  const warns = { assert: 'error_rate(query) < 1% during steady', severity: 'warn' } as const;
  const killed: Course = (at) => (at < 30 ? good(50) : bad(50));
  const back: Course = (at) => (at >= 30 && at < 35 ? bad(50) : good(50));

  test('a dead target breaks what is asked of it during steady', () => {
    const run = judged(runOf(120, slicesOf(120, killed)), throughput, warns);
    expect(statuses(run)).toEqual(['fail', 'warn']);
    expect(run.slo[1]?.value).toBeCloseTo(85 / 115, 3);
    expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    const silent = runOf(
      120,
      slicesOf(120, (at) => (at < 30 ? good(50) : null)),
    );
    expect(statuses(judged(silent, rate))).toEqual(['fail']);
    expect(statuses(judged(silent, rate.replace(' over 10s', '')))).toEqual(['fail']);
  });

  test('one that is back is judged by all but the fault, and keeps them', () => {
    const run = judged(runOf(120, slicesOf(120, back)), throughput, rate, warns);
    expect(statuses(run)).toEqual(['pass', 'pass', 'pass']);
    expect(run.slo[0]?.value).toBeCloseTo(50, 6);
    expect(run.slo[2]?.samples).toBe(115 * 50);
    expect(run.verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  });

  test('one note says so, and no other says that steady state was unknown', () => {
    const first = rejudge(
      runOf(120, slicesOf(120, back)),
      [{ assert: throughput, severity: 'fail' }],
      noBaselines,
    );
    expect(first.run.notes).toEqual([untold]);
    expect(first.run.faults[0]?.steadyAfter).toBeNull();
    // Judged by promises that tell a recovery, nothing of it is left.
    expect(judged(first, errors, throughput).notes).toEqual([]);
    // And what an earlier version has said goes, too.
    const unknown = { status: 'unknown', promise: null, bad: 0, samples: 0 } as const;
    const stretch = { fromMicros: 110 * second, toMicros: 120 * second };
    const faults = first.run.faults.map((fault) => ({ ...fault, steadyAfter: { ...unknown, ...stretch } }));
    const said = 'after fault cut was undone steady state is unknown: 0 samples are too few';
    const old = { ...first, run: { ...first.run, faults, notes: [said] } };
    expect(judged(old, throughput).notes).toEqual([untold]);
  });

  test('the recovery is from the clear to the end, as before', () => {
    const asked = 'throughput(query) >= 45/s during recovery:cut';
    const run = judged(runOf(120, slicesOf(120, back)), asked);
    expect(run.slo[0]).toMatchObject({ status: 'pass' });
    const spans = run.phases.map(({ name, startMicros, endMicros }) => [name, startMicros, endMicros]);
    expect(spans).toEqual([
      ['steady', 0, 30 * second],
      ['fault:cut', 30 * second, 35 * second],
      ['recovery:cut', 35 * second, 120 * second],
      ['steady', 35 * second, 120 * second],
    ]);
  });

  test('beside one that does, steady is what is left of recoveries', () => {
    const slow: Course = (at) => (at >= 30 && at < 40 ? bad(50) : good(50));
    const run = judged(runOf(120, slicesOf(120, slow)), errors, throughput);
    expect(run.phases.filter(({ name }) => name === 'steady').map(({ startMicros }) => startMicros)).toEqual([
      ...[0, 40 * second],
    ]);
    expect(statuses(run)).toEqual(['pass', 'pass']);
    expect(run.notes).toEqual([]);
  });
});

describe('of what too few samples tell nothing of, the rest of the run is not left out', () => {
  const orders = 'throughput(orders) >= 4/s during steady';

  test('a series without a promise of its own that dies with a fault near the end', () => {
    const slices = [
      ...slicesOf(30, (at) => (at >= 15 && at < 25 ? bad(5) : good(5))),
      ...slicesOf(30, (at) => (at < 15 ? good(5) : bad(5)), 'orders'),
    ];
    const run = judged(runOf(30, slices, [[15, 25]]), 'error_rate(query) < 1%', orders);
    expect(run.faults[0]?.steadyAfter).toMatchObject({ status: 'holds', samples: 25 });
    expect(run.slo[1]).toMatchObject({ status: 'fail' });
    expect(run.slo[1]?.value).toBeCloseTo(75 / 20, 6);
  });

  test('it comes back: judged by all but the fault, and kept', () => {
    const back: Course = (at) => (at >= 15 && at < 25 ? bad(5) : good(5));
    const slices = [...slicesOf(30, back), ...slicesOf(30, back, 'orders')];
    const run = judged(runOf(30, slices, [[15, 25]]), 'error_rate(query) < 1% during steady', orders);
    expect(statuses(run)).toEqual(['pass', 'pass']);
    expect(run.slo[1]?.samples).toBe(20 * 5);
  });

  /** Every 10 s a fault of 5 s, three times, with few samples between; then minutes of calm. */
  const faults = [
    [10, 15],
    [20, 25],
    [30, 35],
  ] as const;
  const isFault = (at: number): boolean => faults.some(([effect, clear]) => at >= effect && at < clear);

  test.each([
    ['enough to see that promises hold', 5],
    ['too few for that', 2],
  ])('%s between repeated faults: the calm after the last one is steady', (_how, perSecond) => {
    const slices = [
      ...slicesOf(275, (at) => (isFault(at) ? bad(perSecond) : good(perSecond))),
      ...slicesOf(275, (at) => (at < 40 ? good(5) : null), 'orders'),
    ];
    const run = judged(runOf(275, slices, faults), 'error_rate(query) < 1%', orders);
    expect(run.slo[1]).toMatchObject({ status: 'fail' });
    const steady = run.phases.filter(({ name }) => name === 'steady').at(-1);
    expect(steady).toMatchObject({ startMicros: 35 * second, endMicros: 275 * second });
  });
});
