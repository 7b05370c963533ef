// One pass through a flow: due times, pauses, paced turns, and what a failure or the end of the run does to the rest.

import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/measure/outcome.ts';
import { runIteration } from '../../../src/run/flow.ts';
import { notBegun, prepareFlow } from '../../../src/run/prepared-flow.ts';
import type { Step } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { Behaviour } from '../../support/fake-engine.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';
import { flowOf, httpStep } from '../../support/load-plans.ts';

const ms = 1_000;
const think = (fromMs: number, toMs = fromMs): Step => ({
  kind: 'think',
  minMicros: fromMs * ms,
  maxMicros: toMs * ms,
});
const repeat = (times: number, everyMs: number | null, ...steps: Step[]): Step => ({
  kind: 'repeat',
  times,
  forMicros: null,
  everyMicros: everyMs === null ? null : everyMs * ms,
  steps,
});

interface Walked {
  readonly samples: Sample[];
  readonly sent: [series: string, due: number | null, at: number][];
  readonly skipped: Record<string, number>;
  readonly lags: number[];
  readonly whole: Sample;
  readonly sleeping: number;
}

interface Options {
  readonly dueMs?: number | null;
  readonly startMs?: number;
  readonly behaviour?: (series: string, n: number) => Behaviour;
  readonly cutAtMs?: number;
  readonly began?: boolean;
}

/** Times in the result are in milliseconds. */
async function walk(steps: readonly Step[], options: Options = {}): Promise<Walked> {
  const clock = new FakeClock((options.startMs ?? 0) * ms);
  const engine = createFakeEngine(clock, options.behaviour ?? (() => ({ takesMicros: 10 * ms })));
  const flow = prepareFlow(flowOf(steps), (spec) => engine.prepare(spec));
  const cut = new AbortController();
  const samples: Sample[] = [];
  const skipped: Record<string, number> = {};
  const lags: number[] = [];
  const ports = {
    clock,
    pauses: clock,
    onSample: (sample: Sample) => samples.push(sample),
    onSkipped: (series: string, _at: number, times: number) =>
      (skipped[series] = (skipped[series] ?? 0) + times),
    onLag: (lag: number) => lags.push(lag / ms),
  };
  const scope = { get: () => undefined, set: () => undefined };
  const walker = { session: engine.session(), scope, random: () => 0.5, signal: cut.signal };
  const due = options.dueMs ?? null;
  const done = runIteration(flow, walker, ports, due === null ? null : due * ms, options.began);
  if (options.cutAtMs !== undefined) {
    await clock.advance(options.cutAtMs * ms - clock.nowMicros());
    cut.abort();
  }
  await clock.advance(3_600_000 * ms);
  await done;
  const whole = samples.pop();
  if (whole === undefined) throw new Error('the iteration reported nothing');
  const sent = engine.sent.map(({ series, dueAtMicros, atMicros }): Walked['sent'][number] => [
    series,
    dueAtMicros === null ? null : dueAtMicros / ms,
    atMicros / ms,
  ]);
  return { samples, sent, skipped, lags, whole, sleeping: clock.sleeping };
}

