// Steps that call a function of the user's own: what it is given, what is kept of it, and every way it can end.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallStep } from '../../../src/engines/call-step.ts';
import { callStepInput } from '../../../src/engines/call-step.ts';
import { openCalls } from '../../../src/engines/call.ts';
import type { EngineEnvironment } from '../../../src/engines/engine.ts';
import { CookieJar } from '../../../src/engines/cookies.ts';
import type { Hook } from '../../../src/engines/hook-context.ts';
import { UnresolvedValue } from '../../../src/engines/unresolved.ts';
import { createRedactor } from '../../../src/kernel/redact.ts';
import { templates } from '../../../src/scenario/templates.ts';
import { environmentOf, plainScope } from '../../support/engine-users.ts';

const stepOf = (written: Record<string, unknown>): CallStep => ({
  ...callStepInput.parse(written),
  module: 'hooks.ts',
});

async function userOf(
  functions: Readonly<Record<string, unknown>>,
  written: Record<string, unknown>,
  changes: Partial<EngineEnvironment> = {},
) {
  const loaded: string[] = [];
  const environment = environmentOf(
    {},
    {
      env: { KEY: 's3cret-value' },
      templates,
      file: (path) => `/project/${path}`,
      redact: createRedactor(['s3cret-value']),
      nowMicros: () => Date.now() * 1000,
      ...changes,
    },
  );
  const engine = openCalls(environment, (path) => {
    loaded.push(path);
    return Promise.resolve(functions);
  });
  const step = engine.prepare(stepOf(written));
  engine.prepare(stepOf(written));
  await engine.ready?.();
  const scope = plainScope({ user: 3, iteration: 4, random: () => 0.25, row: { id: 7 } });
  const session = engine.session({ cookies: new CookieJar() });
  const cut = new AbortController();
  return { loaded, scope, cut, send: () => session.send(step, scope, null, cut.signal) };
}

const call = async (hook: Hook, written: Record<string, unknown> = {}) => {
  const user = await userOf({ act: hook }, { call: 'act', ...written });
  return { ...user, sample: await user.send() };
};

afterEach(() => vi.useRealTimers());

