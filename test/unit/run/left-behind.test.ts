// What is left behind outranks whatever fails after it, and does not hide it.

import { expect, test } from 'vitest';
import { MettleError } from '../../../src/kernel/errors.ts';
import { isUndoFailure, undoFirst } from '../../../src/run/left-behind.ts';

const full = new MettleError({ code: 'RECORD_UNWRITABLE', message: 'the disk is full', exitCode: 3 });

test('where nothing is left behind the error stays as it is', () => {
  expect(undoFirst([], full)).toBe(full);
  expect(isUndoFailure(full)).toBe(false);
});

test('what is left behind comes first, with what else went wrong', () => {
  const told = undoFirst(['a toxic is left on db'], full);
  expect(isUndoFailure(told)).toBe(true);
  expect(told).toMatchObject({
    code: 'UNDO_FAILED',
    exitCode: 4,
    message: 'a toxic is left on db; besides that: the disk is full',
    cause: full,
  });
  expect(undoFirst(['a toxic is left on db'], told)).toBe(told);
});
