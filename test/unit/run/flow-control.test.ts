// Branches, polls, turns by time, and steps that nobody waits for: what is sent when, and what a failure does.

import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../../../src/engines/registry.ts';
import type { Trouble } from '../../../src/engines/engine.ts';
import { UnresolvedValue } from '../../../src/engines/unresolved.ts';
import type { Sample } from '../../../src/measure/outcome.ts';
import { runBefore, runIteration } from '../../../src/run/flow.ts';
import { notBegun, prepareFlow } from '../../../src/run/prepared-flow.ts';
import type { RepeatStep, Step, UntilStep } from '../../../src/scenario/scenario.ts';
import { plainScope } from '../../support/engine-users.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { Behaviour } from '../../support/fake-engine.ts';
import { createFakeEngine } from '../../support/fake-engine.ts';
import { flowOf, httpStep } from '../../support/load-plans.ts';

const ms = 1_000;
const think = (forMs: number): Step => ({ kind: 'think', minMicros: forMs * ms, maxMicros: forMs * ms });
const background = (name: string, onError: 'stop' | 'continue' = 'stop'): StepSpec =>
  httpStep(name, { onError, wait: false });
const branch = (condition: string, then: Step[], otherwise: Step[] = []): Step => ({
  kind: 'if',
  condition,
  then,
  else: otherwise,
});
const poll = (condition: string, changes: Partial<UntilStep>, ...steps: Step[]): UntilStep => ({
  kind: 'until',
  name: null,
  condition,
  everyMicros: null,
  times: null,
  withinMicros: null,
  onError: 'stop',
  steps,
  ...changes,
});
const turns = (changes: Partial<RepeatStep>, ...steps: Step[]): RepeatStep => ({
  kind: 'repeat',
  times: null,
  forMicros: null,
  everyMicros: null,
  steps,
  ...changes,
});

interface Options {
  readonly values?: Record<string, unknown>;
  readonly behaviour?: (series: string, n: number) => Behaviour;
  readonly cutAtMs?: number;
  readonly dueMs?: number;
  readonly trouble?: Trouble;
  readonly before?: readonly Step[];
}

/** Times are in milliseconds. */
async function walk(steps: readonly Step[], options: Options = {}) {
  const clock = new FakeClock();
  const told = { trouble: options.trouble ?? null };
  const takeTrouble = (): Trouble | null => {
    const { trouble } = told;
    told.trouble = null;
    return trouble;
  };
  const engine = createFakeEngine(
    clock,
    options.behaviour ?? (() => ({ takesMicros: 10 * ms })),
    takeTrouble,
  );
  const flow = prepareFlow(flowOf(steps, options.before), (spec) => engine.prepare(spec), ['s3cret-value']);
  const cut = new AbortController();
  const samples: Sample[] = [];
  const skipped: Record<string, number> = {};
  const ports = {
    clock,
    pauses: clock,
    onSample: (sample: Sample) => samples.push(sample),
    onSkipped: (series: string, _at: number, times: number) =>
      (skipped[series] = (skipped[series] ?? 0) + times),
    onLag: () => undefined,
  };
  const scope = plainScope(options.values);
  const walker = { session: engine.session(), scope, random: () => 0.5, signal: cut.signal };
  const began = options.before === undefined ? undefined : await ranBefore();
  async function ranBefore(): Promise<boolean> {
    const running = runBefore(flow.before, walker, ports);
    await clock.advance(60_000 * ms);
    return running;
  }
  const beganAtMicros = clock.nowMicros();
  const due = options.dueMs === undefined ? null : options.dueMs * ms;
  const done = runIteration(flow, walker, ports, due, began);
  if (options.cutAtMs !== undefined) {
    await clock.advance(options.cutAtMs * ms);
    cut.abort();
  }
  await clock.advance(3_600_000 * ms);
  await done;
  const whole = samples.findLast(({ series }) => series === 'flow:main');
  if (whole === undefined) throw new Error('the iteration reported nothing');
  const sent = engine.sent.map(({ series, dueAtMicros, atMicros }) => [
    series,
    dueAtMicros === null ? null : dueAtMicros / ms,
    (atMicros - beganAtMicros) / ms,
  ]);
  const steppers = samples.filter(({ series }) => series !== 'flow:main');
  return { samples: steppers, sent, skipped, whole, sleeping: clock.sleeping, began };
}