describe('a call', () => {
  it('gives the function its user and its input, and keeps what it returns', async () => {
    const { sample, scope, loaded } = await call(
      ({ user, iteration, env, get, random }, input) => ({
        made: [user, iteration, env['KEY'], get('row.id') ?? null, random()].map(String),
        input,
      }),
      { with: { id: '{{row}}', fixed: 1 }, capture: { all: '$', first: '$.made[0]' } },
    );
    expect(sample).toMatchObject({ series: 'call act', error: null, answered: true, dueAtMicros: null });
    expect(scope.values).toMatchObject({
      first: '3',
      all: { made: ['3', '4', 's3cret-value', '7', '0.25'], input: { id: { id: 7 }, fixed: 1 } },
    });
    // Loaded once, however many steps call it.
    expect(loaded).toEqual(['/project/hooks.ts']);
  });

  it('waits for what is promised, and keeps all of it under one name', async () => {
    const { sample, scope } = await call(async () => Promise.resolve('signed'), { capture: 'signature' });
    expect([sample.error, scope.values['signature']]).toEqual([null, 'signed']);
  });

  it('lets the function set names, until it has ended', async () => {
    let late: (() => void) | undefined;
    const { scope } = await call(({ set }) => {
      set('token', 'a');
      late = () => set('token', 'b');
    });
    late?.();
    expect(scope.values['token']).toBe('a');
  });

  it.each<[string, Hook, Record<string, unknown>, string]>([
    [
      'throws',
      () => {
        throw new Error('no key s3cret-value');
      },
      {},
      'act: no key [redacted]',
    ],
    ['rejects', () => Promise.reject(new Error('later')), {}, 'act: later'],
    [
      'throws what is no error',
      () => {
        // A function of somebody else's may throw anything.
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'text';
      },
      {},
      'act: text',
    ],
    [
      'throws what has no text',
      () => AbortSignal.abort(Object.create(null)).throwIfAborted(),
      {},
      'act: something that has no text',
    ],
    [
      'throws with a cause that has a code only',
      () => {
        const cause = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
        throw new TypeError('fetch failed', { cause });
      },
      {},
      'act: fetch failed: ECONNREFUSED',
    ],
    [
      'returns a promise of its own make that throws',
      () =>
        Object.fromEntries([
          ['then', () => AbortSignal.abort(new Error('not even a promise')).throwIfAborted()],
        ]),
      {},
      'act: not even a promise',
    ],
    [
      'returns what throws when it is looked at',
      () =>
        new Proxy(
          {},
          {
            has: () => {
              throw new Error('hands off');
            },
          },
        ),
      { capture: { x: '$.b' } },
      'act: hands off',
    ],
    ['returns nothing to keep', () => undefined, { capture: 'x' }, 'act: act returned nothing to keep as x'],
    [
      'returns something else',
      () => ({ a: 1 }),
      { capture: { x: '$.b' } },
      'act: $.b is absent in what act returned',
    ],
    ['is not given its input', () => 1, { with: '{{missing}}' }, 'act: not called: {{missing}} has no value'],
    [
      'reads a feed that has run out',
      () => {
        throw new UnresolvedValue('rows', 'has run out');
      },
      {},
      'act: {{rows}} has run out',
    ],
  ])('that %s has failed', async (_, hook, written, example) => {
    const { sample } = await call(hook, written);
    expect(sample).toMatchObject({ error: 'expectation', answered: false, example });
  });

  it('is given up when its time is over, and is told so', async () => {
    vi.useFakeTimers();
    let signal: AbortSignal | undefined;
    const user = await userOf(
      {
        act: (context: { signal: AbortSignal; set: (name: string, value: unknown) => void }) => {
          ({ signal } = context);
          return new Promise((_, reject) => setTimeout(() => reject(new Error('much later')), 60_000));
        },
      },
      { call: 'act', timeout: '2s' },
    );
    const sent = user.send();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await sent).toMatchObject({ error: 'timeout', example: 'act did not return in time' });
    expect(signal?.aborted).toBe(true);
    // Its late failure is nobody's.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that blocks the thread for too long is late, although it returned', async () => {
    let now = 0;
    const user = await userOf(
      {
        act: () => {
          now += 5_000_000;
          return 'done';
        },
      },
      { call: 'act', timeout: '2s', capture: 'x' },
      { nowMicros: () => now },
    );
    expect(await user.send()).toMatchObject({ error: 'timeout', endedAtMicros: 5_000_000 });
    expect(user.scope.values['x']).toBeUndefined();
  });

  it('is censored when the run is over', async () => {
    const user = await userOf({ act: () => new Promise(() => undefined) }, { call: 'act' });
    const sent = user.send();
    user.cut.abort();
    expect(await sent).toMatchObject({ error: 'timeout', censored: true, answered: false });
  });
});

describe('a hooks module', () => {
  it('that lacks the function is refused before anything is sent', async () => {
    await expect(userOf({ act: 1 }, { call: 'act' })).rejects.toMatchObject({
      code: 'HOOKS_FAILED',
      exitCode: 2,
      message: 'the hooks module hooks.ts exports no function "act"',
    });
  });
});

describe('a step as written', () => {
  it('has its defaults', () => {
    expect(callStepInput.parse({ call: 'act' })).toEqual({
      kind: 'call',
      name: 'call act',
      function: 'act',
      module: '',
      with: null,
      timeoutMicros: 30_000_000,
      capture: [],
      sets: [],
      onError: 'stop',
      wait: true,
    });
  });

  it.each([
    [{ call: 'a.b' }],
    [{ call: 'a', capture: '$.x' }],
    [{ call: 'a', capture: { x: 'x' } }],
    [{ call: 'a', capture: { 'x y': '$.x' } }],
    [{ call: 'a', sets: 'token' }],
    [{ call: 'a', args: [] }],
  ])('%j is refused', (written) => {
    expect(callStepInput.safeParse(written).success).toBe(false);
  });
});
