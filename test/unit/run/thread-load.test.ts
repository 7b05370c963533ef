// A thread's whole load with users and arrivals on a fake clock: who comes when, who leaves how, and what is counted.

import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/measure/outcome.ts';
import { sharePlan } from '../../../src/run/load-plan.ts';
import { createThreadLoad } from '../../../src/run/thread-load.ts';
import type { Flow, LoadEntry, UserStage } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { Behaviour } from '../../support/fake-engine.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';
import { arrivals, flowOf, httpStep, planOf, second } from '../../support/load-plans.ts';

const stage = (fromUsers: number, toUsers: number, seconds: number): UserStage => ({
  fromUsers,
  toUsers,
  forMicros: seconds * second,
});
const users = (...stages: UserStage[]): LoadEntry => ({
  model: 'users',
  flows: ['main'],
  delayMicros: 0,
  everyMicros: null,
  iterations: null,
  stages,
});

function loading(
  flow: Flow,
  load: readonly LoadEntry[],
  behaviour: (series: string, n: number) => Behaviour = () => ({ takesMicros: 0.1 * second }),
) {
  const clock = new FakeClock(3 * second);
  const startAtMicros = clock.nowMicros();
  const engine = createFakeEngine(clock, behaviour);
  const samples: Sample[] = [];
  const lost: [series: string, kind: string][] = [];
  const skipped: Record<string, number> = {};
  const stop = new AbortController();
  const cut = new AbortController();
  const plan = sharePlan(planOf('http://127.0.0.1:9', flow, load), { index: 0, count: 1 });
  const threadLoad = createThreadLoad(plan, {
    clock,
    pauses: clock,
    engines: engine,
    stop: stop.signal,
    cut: cut.signal,
    onSample: (sample) => samples.push(sample),
    onSkipped: (series, _at, times) => (skipped[series] = (skipped[series] ?? 0) + times),
    onNotStarted: (series, _due, kind) => lost.push([series, kind]),
    onLag: () => undefined,
  });
  const to = (seconds: number): Promise<void> =>
    clock.advance(startAtMicros + seconds * second - clock.nowMicros());
  return { clock, startAtMicros, engine, samples, lost, skipped, stop, cut, threadLoad, to };
}

