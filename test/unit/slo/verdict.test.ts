// The verdict's precedence as a truth table: every combination of causes, against the order that is promised.

import { expect, test } from 'vitest';
import type { SloRecord, Verdict } from '../../../src/record/schema.ts';
import { runLevelReasons, verdictOf } from '../../../src/slo/verdict.ts';
import type { VerdictInput } from '../../../src/slo/verdict.ts';
import { runDataOf } from '../../support/run-record.ts';

type VerdictStatus = Verdict['status'];

const promise = (status: SloRecord['status'], severity: SloRecord['severity'] = 'fail'): SloRecord => ({
  text: `p95(${status}) < 1s`,
  severity,
  status,
  value: 1,
  atLeast: false,
  limit: 1,
  unit: 'µs',
  samples: 1,
  reason: status === 'pass' ? null : `it is ${status}`,
});

const clean: VerdictInput = {
  undoFailed: [],
  interrupted: null,
  invalidReasons: [],
  slo: [promise('pass')],
  traffic: { offered: 100, ok: 100 },
};

/** What can be the matter with a run; each alone, and all together. */
const causes = {
  undoFailed: { input: { undoFailed: ['toxic left'] } },
  interrupted: { input: { interrupted: 'Ctrl-C' } },
  runInvalid: { input: { invalidReasons: ['generator saturated'] } },
  fail: { slo: [promise('fail')] },
  promiseInvalid: { slo: [promise('invalid')] },
  warn: { slo: [promise('warn')] },
  notJudged: { slo: [promise('not judged'), promise('not judged', 'warn')] },
} as const satisfies Readonly<
  Record<string, { readonly input?: Partial<VerdictInput>; readonly slo?: readonly SloRecord[] }>
>;

type Cause = keyof typeof causes;

/** The order as it is promised, written down once more and by other means: who is asked first. */
function promisedOutcome(present: ReadonlySet<Cause>): readonly [VerdictStatus, number] {
  if (present.has('undoFailed')) return ['fail', 4];
  if (present.has('interrupted')) return ['interrupted', 130];
  if (present.has('runInvalid')) return ['invalid', 3];
  if (present.has('fail')) return ['fail', 1];
  if (present.has('promiseInvalid')) return ['invalid', 3];
  if (present.has('warn')) return ['warn', 0];
  return ['pass', 0];
}

const names = Object.keys(causes) as Cause[];
const combinations = Array.from({ length: 2 ** names.length }, (_, mask) =>
  names.filter((_name, index) => (mask & (1 << index)) !== 0),
);

function inputOf(present: readonly Cause[], kept: readonly SloRecord[]): VerdictInput {
  const parts: readonly { readonly input?: Partial<VerdictInput>; readonly slo?: readonly SloRecord[] }[] =
    present.map((cause) => causes[cause]);
  const input = parts.reduce<VerdictInput>((sum, part) => ({ ...sum, ...part.input }), clean);
  return { ...input, slo: [...kept, ...parts.flatMap(({ slo = [] }) => slo)] };
}

test('every combination of causes is decided by the strongest, in 128 of 128', () => {
  const wrong = combinations.filter((present) => {
    const { status, exitCode, reasons } = verdictOf(inputOf(present, [promise('pass')]));
    const [expected, code] = promisedOutcome(new Set(present));
    const told = present.filter((cause) => cause !== 'notJudged').length;
    return status !== expected || exitCode !== code || reasons.length !== told;
  });
  expect(combinations).toHaveLength(128);
  expect(wrong).toEqual([]);
});

test('promises of severity warn never make more of it than a warning', () => {
  for (const status of ['fail', 'invalid', 'warn'] as const) {
    for (const present of combinations) {
      const kept = [promise('pass'), promise(status, 'warn')];
      const [expected] = promisedOutcome(new Set(present));
      const decided = verdictOf(inputOf(present, kept)).status;
      expect({ present, decided }).toEqual({ present, decided: expected === 'pass' ? 'warn' : expected });
    }
  }
});