const sends = (sent: readonly (readonly unknown[])[]): unknown[] => sent.map(([series]) => series);
const answers =
  (...values: unknown[]) =>
  (_series: string, n: number): Behaviour => ({
    takesMicros: 10 * ms,
    sets: { status: values[Math.min(n, values.length - 1)] },
  });

describe('a branch', () => {
  const steps = [httpStep('a'), branch('kind == "big"', [httpStep('b')], [httpStep('c')]), httpStep('d')];

  it.each([
    [{ kind: 'big' }, ['a', 'b', 'd']],
    [{ kind: 'small' }, ['a', 'c', 'd']],
    [{}, ['a', 'c', 'd']],
  ])('is taken by what is known: %j', async (values, expected) => {
    const { sent, skipped } = await walk(steps, { values });
    expect(sends(sent)).toEqual(expected);
    expect(skipped).toEqual({});
  });

  it('that nobody has taken yet is not counted when the iteration fails, the rest of one that was taken is', async () => {
    const fails =
      (name: string) =>
      (series: string): Behaviour => ({ takesMicros: ms, error: series === name ? 'status' : null });
    expect((await walk(steps, { behaviour: fails('a') })).skipped).toEqual({ d: 1 });
    const inside = [branch('true', [httpStep('b'), httpStep('c')]), httpStep('d')];
    expect((await walk(inside, { behaviour: fails('b') })).skipped).toEqual({ c: 1, d: 1 });
  });

  it('hands a due time on when it is not taken', async () => {
    const { sent } = await walk([branch('kind', [httpStep('b')]), httpStep('d')], { dueMs: 0 });
    expect(sent).toEqual([['d', 0, 0]]);
  });

  it('that asks a feed which has run out fails the iteration', async () => {
    const values = Object.defineProperty({}, 'row', {
      get: () => {
        throw new UnresolvedValue('row', 'has run out');
      },
    }) as Record<string, unknown>;
    const { whole, sent } = await walk([branch('row == 1', [httpStep('b')]), httpStep('d')], { values });
    expect(whole).toMatchObject({ error: 'expectation', example: 'if: {{row}} has run out' });
    expect(sent).toEqual([]);
  });
});

