// Whole loads on a fake clock, over one thread or several: delays, weights, `before` per flow, paces, numbers, and exact sums.

import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../src/measure/recorder.ts';
import { SliceStore } from '../../../src/measure/slice-store.ts';
import type { LoadPlan } from '../../../src/run/load-plan.ts';
import { sharePlan } from '../../../src/run/load-plan.ts';
import { createThreadLoad } from '../../../src/run/thread-load.ts';
import type { ArrivalsEntry, Flow, LoadEntry, Step, UsersEntry } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { Behaviour } from '../../support/fake-engine.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';
import { arrivals, flowOf, httpStep, planOf, second, users } from '../../support/load-plans.ts';
import { totalsOf } from '../../support/totals.ts';

const named = (name: string, weight: number, steps: readonly Step[], before: readonly Step[] = []): Flow => ({
  name,
  weight,
  before,
  steps,
});

const byUsers = (changes: Partial<UsersEntry>, count = 3, seconds = 4): LoadEntry =>
  ({ ...users(count, seconds), ...changes }) as UsersEntry;
const byArrivals = (changes: Partial<ArrivalsEntry>, rate = 20, seconds = 4): LoadEntry =>
  ({ ...arrivals(rate, seconds), ...changes }) as ArrivalsEntry;

const planFor = (
  flows: readonly Flow[],
  load: readonly LoadEntry[],
  changes: Partial<LoadPlan> = {},
): LoadPlan =>
  planOf('http://127.0.0.1:9', flows[0] ?? flowOf([]), load, {
    flows: Object.fromEntries(flows.map((flow) => [flow.name, flow])),
    ...changes,
  });

/** Runs a plan to its end on several threads that share one clock and one target; `stopAt` and `cutAt` in seconds. */
async function runPlan(
  plan: LoadPlan,
  threads = 1,
  behaviour: (series: string, n: number) => Behaviour = () => ({ takesMicros: 0.05 * second }),
  { stopAt, cutAt }: { readonly stopAt?: number; readonly cutAt?: number } = {},
) {
  const clock = new FakeClock(3 * second);
  const startAtMicros = clock.nowMicros() + second;
  const engine = createFakeEngine(clock, behaviour);
  const store = new SliceStore(plan.warmupMicros);
  const stop = new AbortController();
  const cut = new AbortController();
  setMaxListeners(0, stop.signal, cut.signal);
  const all = Array.from({ length: threads }, async (_, index) => {
    const recorder = new Recorder(startAtMicros, plan.warmupMicros);
    const load = createThreadLoad(sharePlan(plan, { index, count: threads }), {
      clock,
      pauses: clock,
      engines: engine,
      stop: stop.signal,
      cut: cut.signal,
      onSample: (sample) => recorder.record(sample),
      onSkipped: (series, atMicros, times) => recorder.skipped(series, atMicros, times),
      onNotStarted: (series, dueAtMicros, kind) => recorder.notStarted(series, dueAtMicros, kind),
      onLag: () => undefined,
    });
    const endAtMicros = await load.offer(startAtMicros);
    await load.idle(new AbortController().signal);
    for (const delta of recorder.flushDelta()) store.add(delta);
    return { endAtMicros, progress: load.progress(clock.nowMicros()) };
  });
  const to = (seconds: number): Promise<void> =>
    clock.advance(startAtMicros + seconds * second - clock.nowMicros());
  if (stopAt !== undefined) {
    await to(stopAt);
    stop.abort();
  }
  if (cutAt !== undefined) {
    await to(cutAt);
    cut.abort();
  }
  await to(1_000);
  const ended = await Promise.all(all);
  expect(clock.sleeping).toBe(0);
  expect(engine.openSessions).toBe(0);
  const slices = store.slices();
  store.close();
  const fromStart = (atMicros: number): number => (atMicros - startAtMicros) / second;
  return {
    counts: (series: string) => totalsOf(slices, series).counts,
    slices,
    sent: engine.sent.map(({ series, dueAtMicros, atMicros }) => ({
      series,
      due: dueAtMicros === null ? null : fromStart(dueAtMicros),
      at: fromStart(atMicros),
    })),
    /** How long the load was offered, in seconds. */
    lasted: fromStart(Math.max(...ended.map(({ endAtMicros }) => endAtMicros))),
    progress: ended.map(({ progress }) => progress),
  };
}

