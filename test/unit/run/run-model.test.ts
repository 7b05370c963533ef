// What people are shown of a running load follows from what its threads have told, and from nothing else.

import { describe, expect, it } from 'vitest';
import type { RunView } from '../../../src/run/live-view.ts';
import { RunModel } from '../../../src/run/run-model.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { arrivals, second, users } from '../../support/load-plans.ts';
import type { SliceContent } from '../../support/slices.ts';
import { repeated } from '../../support/slices.ts';
import { deltaOf, healthOf, snapshotAt } from '../../support/snapshots.ts';
import { slowDb, watchedScenario } from '../../support/watched-runs.ts';

/** The load begins here on the machine's clock: far from 0, so that a forgotten offset shows. */
const startAtMicros = 7_000_000_000;

function watch(changes: Partial<Scenario> = {}) {
  const scenario = watchedScenario(changes);
  const createdAtMicros = startAtMicros - 3 * second;
  const model = new RunModel({ scenario, variant: 'after', place: null, createdAtMicros });
  const viewAt = (seconds: number): RunView => model.view(startAtMicros + seconds * second);
  /** Ends the given second with what came back in it. */
  const tell = (endsAt: number, content: SliceContent, started = 40 * endsAt, thread = 0): string[] =>
    model.add(
      snapshotAt(endsAt + 0.003, {
        thread,
        progress: { started },
        deltas: [deltaOf('ask', (endsAt - 1) * second, content)],
        health: healthOf((endsAt - 1) * second),
      }),
    );
  return { model, viewAt, tell };
}

const begun = (changes: Partial<Scenario> = {}) => {
  const watched = watch(changes);
  watched.model.started(startAtMicros);
  return watched;
};

describe('the rates of a running load', () => {
  it('are those of the last two seconds, and the schedule is looked at over the same two', () => {
    const ramp = { ...arrivals(0, 20) };
    const stages = [{ fromPerSecond: 0, toPerSecond: 200, forMicros: 20 * second, spacing: 'even' as const }];
    const { model, viewAt } = begun({ load: [{ ...ramp, stages } as typeof ramp] });
    // Λ(t) = 5 t²
    for (const at of [2, 2.5, 3, 3.5, 4, 4.5]) {
      model.add(snapshotAt(at, { progress: { started: 5 * at * at } }));
    }
    const { pace } = viewAt(4.5);
    expect(pace.scheduledPerSecond).toBeCloseTo((5 * 4.5 * 4.5 - 5 * 2.5 * 2.5) / 2, 6);
    expect(pace.begunPerSecond).toBeCloseTo((5 * 4.5 * 4.5 - 5 * 2.5 * 2.5) / 2, 6);
    expect(pace.belowSchedule).toBe(false);
  });

  it('of several threads are added, not averaged', () => {
    const { model, viewAt } = begun();
    for (const thread of [0, 1]) {
      model.add(snapshotAt(0.25, { thread, progress: { started: 5, inFlight: 3, users: 1 } }));
    }
    expect(viewAt(0.3).pace).toMatchObject({ begunPerSecond: 40, inFlight: 6, users: 2 });
  });

  it('say when less begins than is due, and not for what chance explains', () => {
    const { model, viewAt } = begun();
    model.add(snapshotAt(1, { progress: { started: 36 } }));
    expect(viewAt(1).pace.belowSchedule).toBe(false);
    model.add(snapshotAt(2, { progress: { started: 40 } }));
    expect(viewAt(2).pace.belowSchedule).toBe(true);
  });

  it('of users are not held against a rate', () => {
    const { model, viewAt } = begun({ load: [users(10, 20)] });
    model.add(snapshotAt(1, { progress: { started: 3, users: 9 } }));
    expect(viewAt(1).pace).toMatchObject({
      scheduledPerSecond: null,
      scheduledUsers: 10,
      users: 9,
      belowSchedule: false,
    });
  });

  it('count what has ended, well or badly, by its class', () => {
    const { viewAt, tell } = begun();
    tell(1, { okMicros: repeated(30, 10_000) });
    tell(2, { okMicros: repeated(40, 10_000) });
    tell(3, {
      okMicros: repeated(30, 10_000),
      wrongMicros: [5_000],
      timedOutMicros: [5 * second],
      dropped: 8,
    });
    const { rate, done, bad, errors } = viewAt(3.1);
    expect(rate?.donePerSecond).toBeCloseTo(40, 0);
    expect(rate?.okPerSecond).toBeCloseTo(35, 0);
    expect(rate?.badShare).toBeCloseTo(10 / 80, 6);
    expect([done, bad, errors]).toEqual([110, 10, { status: 1, timeout: 1, dropped: 8 }]);
  });
});