describe('a poll', () => {
  it('runs its steps, asks, and goes on when the condition holds', async () => {
    const step = poll('status == "done"', { times: 9, everyMicros: 100 * ms }, httpStep('poll'));
    const { sent, whole, skipped } = await walk([step, httpStep('get')], {
      behaviour: answers('new', 'busy', 'done'),
      dueMs: 0,
    });
    expect(sent).toEqual([
      ['poll', 0, 0],
      ['poll', null, 100],
      ['poll', null, 200],
      ['get', null, 210],
    ]);
    expect(whole.error).toBeNull();
    expect(skipped).toEqual({});
  });

  it('asks after its steps: what was known before does not end it', async () => {
    const { sent } = await walk([poll('status == "done"', { times: 3 }, httpStep('poll'))], {
      behaviour: answers('busy', 'done'),
      values: { status: 'done' },
    });
    expect(sent).toHaveLength(2);
  });

  it('begins a late turn at once, without making up for what it missed', async () => {
    const slow = (_series: string, n: number): Behaviour => ({
      takesMicros: (n === 0 ? 250 : 10) * ms,
      sets: { status: n },
    });
    const { sent } = await walk([poll('status == 3', { times: 9, everyMicros: 100 * ms }, httpStep('p'))], {
      behaviour: slow,
    });
    expect(sent.map(([, , at]) => at)).toEqual([0, 250, 350, 450]);
  });

  it('fails the iteration when it is not reached in so many turns, and says what it saw', async () => {
    const step = poll('status == "done"', { times: 3 }, httpStep('poll'));
    const { sent, whole, skipped, samples } = await walk([step, httpStep('get')], {
      behaviour: answers('busy'),
    });
    expect(sends(sent)).toEqual(['poll', 'poll', 'poll']);
    expect(samples.every(({ error }) => error === null)).toBe(true);
    expect(skipped).toEqual({ get: 1 });
    expect(whole).toMatchObject({
      error: 'expectation',
      answered: true,
      example: 'until status == "done": not reached in 3 turns (status is "busy")',
    });
  });

  it('keeps secrets out of what it says', async () => {
    const step = poll('status == 1 and token == 2', { times: 1 }, httpStep('poll'));
    const { whole } = await walk([step], { behaviour: answers('s3cret-value'), values: { token: 'abc' } });
    expect(whole.example).toBe(
      'until status == 1 and token == 2: not reached in 1 turn (status is "[redacted]")',
    );
  });

  it('begins no turn beyond its time, and counts what ends beyond it as not reached', async () => {
    const within = (spanMs: number, ...values: unknown[]) =>
      walk([poll('status == "done"', { withinMicros: spanMs * ms, everyMicros: 100 * ms }, httpStep('p'))], {
        behaviour: answers(...values),
      });
    const never = await within(250, 'busy');
    expect(never.sent.map(([, , at]) => at)).toEqual([0, 100, 200]);
    expect(never.whole.error).toBe('expectation');
    expect((await within(205, 'busy', 'busy', 'done')).whole.error).toBe('expectation');
    expect((await within(211, 'busy', 'busy', 'done')).whole.error).toBeNull();
  });

  it('with a name has a sample of its own: from its beginning to its end', async () => {
    const step = poll('status == "done"', { times: 3, name: 'finished' }, httpStep('poll'));
    const own = async (behaviour: Options['behaviour'], cutAtMs?: number) => {
      const { samples, skipped } = await walk([step], {
        ...(behaviour && { behaviour }),
        ...(cutAtMs !== undefined && { cutAtMs }),
      });
      const found = samples.filter(({ series }) => series === 'finished');
      expect(found).toHaveLength(1);
      return { ...found[0], skipped };
    };
    expect(await own(answers('busy', 'done'))).toMatchObject({
      startedAtMicros: 0,
      endedAtMicros: 20 * ms,
      error: null,
      answered: true,
    });
    expect(await own(answers('busy'))).toMatchObject({ error: 'expectation', answered: false });
    expect(await own(() => ({ takesMicros: ms, error: 'status' }))).toMatchObject({
      error: 'status',
      answered: false,
    });
    expect(await own(answers('busy'), 15)).toMatchObject({ error: 'timeout', censored: true });
  });

  it('that may fail leaves the rest of its iteration going', async () => {
    const step = poll('status == "done"', { times: 2, onError: 'continue' }, httpStep('poll'));
    const { sent, whole } = await walk([step, httpStep('get')], { behaviour: answers('busy') });
    expect(sends(sent)).toEqual(['poll', 'poll', 'get']);
    expect(whole.error).toBe('expectation');
  });

  it('is cut off in its pause', async () => {
    const step = poll('status == "done"', { times: 9, everyMicros: 500 * ms }, httpStep('poll'));
    const { whole, sleeping } = await walk([step], { behaviour: answers('busy'), cutAtMs: 100 });
    expect(whole).toMatchObject({ censored: true, endedAtMicros: 100 * ms });
    expect(sleeping).toBe(0);
  });

  it('never spins: turns that send nothing give way', async () => {
    const { whole } = await walk([
      poll('ready', { withinMicros: 50 * ms }, branch('never', [httpStep('a')])),
    ]);
    expect(whole).toMatchObject({ error: 'expectation', endedAtMicros: 50 * ms });
  });
});

describe('turns by time', () => {
  it('begin until it has passed', async () => {
    const { sent } = await walk([turns({ forMicros: 25 * ms }, httpStep('a')), httpStep('b')], { dueMs: 0 });
    expect(sent).toEqual([
      ['a', 0, 0],
      ['a', null, 10],
      ['a', null, 20],
      ['b', null, 30],
    ]);
  });

  it('are one for sure: a failure before them skips one', async () => {
    const behaviour = (): Behaviour => ({ takesMicros: ms, error: 'status' });
    const { skipped } = await walk([httpStep('x'), turns({ forMicros: 25 * ms }, httpStep('a'))], {
      behaviour,
    });
    expect(skipped).toEqual({ a: 1 });
    const inside = await walk([turns({ forMicros: 25 * ms }, httpStep('a'), httpStep('b'))], { behaviour });
    expect(inside.skipped).toEqual({ b: 1 });
  });
});

