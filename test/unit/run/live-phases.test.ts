// What is announced while a run goes on: only what every thread has told, and never while answers hang.

import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { PendingCounts } from '../../../src/measure/pending.ts';
import { LivePhases, type LiveRecovery } from '../../../src/run/live-phases.ts';
import { second } from '../../support/load-plans.ts';
import { repeated, type SliceContent } from '../../support/slices.ts';
import { deltaOf, healthOf, snapshotAt } from '../../support/snapshots.ts';
import { slowDb } from '../../support/watched-runs.ts';

const good: SliceContent = { okMicros: repeated(20, 10_000) };
const bad: SliceContent = { wrongMicros: repeated(20, 10_000) };

function watched(assert = 'error_rate(ask) < 5%', durationSeconds = 60) {
  const phases = new LivePhases({
    ...{ chaos: [], warmupMicros: 0, durationMicros: durationSeconds * second },
    promises: [{ text: assert, severity: 'fail' }],
  });
  /** Ends the given second with what came back in it, and so many in flight that were due at these seconds. */
  const tell = (
    endsAt: number,
    content: SliceContent | null,
    { thread = 0, hanging = [] }: { thread?: number; hanging?: readonly number[] } = {},
  ): LiveRecovery[] => {
    const buckets = hanging.map((at) => ({ untilMicros: Math.round((at + 0.1) * second), count: 10 }));
    const pending: PendingCounts[] = buckets.length === 0 ? [] : [{ series: 'ask', buckets }];
    const deltas = content === null ? [] : [deltaOf('ask', (endsAt - 1) * second, content)];
    const health = healthOf((endsAt - 1) * second);
    return phases.add({ ...snapshotAt(endsAt + 0.003, { thread, deltas, health }), pending });
  };
  return { phases, tell };
}

/** In effect in the seconds [at, cleared). */
function hurt({ phases, tell }: ReturnType<typeof watched>, at: number, cleared: number): void {
  const fault = slowDb(at, cleared - at);
  phases.begun(fault, at * second);
  for (let endsAt = at + 1; endsAt <= cleared; endsAt += 1) tell(endsAt, bad);
  phases.ended(fault.id, cleared * second);
}

describe('a recovery while the run goes on', () => {
  it('says whether there was anything to recover from', () => {
    const held = watched();
    const fault = slowDb(1, 2);
    held.phases.begun(fault, second);
    for (const at of [2, 3]) held.tell(at, good);
    held.phases.ended(fault.id, 3 * second);
    expect(held.tell(4, good)).toEqual([{ id: 'slow-db', tookMicros: 0, impact: false }]);
    const broken = watched();
    hurt(broken, 1, 4);
    expect([5, 6, 7].flatMap((at) => broken.tell(at, good))).toEqual([
      { id: 'slow-db', tookMicros: 0, impact: true },
    ]);
  });

  it('waits for every thread: what one has not told may be bad', () => {
    const run = watched();
    run.tell(1, good, { thread: 1 });
    hurt(run, 1, 4);
    for (const at of [2, 3, 4]) run.tell(at, bad, { thread: 1 });
    const said = [5, 6, 7].flatMap((at) => run.tell(at, good));
    expect(said).toEqual([]);
    for (const at of [5, 6]) expect(run.tell(at, bad, { thread: 1 })).toEqual([]);
    expect(run.tell(7, bad, { thread: 1 })).toEqual([]);
    expect(run.phases.names(7 * second)).toEqual(['recovery:slow-db']);
  });

  it('does not wait for a thread that is gone', () => {
    const run = watched();
    run.tell(1, good, { thread: 1 });
    hurt(run, 1, 4);
    const said = [5, 6, 7, 8].flatMap((at) => run.tell(at, good));
    expect(said).toHaveLength(1);
  });

  it('is not known without a promise that tells one: what follows a fault is steady as well', () => {
    const phases = new LivePhases({
      ...{ chaos: [], warmupMicros: 0, durationMicros: 60 * second },
      promises: [{ text: 'error_rate(ask) < 5% during steady', severity: 'warn' }],
    });
    phases.begun(slowDb(1, 3), second);
    expect(phases.names(2 * second)).toEqual(['fault:slow-db']);
    phases.ended('slow-db', 4 * second);
    expect(phases.names(5 * second)).toEqual(['steady', 'recovery:slow-db']);
    phases.begun({ ...slowDb(6, 2), id: 'other' }, 6 * second);
    expect(phases.names(7 * second)).toEqual(['recovery:slow-db', 'fault:other']);
  });

  it('is none while half of the answers do not come', () => {
    const run = watched();
    hurt(run, 1, 4);
    const hanging: number[] = [];
    for (let at = 5; at <= 20; at += 1) {
      hanging.push(at - 0.5);
      expect(run.tell(at, { okMicros: repeated(10, 10_000) }, { hanging })).toEqual([]);
    }
    // They end well after all: then it is what it is.
    expect(run.tell(21, good)).toEqual([{ id: 'slow-db', tookMicros: 0, impact: true }]);
  });

  it('leaves out the newest seconds while something of them is in flight, as it is in every load', () => {
    const run = watched('p95(ask) < 5s');
    hurt(run, 1, 4);
    const said = [5, 6, 7, 8].map((at) => run.tell(at, good, { hanging: [at - 0.05] }).length);
    // The stretch of 3 s is complete with the second that ends at 7, and looked at when nothing of it is open.
    expect(said).toEqual([0, 0, 0, 1]);
  });

  it('is not laid to a fault that began before it, also when the later one is over', () => {
    const run = watched();
    const long = { ...slowDb(1, 2), id: 'first' };
    run.phases.begun(long, second);
    for (const at of [2, 3]) run.tell(at, bad);
    run.phases.ended('first', 3 * second);
    for (const at of [4, 5]) run.tell(at, bad);
    // The second one comes and goes, and is recovered from; what follows says nothing of the first.
    hurt(run, 5, 7);
    const said = [8, 9, 10, 11, 12].flatMap((at) => run.tell(at, good));
    expect(said).toEqual([{ id: 'slow-db', tookMicros: 0, impact: true }]);
    expect(run.phases.names(12 * second)).toEqual(['recovery:first']);
  });

  it('takes nothing from after the load', () => {
    const run = watched('error_rate(ask) < 5%', 6);
    hurt(run, 1, 4);
    expect([5, 6, 7, 8, 9].flatMap((at) => run.tell(at, good))).toEqual([]);
  });
});

/** Files of slices that this process holds open. */
const spillFiles = (): number =>
  readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).includes('mettle-slices-');
    } catch {
      return false;
    }
  }).length;

test.runIf(process.platform === 'linux')(
  'what waited on disk is let go of, at the recovery and at the end',
  () => {
    const open = spillFiles;
    const before = open();
    const spilled = watched('error_rate(ask) < 5%', 400);
    hurt(spilled, 1, 100);
    expect(open()).toBeGreaterThan(before);
    for (let at = 101; at <= 104; at += 1) spilled.tell(at, good);
    expect(spilled.phases.names(105 * second)).toEqual(['steady']);
    expect(open()).toBe(before);
    const ended = watched('error_rate(ask) < 5%', 400);
    hurt(ended, 1, 100);
    expect(open()).toBeGreaterThan(before);
    ended.phases.close();
    expect(open()).toBe(before);
  },
);