describe('the latencies of a running load', () => {
  it('are not printed from too few samples', () => {
    const { viewAt, tell } = begun();
    tell(1, { okMicros: repeated(19, 10_000) });
    expect(viewAt(1.1).latency).toMatchObject({ p50: null, p95: null, p99: null });
    expect(viewAt(1.1).latency?.slowestOkMicros).toBeGreaterThanOrEqual(10_000);
    tell(2, { okMicros: repeated(1, 10_000) });
    expect(viewAt(2.1).latency?.p50?.valueMicros).toBeCloseTo(10_000, -2);
  });

  it('look back only as far as they need samples', () => {
    const { viewAt, tell } = begun();
    tell(1, { okMicros: repeated(1_000, 900_000) });
    tell(2, { okMicros: repeated(1_000, 10_000) });
    const { latency } = viewAt(2.1);
    expect(latency?.overMicros).toBeCloseTo(second, -4);
    expect(latency?.p99?.valueMicros).toBeCloseTo(10_000, -2);
    tell(3, { okMicros: repeated(10, 20_000) });
    // Ten more are too few for p99: the second before is needed too.
    expect(viewAt(3.1).latency?.overMicros).toBeCloseTo(2 * second, -4);
  });

  it('rank failures above every good answer', () => {
    const { viewAt, tell } = begun();
    tell(1, { okMicros: repeated(940, 10_000), wrongMicros: repeated(60, 200) });
    const { latency } = viewAt(1.1);
    expect(latency?.p50).toMatchObject({ atLeast: false });
    expect(latency?.p95).toEqual({ valueMicros: 5 * second, atLeast: true });
    expect(latency?.slowestOkMicros).toBeLessThan(20_000);
  });

  it('are there before the first second is over', () => {
    const { model, viewAt } = begun();
    model.add(snapshotAt(0.25, { deltas: [deltaOf('ask', 0, { okMicros: repeated(10, 10_000) })] }));
    expect(viewAt(0.3).rate?.okPerSecond).toBeCloseTo(40, 6);
    model.add(snapshotAt(0.5, { deltas: [deltaOf('ask', 0, { okMicros: repeated(10, 10_000) })] }));
    const view = viewAt(0.6);
    expect(view.rate?.okPerSecond).toBeCloseTo(40, 6);
    expect(view.latency?.p50?.valueMicros).toBeCloseTo(10_000, -2);
    expect(view.history).toHaveLength(1);
  });

  it('wait for every thread, so that a second that half of them have told is not half a rate', () => {
    const { viewAt, tell } = begun();
    for (const thread of [0, 1]) tell(1, { okMicros: repeated(20, 10_000) }, 20, thread);
    tell(2, { okMicros: repeated(20, 10_000) }, 40, 0);
    expect(viewAt(2.1).rate?.okPerSecond).toBeCloseTo(40, 0);
    tell(2, { okMicros: repeated(20, 10_000) }, 40, 1);
    expect(viewAt(2.1).rate?.okPerSecond).toBeCloseTo(40, 0);
  });

  it('of whole iterations are not mixed into those of their steps', () => {
    const { model, viewAt } = begun();
    const deltas = ['ask', 'flow:main'].map((name) => deltaOf(name, 0, { okMicros: repeated(30, 10_000) }));
    model.add(snapshotAt(1, { deltas, health: healthOf(0) }));
    expect(viewAt(1.1)).toMatchObject({ done: 30 });
    expect(viewAt(1.1).series.map(({ name }) => name)).toEqual(['ask']);
  });
});

describe('the memory of a running load', () => {
  it('is a minute of curves, whatever the length of the run', () => {
    const { viewAt, tell } = begun({ durationMicros: 1_000 * second });
    for (let at = 1; at <= 200; at += 1) tell(at, { okMicros: repeated(5, 10_000) });
    const { history } = viewAt(200.1);
    expect(history).toHaveLength(60);
    expect([history[0]?.second, history.at(-1)?.second]).toEqual([140, 199]);
  });
});