test('a run that was stopped has its place in the order', () => {
  for (const present of combinations) {
    const input = inputOf(present, [promise('pass')]);
    const [stopped] = promisedOutcome(new Set([...present, 'fail']));
    expect(verdictOf({ ...input, stopped: 'the run was stopped at 32s' }).status).toBe(stopped);
  }
});

test('promises that were all skipped or cut off are no pass, whatever their severity', () => {
  for (const slo of [
    [promise('not judged')],
    [promise('not judged', 'warn')],
    [promise('not judged'), promise('not judged', 'warn')],
  ]) {
    expect(verdictOf({ ...clean, slo })).toEqual({
      status: 'invalid',
      exitCode: 3,
      reasons: ['no promise could be judged'],
    });
    expect(verdictOf({ ...clean, slo, interrupted: 'Ctrl-C' }).reasons).toEqual(['Ctrl-C']);
    expect(verdictOf({ ...clean, slo: [...slo, promise('pass')] }).status).toBe('pass');
  }
});

test('without a good answer nothing passes, and what is broken says more than that', () => {
  const traffic = { offered: 100, ok: 0 };
  const none = ['no good answer: everything that was offered failed'];
  expect(verdictOf({ ...clean, traffic })).toMatchObject({ status: 'invalid', reasons: none });
  expect(verdictOf({ ...clean, traffic, slo: [promise('fail')] })).toMatchObject({
    status: 'fail',
    exitCode: 1,
  });
  // A promise that only warns does not.
  expect(verdictOf({ ...clean, traffic, slo: [promise('warn', 'warn')] }).status).toBe('invalid');
});

test('a promise that was not judged weighs nothing beside one that was', () => {
  expect(verdictOf({ ...clean, slo: [promise('pass'), promise('not judged')] }).status).toBe('pass');
  expect(verdictOf({ ...clean, slo: [promise('fail'), promise('not judged')] }).status).toBe('fail');
});

test('a promise of severity warn never weighs more than a warning', () => {
  const verdict = verdictOf({ ...clean, slo: [promise('pass'), promise('invalid', 'warn')] });
  expect(verdict).toMatchObject({ status: 'warn', exitCode: 0 });
});

test('nothing to judge is never a silent pass', () => {
  expect(verdictOf({ ...clean, slo: [] })).toEqual({ status: 'pass', reasons: [], exitCode: 0 });
  expect(verdictOf({ ...clean, traffic: { offered: 0, ok: 0 } })).toMatchObject({
    status: 'invalid',
    exitCode: 3,
  });
  expect(verdictOf({ ...clean, slo: [], traffic: { offered: 0, ok: 0, inWarmup: 9 } })).toMatchObject({
    status: 'invalid',
    reasons: ['no traffic: nothing was offered after the warm-up'],
  });
  expect(verdictOf({ ...clean, slo: [], traffic: { offered: 5, ok: 0 } })).toMatchObject({
    status: 'invalid',
    exitCode: 3,
  });
  expect(verdictOf({ ...clean, slo: [promise('not judged')] })).toMatchObject({
    status: 'invalid',
    exitCode: 3,
  });
});

test('reasons of the run itself are told apart from those of its promises', () => {
  const slo = [promise('invalid')];
  const verdict = verdictOf({ ...clean, slo, invalidReasons: ['generator saturated'] });
  const { run } = runDataOf({ slices: [], slo, verdict });
  expect(runLevelReasons(run)).toEqual(['generator saturated']);
  expect(runLevelReasons({ ...run, verdict: verdictOf({ ...clean, slo }) })).toEqual([]);
});

test('a run that a promise stopped fails, even where the promise only warns', () => {
  const stopped = 'the run was stopped at 32s: error_rate < 1% was significantly broken';
  const slo = [promise('warn', 'warn'), promise('not judged')];
  expect(verdictOf({ ...clean, slo, stopped })).toMatchObject({ status: 'fail', exitCode: 1 });
  expect(verdictOf({ ...clean, slo, stopped }).reasons[0]).toBe(stopped);
  // Nothing but failures is the reason for stopping, not a doubt about it.
  const traffic = { offered: 100, ok: 0 };
  expect(verdictOf({ ...clean, slo, stopped, traffic })).toMatchObject({ status: 'fail', exitCode: 1 });
});