/** Everything sent, as a multiset of what and when. */
const allOf = (sent: readonly { series: string; due: number | null; at: number }[]): string[] =>
  sent.map(({ series, due, at }) => `${series} ${due} ${at.toFixed(6)}`).sort();

const buy = named('buy', 1, [httpStep('pay')], [httpStep('login')]);
const browse = named('browse', 3, [httpStep('list'), httpStep('item')], [httpStep('visit')]);

describe('a delayed entry', () => {
  it('begins later by its delay, due times and all, and ends later', async () => {
    const flows = [named('a', 1, [httpStep('one')]), named('b', 1, [httpStep('two')])];
    const plan = planFor(flows, [
      byArrivals({ flows: ['a'] }, 1, 3),
      byArrivals({ flows: ['b'], delayMicros: 2 * second }, 1, 3),
    ]);
    expect(plan.durationMicros).toBe(5 * second);
    const { sent, lasted } = await runPlan(plan);
    expect(sent.map(({ series, due, at }) => [series, due, at])).toEqual([
      ['one', 0, 0],
      ['one', 1, 1],
      ['two', 2, 2],
      ['one', 2, 2],
      ['two', 3, 3],
      ['two', 4, 4],
    ]);
    expect(lasted).toBe(5);
  });

  it('delays users, too', async () => {
    const plan = planFor([flowOf([httpStep('a')])], [byUsers({ delayMicros: 1.5 * second }, 2, 1)]);
    const { sent } = await runPlan(plan);
    expect(Math.min(...sent.map(({ at }) => at))).toBe(1.5);
    expect(Math.max(...sent.map(({ at }) => at))).toBeLessThan(2.5);
  });
});

describe('several flows in one entry', () => {
  it.each([
    ['arrivals', byArrivals({ flows: ['buy', 'browse'] }, 50, 20)],
    ['paced users', byUsers({ flows: ['buy', 'browse'], everyMicros: 0.5 * second }, 25, 20)],
  ])('are picked by weight: %s', async (_what, entry) => {
    const { counts } = await runPlan(planFor([buy, browse], [entry]));
    const [bought, browsed] = [counts('flow:buy').offered, counts('flow:browse').offered];
    // The logins of users push their grids back a little, past the end for the last of them.
    expect(bought + browsed).toBeGreaterThanOrEqual(990);
    expect(bought + browsed).toBeLessThanOrEqual(1_000);
    // A quarter of a thousand: 250 ± 5 standard deviations.
    expect(Math.abs(bought - 250)).toBeLessThan(5.5 * Math.sqrt(1_000 * 0.25 * 0.75));
    expect(counts('pay').offered).toBe(bought);
    expect(counts('item').offered).toBe(browsed);
  });

  it('are the same flows at the same times whatever the number of threads', async () => {
    const plan = planFor(
      [buy, browse],
      [
        byArrivals({ flows: ['buy', 'browse'] }, 50, 4),
        byUsers({ flows: ['browse', 'buy'], everyMicros: 0.5 * second, delayMicros: second }, 7, 4),
        byArrivals({
          flows: ['buy', 'browse'],
          stages: [{ fromPerSecond: 0, toPerSecond: 60, forMicros: 4 * second, spacing: 'poisson' }],
        }),
      ],
    );
    const one = await runPlan(plan, 1);
    expect(one.sent.length).toBeGreaterThan(800);
    for (const threads of [2, 3, 5])
      expect(allOf((await runPlan(plan, threads)).sent)).toEqual(allOf(one.sent));
  });

  it('each run their own `before` once per user, on first use', async () => {
    const plan = planFor(
      [buy, browse],
      [byUsers({ flows: ['buy', 'browse'], everyMicros: 0.2 * second }, 3, 8)],
    );
    const { sent, counts } = await runPlan(plan, 2);
    const times = (series: string): number => sent.filter((one) => one.series === series).length;
    expect([times('login'), times('visit')]).toEqual([3, 3]);
    expect(counts('login')).toMatchObject({ offered: 3, ok: 3 });
    expect(times('pay')).toBeGreaterThan(10);
  });

  it('lose iterations of the flow that they would have run', async () => {
    const flows = [named('a', 1, [httpStep('one')]), named('b', 2, [httpStep('two'), httpStep('three')])];
    const entry = byArrivals({ flows: ['a', 'b'], maxInFlight: 1 }, 100, 3);
    const free = await runPlan(planFor(flows, [byArrivals({ flows: ['a', 'b'] }, 100, 3)]));
    const { counts } = await runPlan(planFor(flows, [entry]), 1, () => ({ takesMicros: 0.4 * second }));
    for (const flow of ['flow:a', 'flow:b']) {
      expect(counts(flow).dropped).toBeGreaterThan(50);
      expect(counts(flow).offered).toBe(free.counts(flow).offered);
    }
    expect(counts('one')).toMatchObject({
      offered: counts('flow:a').offered,
      dropped: counts('flow:a').dropped,
    });
    expect(counts('two')).toMatchObject({
      offered: counts('flow:b').offered,
      dropped: counts('flow:b').dropped,
    });
    expect(counts('three')).toMatchObject({ dropped: 0, skipped: counts('flow:b').dropped });
  });
});