describe('the phases of a running load', () => {
  it('begin with the start of the target, and end with the drain', () => {
    const { model, viewAt } = watch({ warmupMicros: 5 * second });
    expect(viewAt(-1)).toMatchObject({ stage: 'starting', elapsedMicros: 2 * second, phases: [] });
    model.started(startAtMicros);
    expect(viewAt(-0.05).stage).toBe('starting');
    expect(viewAt(1)).toMatchObject({ stage: 'load', phases: ['warmup'], elapsedMicros: second });
    expect(viewAt(6).phases).toEqual(['steady']);
    expect(viewAt(20.5).stage).toBe('draining');
    model.stopping();
    expect(viewAt(20.5).stage).toBe('stopping');
  });

  it('follow a fault from its announcement to the recovery of the promises', () => {
    const fault = slowDb(4, 3);
    const slo = [{ assert: 'p50(ask) < 100ms', severity: 'fail' as const }];
    const { model, viewAt, tell } = begun({ chaos: [fault], slo });
    for (let at = 1; at <= 4; at += 1) tell(at, { okMicros: repeated(40, 10_000) });
    expect(viewAt(3)).toMatchObject({ phases: ['steady'], next: { id: 'slow-db', leftMicros: second } });
    model.faultBegan(fault, 4 * second);
    expect(viewAt(5)).toMatchObject({
      phases: ['fault:slow-db'],
      active: [{ id: 'slow-db', what: 'latency on db', leftMicros: 2 * second }],
      next: null,
    });
    for (let at = 5; at <= 7; at += 1) tell(at, { okMicros: repeated(40, 300_000) });
    model.faultEnded('slow-db', 7 * second);
    expect(tell(8, { okMicros: repeated(40, 300_000) })).toEqual([]);
    expect(viewAt(8.1)).toMatchObject({ phases: ['recovery:slow-db'], active: [] });
    const said = [9, 10, 11, 12].flatMap((at) => tell(at, { okMicros: repeated(40, 10_000) }));
    expect(said).toEqual(['the promises hold again since 1.0s after fault slow-db ended']);
    expect(viewAt(12.1).phases).toEqual(['steady']);
  });

  it('tell what was broken and held again at once from what held throughout', () => {
    const slo = [{ assert: 'p50(ask) < 100ms', severity: 'fail' as const }];
    const through = (okMicros: number) => {
      const fault = slowDb(1, 3);
      const { model, tell } = begun({ chaos: [fault], slo });
      model.faultBegan(fault, second);
      for (let at = 2; at <= 4; at += 1) tell(at, { okMicros: repeated(40, okMicros) });
      model.faultEnded('slow-db', 4 * second);
      return [5, 6, 7, 8].flatMap((at) => tell(at, { okMicros: repeated(40, 10_000) }));
    };
    expect(through(10_000)).toEqual(['the promises held through fault slow-db']);
    expect(through(300_000)).toEqual(['the promises hold again since fault slow-db ended']);
  });

  it('stay in the recovery when there is no promise that could hold again, and are steady as well', () => {
    const fault = slowDb(1, 1);
    const { model, viewAt, tell } = begun({ chaos: [fault] });
    model.faultBegan(fault, second);
    model.faultEnded('slow-db', 2 * second);
    for (let at = 1; at <= 19; at += 1) expect(tell(at, { okMicros: repeated(40, 10_000) })).toEqual([]);
    expect(viewAt(19.1).phases).toEqual(['steady', 'recovery:slow-db']);
  });
});

describe('a generator that is not fit to measure', () => {
  it('is told at once, with the limit it broke, and then not every second', () => {
    const { model, viewAt } = begun();
    const late = (second0: number) =>
      model.add(snapshotAt(second0 + 1, { health: healthOf(second0 * second, { lagP99Micros: 35_000 }) }));
    expect(late(3)).toEqual([
      'the load generator was saturated in second 4: schedule lag p99 35ms, limit 20ms',
    ]);
    expect(late(4)).toEqual([]);
    expect(viewAt(5.1).warnings).toEqual([
      'saturated in second 5 (2 so far): schedule lag p99 35ms, limit 20ms',
    ]);
    model.add(snapshotAt(16, { health: healthOf(15 * second) }));
    expect(viewAt(16.1).warnings).toEqual([]);
  });

  it('has its lag held against the tightest promise, as the verdict does', () => {
    const { model } = begun({ slo: [{ assert: 'p95(ask) < 1s', severity: 'fail' }] });
    expect(model.add(snapshotAt(1, { health: healthOf(0, { lagP99Micros: 35_000 }) }))).toEqual([]);
  });

  it('may be as busy as it likes where it is meant to saturate', () => {
    const busy = snapshotAt(1, { health: healthOf(0, { busyShare: 1 }) });
    const saturate = {
      model: 'saturate',
      flows: ['main'],
      delayMicros: 0,
      connections: 5,
      forMicros: 20 * second,
    };
    expect(begun().model.add(busy)).toHaveLength(1);
    expect(begun({ load: [saturate as Scenario['load'][number]] }).model.add(busy)).toEqual([]);
  });

  it('is missed when it says nothing', () => {
    const { model, viewAt } = begun();
    model.add(snapshotAt(1, { health: healthOf(0) }));
    expect(viewAt(2).warnings).toEqual([]);
    expect(viewAt(4).warnings).toEqual(['no numbers for 3s']);
  });
});
