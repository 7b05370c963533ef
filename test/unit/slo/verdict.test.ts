// The verdict's precedence as a truth table: every combination of levels, against the order that is promised.

import { expect, test } from 'vitest';
import type { SloRecord } from '../../../src/record/schema.ts';
import { runLevelReasons, verdictOf } from '../../../src/slo/verdict.ts';
import type { VerdictInput } from '../../../src/slo/verdict.ts';
import { runDataOf } from '../../support/run-record.ts';

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

/** The levels from the strongest down, each with how to bring it about and what it must lead to. */
const levels = [
  { input: { undoFailed: ['toxic left'] }, status: 'fail', exitCode: 4 },
  { input: { interrupted: 'Ctrl-C' }, status: 'interrupted', exitCode: 130 },
  { input: { invalidReasons: ['generator saturated'] }, status: 'invalid', exitCode: 3 },
  { promises: [promise('fail')], status: 'fail', exitCode: 1 },
  { promises: [promise('invalid')], status: 'invalid', exitCode: 3 },
  { promises: [promise('warn', 'warn')], status: 'warn', exitCode: 0 },
] as const;

test('every combination of levels is decided by the strongest', () => {
  for (let mask = 0; mask < 2 ** levels.length; mask += 1) {
    const present = levels.filter((_, index) => (mask & (1 << index)) !== 0);
    const input = present.reduce<VerdictInput>(
      (sum, level) => ({
        ...sum,
        ...('input' in level ? level.input : {}),
        slo: [...sum.slo, ...('promises' in level ? level.promises : [])],
      }),
      clean,
    );
    const { status, exitCode, reasons } = verdictOf(input);
    const expected = present[0] ?? { status: 'pass', exitCode: 0 };
    expect({ mask, status, exitCode }).toEqual({
      mask,
      status: expected.status,
      exitCode: expected.exitCode,
    });
    expect(reasons).toHaveLength(present.length);
  }
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

test('a record that could not be written is invalid', () => {
  expect(verdictOf({ ...clean, recordUnwritable: 'EACCES' })).toMatchObject({
    status: 'invalid',
    exitCode: 3,
    reasons: ['EACCES'],
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