describe('virtual users', () => {
  it('come one by one on a ramp, repeat their flow, and are gone at the end', async () => {
    const { threadLoad, startAtMicros, to, clock, engine, samples } = loading(flowOf([httpStep('a')]), [
      users(stage(0, 4, 4), stage(4, 4, 4)),
    ]);
    const done = threadLoad.offer(startAtMicros);
    const present = async (atSeconds: number): Promise<number> => {
      await to(atSeconds);
      return threadLoad.progress(clock.nowMicros()).users;
    };
    expect([await present(0.4), await present(0.6), await present(1.6), await present(6)]).toEqual([
      0, 1, 2, 4,
    ]);
    await to(20);
    await done;
    expect(threadLoad.progress(clock.nowMicros())).toMatchObject({ users: 0, inFlight: 0 });
    expect(engine.openSessions).toBe(0);
    // Presence 0.5–8, 1.5–8, 2.5–8 and 3.5–8 s at ten a second.
    expect(samples.filter(({ series }) => series === 'flow:main').length).toBe(75 + 65 + 55 + 45);
    expect(samples.every(({ dueAtMicros, error }) => dueAtMicros === null && error === null)).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it('leave a ramp down after the iteration they are in, or are cut off after the graceful stop', async () => {
    const endless = (_series: string, n: number): Behaviour => ({
      takesMicros: (n === 1 ? 60 : 0.6) * second,
    });
    const { threadLoad, startAtMicros, to, samples } = loading(
      flowOf([httpStep('a')]),
      [users(stage(2, 2, 1), stage(1, 1, 9))],
      endless,
    );
    const done = threadLoad.offer(startAtMicros);
    await to(30);
    await done;
    // The second user's wish to leave comes at 1 s; the graceful stop of this plan is 2 s.
    const cutOff = samples.filter(({ series, censored }) => series === 'a' && censored === true);
    expect(cutOff.map(({ endedAtMicros }) => (endedAtMicros - startAtMicros) / second)).toEqual([3]);
    // The other went on for all of its time.
    const last = samples.filter(({ censored }) => censored !== true).at(-1);
    expect((last?.endedAtMicros ?? 0) - startAtMicros).toBeGreaterThanOrEqual(10 * second);
  });

  it('log in once each, and try again after a second when that fails', async () => {
    const failsOnce = (series: string, n: number): Behaviour => ({
      takesMicros: 0.1 * second,
      error: series === 'login' && n === 0 ? 'status' : null,
    });
    const { threadLoad, startAtMicros, to, samples, skipped, engine } = loading(
      flowOf([httpStep('a')], [httpStep('login')]),
      [users(stage(1, 1, 3))],
      failsOnce,
    );
    const done = threadLoad.offer(startAtMicros);
    await to(10);
    await done;
    const logins = engine.sent.filter(({ series }) => series === 'login');
    expect(logins.map(({ atMicros }) => (atMicros - startAtMicros) / second)).toEqual([0, 1.1]);
    expect(skipped).toEqual({ a: 1 });
    const flows = samples.filter(({ series }) => series === 'flow:main');
    expect(flows.filter(({ error }) => error !== null)).toHaveLength(1);
    expect(flows.filter(({ error }) => error === null).length).toBeGreaterThan(15);
    expect(engine.openSessions).toBe(0);
  });

  it('begin nothing more after a stop, and are cut off when told', async () => {
    const { threadLoad, startAtMicros, to, stop, cut, samples } = loading(
      flowOf([httpStep('a'), httpStep('b')]),
      [users(stage(2, 2, 60))],
      (series) => ({ takesMicros: (series === 'a' ? 0.7 : 50) * second }),
    );
    const done = threadLoad.offer(startAtMicros);
    await to(1);
    stop.abort();
    await to(2);
    cut.abort();
    await to(3);
    await done;
    expect(samples.filter(({ series }) => series === 'b')).toHaveLength(2);
    expect(samples.filter(({ series }) => series === 'b').every(({ censored }) => censored === true)).toBe(
      true,
    );
  });
});

describe('arrivals', () => {
  it('run `before` each time: its own time moves the due time, a late start does not', async () => {
    const { threadLoad, startAtMicros, to, samples } = loading(flowOf([httpStep('a')], [httpStep('login')]), [
      arrivals(1, 1),
    ]);
    const done = threadLoad.offer(startAtMicros);
    await to(5);
    await done;
    await threadLoad.idle(new AbortController().signal);
    expect(samples.map(({ series, dueAtMicros }) => [series, dueAtMicros])).toEqual([
      ['login', null],
      ['a', startAtMicros + 0.1 * second],
      ['flow:main', startAtMicros + 0.1 * second],
    ]);
  });

  it('that find no place count for the flow and its first step, and skip the rest', async () => {
    const { threadLoad, startAtMicros, to, lost, skipped } = loading(
      flowOf([httpStep('a'), httpStep('b')]),
      [arrivals(10, 1, { maxInFlight: 1 })],
      () => ({ takesMicros: 10 * second }),
    );
    const done = threadLoad.offer(startAtMicros);
    await to(5);
    await done;
    expect(lost.filter(([series]) => series === 'a')).toHaveLength(9);
    expect(lost.filter(([series]) => series === 'flow:main')).toHaveLength(9);
    expect(skipped).toEqual({ b: 9 });
    await to(60);
    await threadLoad.idle(new AbortController().signal);
  });
});

describe('the plan’s shares', () => {
  const plan = planOf('http://127.0.0.1:9', flowOf([httpStep('a')]), [
    arrivals(100, 1, { maxInFlight: 5 }),
    arrivals(100, 1, { maxInFlight: 1 }),
    users(stage(3, 3, 1)),
  ]);
  const shares = [0, 1].map((index) => sharePlan(plan, { index, count: 2 }));

  it('divide the places exactly once, and no thread has arrivals without a place', () => {
    const places = shares.map(({ load }) =>
      load.map(({ entry, index, partition }) => [
        index,
        entry.model === 'arrivals' ? entry.maxInFlight : null,
        partition.count,
      ]),
    );
    expect(places).toEqual([
      [
        [0, 3, 2],
        [1, 1, 1],
        [2, null, 2],
      ],
      [
        [0, 2, 2],
        [2, null, 2],
      ],
    ]);
  });

  it('are plain data', () => {
    expect(structuredClone(shares)).toEqual(shares);
  });
});
