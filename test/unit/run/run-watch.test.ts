// The watch over a run looks each second of the load, stops it once, and is silent in the drain.

import { expect, test } from 'vitest';
import { RunWatch, watchesInFlight } from '../../../src/run/run-watch.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { repeated } from '../../support/slices.ts';
import { deltaOf, snapshotAt } from '../../support/snapshots.ts';
import { slowDb, watchedScenario } from '../../support/watched-runs.ts';

const second = 1_000_000;
const startAtMicros = 7_000_000_000;
const aborting = (assert: string, after: number): Scenario =>
  watchedScenario({
    slo: [{ assert, severity: 'fail', windowMicros: 3 * second, abortAfterMicros: after * second }],
  });

/** Lets so many seconds pass; all that is due in those from `badFrom` on fails. */
async function pass(
  scenario: Scenario,
  seconds: number,
  badFrom: number,
  act?: (watch: RunWatch, n: number) => void,
) {
  const clock = new FakeClock(startAtMicros);
  const watch = new RunWatch(scenario);
  const over = new AbortController();
  const watching = watch.watch(clock, startAtMicros, over.signal);
  for (let n = 0; n < seconds; n += 1) {
    act?.(watch, n);
    await clock.advance(second);
    const ended = repeated(20, 5_000);
    const content = n >= badFrom ? { wrongMicros: ended } : { okMicros: ended };
    watch.add(snapshotAt(n + 1.01, { deltas: [deltaOf('ask', n * second, content)] }));
  }
  await clock.advance(second);
  over.abort();
  await watching;
  expect(clock.sleeping).toBe(0);
  return watch;
}

test('a promise that stays broken aborts the signal', async () => {
  const watch = await pass(aborting('error_rate < 5%', 4), 20, 10);
  expect(watch.signal.aborted).toBe(true);
  expect(watch.breach).toMatchObject({ sinceMicros: 11 * second, atMicros: 15 * second });
});

test('what is broken for less before the load ends stops nothing, and nothing does after it', async () => {
  const watch = await pass(aborting('error_rate < 5%', 4), 25, 17);
  expect(watch.signal.aborted).toBe(false);
  expect(watch.breach).toBeNull();
});

test('a promise about steady is not asked while a fault is in effect', async () => {
  const during = aborting('error_rate < 5% during steady', 4);
  const fault = slowDb(10, 9);
  const scenario = { ...during, chaos: [fault] };
  const act = (watch: RunWatch, n: number): void => {
    if (n === 10) watch.faultBegan(fault, 10 * second);
  };
  expect((await pass(scenario, 20, 10, act)).breach).toBeNull();
  expect((await pass(scenario, 20, 5)).breach).not.toBeNull();
});

test('threads tell what is in flight only where somebody asks', () => {
  expect(watchesInFlight(watchedScenario())).toBe(false);
  // Whatever it is injected on: what hangs after it is no recovery.
  expect(watchesInFlight(watchedScenario({ chaos: [slowDb(1, 1)] }))).toBe(true);
  expect(watchesInFlight(aborting('error_rate < 5%', 4))).toBe(true);
});
