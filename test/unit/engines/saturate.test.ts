// The account of one saturating connection, by hand and for any course of answers; and how long it pauses after failures.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseMs } from '../../../src/engines/saturate-pause.ts';
import type { Outcome, SaturateStep } from '../../../src/engines/saturate-walk.ts';
import { SaturateWalk } from '../../../src/engines/saturate-walk.ts';
import type { Sample } from '../../../src/measure/outcome.ts';
import '../../support/property-seed.ts';

const step = (series: string, onError: SaturateStep['onError'] = 'stop'): SaturateStep => ({
  series,
  method: 'GET',
  path: `/${series}`,
  timeoutMicros: 1_000_000,
  connectTimeoutMicros: null,
  keepAlive: true,
  statuses: null,
  onError,
});

const outcome = (startedAtMicros: number, changes: Partial<Outcome> = {}): Outcome => ({
  startedAtMicros,
  endedAtMicros: startedAtMicros + 10,
  failure: null,
  censored: false,
  answered: true,
  status: 200,
  bytes: 2,
  connectMicros: undefined,
  dnsMicros: undefined,
  tlsMicros: undefined,
  firstByteMicros: 5,
  excerpt: '',
  ...changes,
});
const refused: Partial<Outcome> = {
  failure: { error: 'connect', code: 'ECONNREFUSED', detail: 'connect ECONNREFUSED' },
  answered: false,
  status: 0,
  bytes: 0,
};
const cut: Partial<Outcome> = {
  failure: { error: 'timeout', code: undefined, detail: 'in flight when the run ended' },
  censored: true,
  answered: false,
};

function walking(steps: readonly SaturateStep[]) {
  const samples: Sample[] = [];
  const skipped: string[] = [];
  const iterations = { began: 0, ended: 0 };
  const walk = new SaturateWalk({
    series: 'flow:main',
    steps,
    examples: (_series, _error, text) => text(),
    onSample: (sample) => samples.push(sample),
    onSkipped: (series, _at, times) => skipped.push(...Array.from({ length: times }, () => series)),
    onIteration: (what) => (iterations[what] += 1),
  });
  const request = (atMicros: number, changes: Partial<Outcome> = {}): void => {
    walk.begin(atMicros);
    walk.end(outcome(atMicros, changes));
  };
  return { walk, samples, skipped, iterations, request };
}

describe('the account of a saturating connection', () => {
  it('walks the steps in order and times the iteration from the first to the last', () => {
    const { request, samples, iterations, walk } = walking([step('a'), step('b')]);
    request(100);
    expect(walk.isOpen).toBe(true);
    request(200);
    expect(walk.isOpen).toBe(false);
    expect(samples.map(({ series }) => series)).toEqual(['a', 'b', 'flow:main']);
    expect(samples[2]).toMatchObject({
      startedAtMicros: 100,
      endedAtMicros: 210,
      error: null,
      dueAtMicros: null,
    });
    expect(iterations).toEqual({ began: 1, ended: 1 });
  });

  it('ends the iteration with a failure, or goes on where the step says so', () => {
    const stopping = walking([step('a'), step('b')]);
    stopping.request(100, refused);
    expect(stopping.skipped).toEqual(['b']);
    expect(stopping.samples[0]).toMatchObject({ error: 'connect', code: 'ECONNREFUSED', answered: false });
    expect(stopping.samples[1]).toMatchObject({
      series: 'flow:main',
      error: 'connect',
      answered: false,
      example: 'a: GET /a → connect ECONNREFUSED',
    });
    const going = walking([step('a', 'continue'), step('b')]);
    going.request(100, refused);
    going.request(200);
    expect(going.samples.map(({ series, error }) => [series, error])).toEqual([
      ['a', 'connect'],
      ['b', null],
      ['flow:main', 'connect'],
    ]);
  });

  it('censors what is cut off, in flight or between two requests', () => {
    const flying = walking([step('a'), step('b')]);
    flying.request(100, cut);
    expect(flying.samples.map(({ series, censored }) => [series, censored])).toEqual([
      ['a', true],
      ['flow:main', true],
    ]);
    expect(flying.skipped).toEqual(['b']);
    const between = walking([step('a'), step('b')]);
    between.request(100);
    between.walk.cutOff(500);
    expect(between.samples.at(-1)).toMatchObject({ series: 'flow:main', censored: true, endedAtMicros: 500 });
    between.walk.cutOff(600);
    expect(between.iterations).toEqual({ began: 1, ended: 1 });
  });

  it('loses nothing, whatever happens: every step of every iteration is sampled or skipped', () => {
    const outcomes = fc.array(fc.constantFrom({}, refused, { failure: refused.failure ?? null }), {
      maxLength: 60,
    });
    const flows = fc.array(fc.constantFrom<SaturateStep['onError']>('stop', 'continue'), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flows, outcomes, (onErrors, course) => {
        const { walk, samples, skipped, iterations, request } = walking(
          onErrors.map((onError, index) => step(`s${index}`, onError)),
        );
        course.forEach((changes, index) => request(index * 100, changes));
        walk.cutOff(course.length * 100);
        const flowsEnded = samples.filter(({ series }) => series === 'flow:main').length;
        expect(iterations).toEqual({ began: flowsEnded, ended: flowsEnded });
        expect(samples.length - flowsEnded).toBe(course.length);
        expect(course.length + skipped.length).toBe(flowsEnded * onErrors.length);
      }),
    );
  });
});

it('pauses twice as long after each failure in a row, to a limit, and not at all after the first', () => {
  expect([0, 1, 2, 3, 4, 8, 9, 1_000].map(pauseMs)).toEqual([0, 0, 1, 2, 4, 64, 100, 100]);
});
