// What a run ended in outranks that a file cannot be written, in the order of exit codes, and hides nothing.

import { expect, test } from 'vitest';
import { MettleError } from '../../../src/kernel/errors.ts';
import { endFirst } from '../../../src/run/end-first.ts';

const hint = 'Choose another folder with --out <dir>.';
const full = new MettleError({
  code: 'RECORD_UNWRITABLE',
  message: 'the disk is full',
  hint,
  exitCode: 3,
});
const interrupted = 'interrupted before the end of the load';

test('of a run that ended by itself only the error is told', () => {
  expect(endFirst({ undoFailed: [], interrupted: null }, full)).toBe(full);
});

test('an interruption comes first, with what else went wrong and what to do about that', () => {
  expect(endFirst({ undoFailed: [], interrupted }, full)).toMatchObject({
    code: 'INTERRUPTED',
    exitCode: 130,
    message: 'interrupted before the end of the load; besides that: the disk is full',
    hint,
    cause: full,
  });
});

test('what is left behind comes before an interruption', () => {
  const left = { undoFailed: ['a toxic is left on db', 'checkout is down'], interrupted };
  const told = endFirst(left, full);
  expect(told).toMatchObject({
    code: 'UNDO_FAILED',
    exitCode: 4,
    message: 'a toxic is left on db; checkout is down; besides that: the disk is full',
  });
  expect(endFirst(left, told)).toBe(told);
});

test('an interruption does not hide a bug', () => {
  const bug = new TypeError('x is not a function');
  expect(endFirst({ undoFailed: [], interrupted }, bug)).toBe(bug);
});
