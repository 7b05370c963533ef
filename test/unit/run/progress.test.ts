// Lines for logs: the first soon, then one every few seconds, and what is remarkable when it happens; or views instead.

import { describe, expect, it } from 'vitest';
import type { RunPlace, RunView } from '../../../src/run/live-view.ts';
import { createProgress } from '../../../src/run/progress.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { second } from '../../support/load-plans.ts';
import { repeated } from '../../support/slices.ts';
import { deltaOf, healthOf, snapshotAt } from '../../support/snapshots.ts';
import { slowDb, watchedScenario } from '../../support/watched-runs.ts';

const place: RunPlace = {
  what: 'pair 1 of 6: after',
  runsDone: 0,
  runs: 12,
  meanRunMicros: null,
  last: null,
};

/** A run on a clock of its own, asked to show itself four times a second. */
function follow(options: { readonly live?: boolean; readonly place?: RunPlace } = {}) {
  const clock = new FakeClock(1_000 * second);
  const lines: string[] = [];
  const views: RunView[] = [];
  const calls: string[] = [];
  let tick = (): void => undefined;
  const live = {
    show: (view: RunView) => void views.push(view),
    clear: () => void calls.push('clear'),
  };
  const progress = createProgress({
    scenario: watchedScenario({ chaos: [slowDb(4, 3)] }),
    variant: 'after',
    place: options.place ?? null,
    progress: (line) => void lines.push(line),
    ...(options.live === true ? { live } : {}),
    clock,
    every: (_periodMicros, act) => {
      tick = act;
      return () => void calls.push('timer stopped');
    },
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 0.25) {
      await clock.advance(0.25 * second);
      tick();
    }
  };
  return { clock, lines, views, calls, progress, pass };
}

describe('without a live view', () => {
  it('the first line comes within a second, then one every two', async () => {
    const { clock, lines, progress, pass } = follow();
    await pass(3);
    expect(lines).toEqual([]);
    progress.started(clock.nowMicros());
    await pass(0.75);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^after {2}1s\/20s {2}steady {2}begun 0\/s of 0\/s due {2}in flight 0$/);
    await pass(8.25);
    expect(lines.map((line) => line.split('  ')[1])).toEqual([
      '1s/20s',
      '2s/20s',
      '4s/20s',
      '6s/20s',
      '8s/20s',
    ]);
  });

  it('a verification says less', async () => {
    const { clock, lines, progress, pass } = follow({ place });
    progress.started(clock.nowMicros());
    await pass(19.5);
    expect(lines.map((line) => line.split('  ')[1])).toEqual(['1s/20s', '10s/20s']);
  });

  it('faults and a saturated generator are told when they happen', async () => {
    const { clock, lines, progress, pass } = follow();
    progress.started(clock.nowMicros());
    await pass(0.25);
    progress.faultBegan(slowDb(4, 3), 4.02 * second);
    progress.faultEnded(slowDb(4, 3), 7.01 * second);
    progress.faultEnded(slowDb(4, 3), null);
    progress.add(snapshotAt(8, { health: healthOf(7 * second, { behind: 5 }) }));
    expect(lines).toEqual([
      'after  4.0s  fault slow-db took effect: latency on db',
      'after  7.0s  fault slow-db ended',
      'after  fault slow-db could NOT be undone',
      'after  8.0s  the load generator was saturated in second 8: due but not started 50%, limit 0.5%',
    ]);
  });

  it('a line says what came back, how fast, and what went wrong', async () => {
    const { clock, lines, progress, pass } = follow();
    progress.started(clock.nowMicros());
    const content = { okMicros: repeated(198, 10_000), wrongMicros: repeated(2, 500) };
    progress.add(
      snapshotAt(1, {
        progress: { started: 40, inFlight: 4 },
        deltas: [deltaOf('ask', 0, content)],
        health: healthOf(0),
      }),
    );
    await pass(1);
    expect(lines).toEqual([
      'after  1s/20s  steady  begun 40/s of 40/s due  ok 198/s  bad 1%  in flight 4  p50/p95/p99 10ms/10ms/–  ' +
        'slowest ok 10ms in the last 1s  bad so far 2 of 200 (status ×2)',
    ]);
  });
});

describe('with a live view', () => {
  it('there are views all the time and no lines but for what is remarkable', async () => {
    const { clock, lines, views, progress, pass } = follow({ live: true });
    expect(views.at(-1)).toMatchObject({ stage: 'starting' });
    progress.started(clock.nowMicros());
    await pass(2);
    expect(views).toHaveLength(9);
    expect(views.at(-1)).toMatchObject({ stage: 'load', elapsedMicros: 2 * second });
    progress.faultBegan(slowDb(4, 3), 2 * second);
    expect(lines).toEqual(['after  2.0s  fault slow-db took effect: latency on db']);
  });

  it('an interruption is shown at once', () => {
    const { views, progress } = follow({ live: true });
    progress.stopping();
    expect(views.at(-1)).toMatchObject({ stage: 'stopping' });
  });

  it('it is cleared, and no timer is left, when the run is over', () => {
    const { calls, progress } = follow({ live: true });
    progress.close();
    expect(calls).toEqual(['timer stopped', 'clear']);
  });

  it('what is left of a verification is told from the mean of its runs, less what this one has taken', async () => {
    const running: RunPlace = { ...place, runsDone: 5, meanRunMicros: 30 * second };
    const { views, pass } = follow({ live: true, place: running });
    await pass(10);
    expect(views.at(-1)?.left).toEqual({ micros: (6 * 30 + 20) * second, atLeast: false });
    const first = follow({ live: true, place });
    expect(first.views.at(-1)?.left).toEqual({ micros: 12 * 20 * second, atLeast: true });
  });
});