describe('an iteration', () => {
  it('gives the arrival’s due time to its first step only', async () => {
    const { sent, whole } = await walk([httpStep('a'), think(50), httpStep('b')], { dueMs: 0, startMs: 5 });
    expect(sent).toEqual([
      ['a', 0, 5],
      ['b', null, 65],
    ]);
    expect(whole).toMatchObject({
      series: 'flow:main',
      dueAtMicros: 0,
      startedAtMicros: 5 * ms,
      endedAtMicros: 75 * ms,
    });
    expect(whole).toMatchObject({ error: null, answered: true });
  });

  it('has no due times for an unpaced user', async () => {
    const { sent, whole } = await walk([httpStep('a'), httpStep('b')]);
    expect(sent.map(([, due]) => due)).toEqual([null, null]);
    expect(whole.dueAtMicros).toBeNull();
  });

  it('moves the due time along with a pause before the first step', async () => {
    const { sent } = await walk([think(30), httpStep('a')], { dueMs: 0, startMs: 5 });
    // The pause runs from the due time, so a late start does not make it longer.
    expect(sent).toEqual([['a', 30, 30]]);
  });

  it('thinks for a random time between its bounds', async () => {
    const { sent } = await walk([httpStep('a'), think(100, 200), httpStep('b')]);
    expect(sent[1]).toEqual(['b', null, 160]);
  });

  it('repeats on a grid, and a late turn keeps its due time', async () => {
    const slowOnce = (_series: string, n: number): Behaviour => ({ takesMicros: (n === 1 ? 250 : 10) * ms });
    const { sent, lags } = await walk([repeat(5, 100, httpStep('a'))], { dueMs: 0, behaviour: slowOnce });
    expect(sent.map(([, due, at]) => [due, at])).toEqual([
      [0, 0],
      [100, 100],
      [200, 350],
      [300, 360],
      [400, 400],
    ]);
    // Waiting for the slow answer is not the generator's lag.
    expect(lags).toEqual([0, 0, 0, 0]);
  });

  it('gives each turn of a paced repeat a due time, also to users without one', async () => {
    const { sent } = await walk([httpStep('a'), repeat(2, 100, httpStep('b'), httpStep('c'))]);
    expect(sent).toEqual([
      ['a', null, 0],
      ['b', 10, 10],
      ['c', null, 20],
      ['b', 110, 110],
      ['c', null, 120],
    ]);
  });

  it('repeats back to back without due times', async () => {
    const { sent } = await walk([repeat(3, null, httpStep('a'))], { dueMs: 0 });
    expect(sent.map(([, due, at]) => [due, at])).toEqual([
      [0, 0],
      [null, 10],
      [null, 20],
    ]);
  });

  it('ends at a failed step and counts the rest as skipped', async () => {
    const fails = (series: string, n: number): Behaviour =>
      series === 'b' && n === 1 ? { takesMicros: ms, error: 'status' } : { takesMicros: ms };
    const steps = [
      httpStep('a'),
      repeat(4, 100, httpStep('b'), repeat(2, null, httpStep('c'))),
      httpStep('d'),
    ];
    const { sent, skipped, whole } = await walk(steps, { behaviour: fails });
    expect(sent.map(([series]) => series)).toEqual(['a', 'b', 'c', 'c', 'b']);
    expect(skipped).toEqual({ b: 2, c: 6, d: 1 });
    expect(whole).toMatchObject({ error: 'status', answered: false });
    // It ends at once, without waiting for the turns it skips.
    expect(whole.endedAtMicros).toBe(102 * ms);
  });

  it('goes on after a failed step that says so, but has failed', async () => {
    const fails = (series: string): Behaviour => ({
      takesMicros: ms,
      error: series === 'a' ? 'status' : null,
    });
    const { sent, skipped, whole } = await walk([httpStep('a', { onError: 'continue' }), httpStep('b')], {
      behaviour: fails,
    });
    expect(sent).toHaveLength(2);
    expect(skipped).toEqual({});
    expect(whole.error).toBe('status');
  });

  it('is censored when it is cut off in a request', async () => {
    const { samples, skipped, whole } = await walk([httpStep('a'), httpStep('b')], { cutAtMs: 4 });
    expect(samples).toMatchObject([{ series: 'a', censored: true }]);
    expect(skipped).toEqual({ b: 1 });
    expect(whole).toMatchObject({ censored: true, error: 'timeout', endedAtMicros: 4 * ms });
  });

  it('is censored when it is cut off in a pause, between turns, or before its first step', async () => {
    for (const steps of [
      [httpStep('a'), think(500), httpStep('b')],
      [httpStep('a'), think(500)],
      [repeat(3, 200, httpStep('a'))],
      [think(500), httpStep('a')],
    ]) {
      const { whole, sleeping } = await walk(steps, { cutAtMs: 100 });
      expect(whole).toMatchObject({ censored: true, error: 'timeout', endedAtMicros: 100 * ms });
      expect(sleeping).toBe(0);
    }
  });

  it('has failed, with everything skipped, when its `before` steps had', async () => {
    const { sent, skipped, whole } = await walk([httpStep('a'), httpStep('b')], { began: false });
    expect(sent).toEqual([]);
    expect(skipped).toEqual({ a: 1, b: 1 });
    expect(whole).toMatchObject({ error: 'expectation', answered: false });
  });
});

describe('an iteration that never begins', () => {
  it('offers its first step and skips the rest', () => {
    const steps = [think(5), repeat(3, 100, httpStep('a'), httpStep('b')), httpStep('c')];
    const lost = notBegun(prepareFlow(flowOf(steps), ({ name }) => name));
    expect(lost.dueSeries).toBe('a');
    expect(Object.fromEntries(lost.skipped)).toEqual({ a: 2, b: 3, c: 1 });
  });
});