describe('a step that nobody waits for', () => {
  const slow = (series: string): Behaviour => ({ takesMicros: (series === 'slow' ? 200 : 10) * ms });

  it('is sent, and the iteration goes on; it ends when the last has ended', async () => {
    const { sent, samples, whole } = await walk([background('slow'), httpStep('a')], {
      behaviour: slow,
      dueMs: 0,
    });
    expect(sent).toEqual([
      ['slow', 0, 0],
      ['a', null, 0],
    ]);
    expect(samples.map(({ series, endedAtMicros }) => [series, endedAtMicros / ms])).toEqual([
      ['a', 10],
      ['slow', 200],
    ]);
    expect(whole).toMatchObject({ error: null, endedAtMicros: 200 * ms });
  });

  it('keeps the due time of its turn', async () => {
    const { sent } = await walk([turns({ times: 3, everyMicros: 50 * ms }, background('slow'))], {
      behaviour: slow,
      dueMs: 0,
    });
    expect(sent.map(([, due, at]) => [due, at])).toEqual([
      [0, 0],
      [50, 50],
      [100, 100],
    ]);
  });

  it('fails the iteration, skips what is not begun, and cuts the pause short', async () => {
    const fails = (series: string): Behaviour =>
      series === 'slow' ? { takesMicros: 30 * ms, error: 'status' } : { takesMicros: 10 * ms };
    const { sent, skipped, whole, sleeping } = await walk(
      [background('slow'), httpStep('a'), think(60_000), httpStep('b')],
      { behaviour: fails },
    );
    expect(sends(sent)).toEqual(['slow', 'a']);
    expect(skipped).toEqual({ b: 1 });
    expect(whole).toMatchObject({ error: 'status', example: 'slow: status', endedAtMicros: 30 * ms });
    expect(sleeping).toBe(0);
  });

  it('that may fail stops nothing', async () => {
    const fails = (series: string): Behaviour =>
      series === 'slow' ? { takesMicros: 30 * ms, error: 'status' } : { takesMicros: 10 * ms };
    const { sent, whole } = await walk([background('slow', 'continue'), think(50), httpStep('b')], {
      behaviour: fails,
    });
    expect(sends(sent)).toEqual(['slow', 'b']);
    expect(whole).toMatchObject({ error: 'status', answered: false });
  });

  it('is censored when the run is over, with its iteration', async () => {
    const { samples, whole } = await walk([background('slow')], { behaviour: slow, cutAtMs: 50 });
    expect(samples).toMatchObject([{ series: 'slow', censored: true }]);
    expect(whole).toMatchObject({ censored: true, error: 'timeout', endedAtMicros: 50 * ms });
  });

  it('is waited for at the end of `before`, too', async () => {
    const fails = (series: string): Behaviour => ({
      takesMicros: 30 * ms,
      error: series === 'login' ? 'status' : null,
    });
    const { began, whole, skipped } = await walk([httpStep('a')], {
      before: [background('login')],
      behaviour: fails,
    });
    expect(began).toBe(false);
    expect(skipped).toEqual({ a: 1 });
    expect(whole.error).toBe('expectation');
  });
});

describe('trouble between steps', () => {
  const trouble: Trouble = { error: 'reset', example: 'feed: closed with 1006' };

  it('fails an iteration whose steps were all good', async () => {
    const { whole, samples } = await walk([httpStep('a')], { trouble });
    expect(samples).toMatchObject([{ error: null }]);
    expect(whole).toMatchObject({ error: 'reset', example: 'feed: closed with 1006' });
  });

  it('does not hide the step that failed first', async () => {
    const behaviour = (): Behaviour => ({ takesMicros: ms, error: 'status' });
    expect((await walk([httpStep('a')], { trouble, behaviour })).whole.error).toBe('status');
  });
});

describe('an iteration that never begins', () => {
  it('counts what is sure: one turn of a poll, nothing of a branch', () => {
    const steps = [
      think(5),
      poll('done', { times: 9, name: 'finished' }, httpStep('a'), httpStep('b')),
      branch('kind', [httpStep('c')]),
      turns({ forMicros: ms }, httpStep('d')),
      background('e'),
    ];
    const lost = notBegun(prepareFlow(flowOf(steps), ({ name }) => name));
    expect(lost.dueSeries).toBe('a');
    expect(Object.fromEntries(lost.skipped)).toEqual({ b: 1, d: 1, e: 1, finished: 1 });
  });
});
