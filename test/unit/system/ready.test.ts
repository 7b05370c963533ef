// Waiting until ready, on a clock that only moves when it is slept on.

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { ChildEnd } from '../../../src/system/process.ts';
import { httpProbe, readyCheckOf, waitUntilReady } from '../../../src/system/ready.ts';
import type { ReadyWait } from '../../../src/system/ready.ts';

function sleptClock(): Clock {
  let nowMicros = 0;
  return {
    nowMicros: () => nowMicros,
    sleepUntil: (atMicros) => {
      nowMicros = Math.max(nowMicros, atMicros);
      return Promise.resolve();
    },
  };
}

function fakeChild(endAfterLooks = Infinity): NonNullable<ReadyWait['child']> {
  let looks = 0;
  const end: ChildEnd = { code: null, signal: 'SIGSEGV' };
  return {
    name: 'api',
    ended: new Promise(() => undefined),
    end: () => ((looks += 1) > endAfterLooks ? end : undefined),
    lastLines: () => ['first', 'last'],
  };
}

const answers =
  (...seen: (string | undefined)[]) =>
  () =>
    Promise.resolve(seen.length > 1 ? seen.shift() : seen[0]);

const wait = (parts: Partial<ReadyWait>): ReadyWait => ({
  probe: answers(undefined),
  asked: 'GET http://127.0.0.1:1/ready',
  withinMicros: 1_000_000,
  child: fakeChild(),
  name: 'api',
  clock: sleptClock(),
  ...parts,
});

describe('waiting until ready', () => {
  it('ends with the first good answer', async () => {
    const clock = sleptClock();
    await waitUntilReady(wait({ clock, probe: answers('ECONNREFUSED', 'status 503', undefined) }));
    expect(clock.nowMicros()).toBeGreaterThan(0);
    expect(clock.nowMicros()).toBeLessThan(1_000_000);
  });

  it('gives up at the deadline, never after it, with the last answer and the last lines', async () => {
    const clock = sleptClock();
    await expect(
      waitUntilReady(wait({ clock, probe: answers('ECONNREFUSED', 'status 503') })),
    ).rejects.toMatchObject({
      code: 'NOT_READY',
      exitCode: 2,
      message:
        'api was not ready within 1s: GET http://127.0.0.1:1/ready: status 503; its last lines:\n  first\n  last',
    });
    expect(clock.nowMicros()).toBeLessThanOrEqual(1_000_000);
  });

  it('gives up as soon as the process ends, even when something answers in its place', async () => {
    const clock = sleptClock();
    const failing = waitUntilReady(wait({ clock, child: fakeChild(4), probe: answers('ECONNREFUSED') }));
    await expect(failing).rejects.toMatchObject({ code: 'TARGET_ENDED', exitCode: 2 });
    await expect(failing).rejects.toThrow('api was ended by SIGSEGV before it was ready');
    expect(clock.nowMicros()).toBeLessThan(500_000);
    await expect(waitUntilReady(wait({ child: fakeChild(1) }))).rejects.toMatchObject({
      code: 'TARGET_ENDED',
    });
  });
});

describe('a ready probe', () => {
  const probe = (answer: () => Promise<number>): Promise<string | undefined> =>
    httpProbe('http://127.0.0.1:1/ready', answer)();

  it.each([
    [200, undefined],
    [204, undefined],
    [302, 'status 302'],
    [404, 'status 404'],
    [503, 'status 503'],
  ])('takes status %s for %s', async (status, seen) => {
    expect(await probe(() => Promise.resolve(status))).toBe(seen);
  });

  it('says why there was no answer', async () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(await probe(() => Promise.reject(refused))).toBe('ECONNREFUSED');
    expect(await probe(() => Promise.reject(new Error('odd')))).toBe('odd');
  });

  it('is the declared request, or else the port of the address', () => {
    const declared = readyCheckOf('http://127.0.0.1:81/api/', { path: '/ready?deep=1', withinMicros: 5 });
    expect(declared).toMatchObject({ asked: 'GET http://127.0.0.1:81/api/ready?deep=1', withinMicros: 5 });
    expect(readyCheckOf('ws://[::1]:81', null).asked).toBe('port 81 of ::1');
    expect(readyCheckOf('https://host', null).asked).toBe('port 443 of host');
  });
});