describe('a pace', () => {
  it('gives the first step the due time of its slot', async () => {
    const plan = planFor([flowOf([httpStep('a'), httpStep('b')])], [byUsers({ everyMicros: second }, 1, 3)]);
    const slow = (series: string, n: number): Behaviour => ({
      takesMicros: (series === 'a' && n === 0 ? 1.3 : 0.1) * second,
    });
    const { sent } = await runPlan(plan, 1, slow);
    expect(sent.map(({ series, due, at }) => [series, due, Number(at.toFixed(3))])).toEqual([
      ['a', 0, 0],
      ['b', null, 1.3],
      ['a', 1, 1.4],
      ['b', null, 1.5],
      ['a', 2, 2],
      ['b', null, 2.1],
    ]);
  });

  it('counts missed slots as dropped, for the flow and its first step', async () => {
    const plan = planFor([flowOf([httpStep('a'), httpStep('b')])], [byUsers({ everyMicros: second }, 1, 10)]);
    const { counts } = await runPlan(plan, 1, (series, n) => ({
      takesMicros: (series === 'a' && n === 0 ? 4.5 : 0.1) * second,
    }));
    expect(counts('flow:main')).toMatchObject({ offered: 10, ok: 7, dropped: 3 });
    expect(counts('a')).toMatchObject({ offered: 10, ok: 7, dropped: 3 });
    expect(counts('b')).toMatchObject({ offered: 7, ok: 7, skipped: 3 });
  });
});

describe('a number of iterations', () => {
  const flow = flowOf([httpStep('a')]);

  it.each([1, 2, 3])(
    'per user is exact over %d threads, and the load ends when they are done',
    async (threads) => {
      const entry = byUsers({ iterations: { count: 10, per: 'user' } }, 5, 60);
      const { counts, lasted } = await runPlan(planFor([flow], [entry]), threads);
      expect(counts('flow:main')).toMatchObject({ offered: 50, ok: 50 });
      expect(lasted).toBeCloseTo(0.5, 6);
    },
  );

  it.each([
    [1, 17],
    [2, 17],
    [3, 17],
    [4, 3],
    [3, 1],
  ])('in total is exact over %d threads: %d', async (threads, count) => {
    const entry = byUsers({ iterations: { count, per: 'total' } }, 5, 60);
    const { counts, lasted } = await runPlan(planFor([flow], [entry]), threads);
    expect(counts('flow:main')).toMatchObject({ offered: count, ok: count });
    expect(lasted).toBeLessThan(1);
  });

  it('does not make the load longer than planned', async () => {
    const entry = byUsers({ iterations: { count: 1_000_000, per: 'total' } }, 2, 2);
    const { counts, lasted } = await runPlan(planFor([flow], [entry]));
    expect(counts('flow:main').offered).toBe(80);
    expect(lasted).toBe(2);
  });

  it('does not shorten the other entries', async () => {
    const entry = byUsers({ iterations: { count: 1, per: 'user' } }, 2, 60);
    const { lasted } = await runPlan(planFor([flow], [entry, byArrivals({}, 1, 3)]));
    expect(lasted).toBe(3);
  });
});

describe('accounting', () => {
  /** Fails the third, and hangs from the fortieth on; the rest take 30 ms. */
  const mixed = (series: string, n: number): Behaviour => ({
    takesMicros: (series === 'ask' && n >= 40 ? 1_000 : 0.03) * second,
    error: series === 'ask' && n % 5 === 2 ? 'status' : null,
  });
  const flow = flowOf([httpStep('ask'), httpStep('then')], [httpStep('login')]);

  it.each([
    ['drop', 1],
    ['drop', 3],
    ['queue', 1],
    ['queue', 3],
  ] as const)('has every term, and the sums are exact: %s, %d threads', async (onLimit, threads) => {
    const plan = planFor([flow], [byArrivals({ maxInFlight: 6, onLimit }, 30, 4)]);
    const { counts, progress } = await runPlan(plan, threads, mixed, { cutAt: 6 });
    // The sums themselves are checked by `totalsOf`, for every series.
    const ask = counts('ask');
    expect(ask.offered).toBe(120);
    for (const term of ['started', 'ok', 'failed', 'censored'] as const)
      expect(ask[term], term).toBeGreaterThan(0);
    expect(ask[onLimit === 'drop' ? 'dropped' : 'unsent']).toBeGreaterThan(0);
    expect(counts('flow:main')).toMatchObject({
      offered: 120,
      dropped: ask.dropped,
      unsent: ask.unsent,
      censored: ask.censored,
    });
    const then = counts('then');
    expect(then.offered + then.skipped).toBe(120);
    expect(counts('login').offered).toBe(ask.started);
    const total = (of: (one: (typeof progress)[number]) => number): number =>
      progress.reduce((sum, one) => sum + of(one), 0);
    expect(total(({ offered }) => offered)).toBe(120);
    expect(total(({ dropped, unsent }) => dropped + unsent)).toBe(ask.dropped + ask.unsent);
    expect(total(({ started }) => started)).toBe(total(({ finished }) => finished));
  });

  it('has every term for paced users, stopped in the middle', async () => {
    const plan = planFor([flow], [byUsers({ everyMicros: 0.1 * second }, 4, 30)]);
    const { counts } = await runPlan(plan, 2, mixed, { stopAt: 3, cutAt: 4 });
    const ask = counts('ask');
    for (const term of ['ok', 'failed', 'dropped', 'unsent', 'censored'] as const) {
      expect(ask[term], term).toBeGreaterThan(0);
    }
    // Four users, ten slots a second each, three seconds; their logins push the grids back a little.
    expect(ask.offered).toBeGreaterThan(112);
    expect(ask.offered).toBeLessThanOrEqual(120);
    expect(counts('flow:main').offered).toBe(ask.offered);
  });

  it('keeps warm-up apart, whatever the entry', async () => {
    const plan = planFor(
      [flowOf([httpStep('a')])],
      [byArrivals({}, 10, 4), byUsers({ everyMicros: 0.5 * second }, 2, 4)],
      {
        warmupMicros: 1.5 * second,
      },
    );
    const { slices } = await runPlan(plan, 2);
    const judged = slices.filter(({ startMicros }) => startMicros >= 1.5 * second);
    // 2.5 s at 10/s and 4/s; slots at 1.75, 2, 2.25 … 3.75.
    expect(totalsOf(judged, 'a').counts.offered).toBe(25 + 10);
    expect(
      slices.some(({ startMicros, endMicros }) => startMicros < 1.5 * second && endMicros > 1.5 * second),
    ).toBe(false);
  });
});
