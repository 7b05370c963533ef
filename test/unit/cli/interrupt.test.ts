// An error that nobody caught: the act ends with exit code 3, unless an undo failed, however the act tells it.

import { expect, test } from 'vitest';
import { interruptible } from '../../../src/cli/interrupt.ts';
import { type ExitCode, MettleError } from '../../../src/kernel/errors.ts';

/** The newest listener is the one under test: vitest's own would end the test run. */
const uncaught = (error: Error): void => {
  process.listeners('uncaughtException').at(-1)?.(error, 'uncaughtException');
};

const acting = (end: () => Promise<ExitCode>): Promise<ExitCode> =>
  interruptible(
    () => undefined,
    async (signal) => {
      uncaught(new TypeError('oh'));
      expect(signal.aborted).toBe(true);
      return await end();
    },
  );

test.each<ExitCode>([0, 1, 130])('of an act that ends with %i it is told', async (code) => {
  await expect(acting(() => Promise.resolve(code))).rejects.toMatchObject({ code: 'INTERNAL', exitCode: 3 });
});

test('an undo that failed outranks it, told or thrown', async () => {
  expect(await acting(() => Promise.resolve(4))).toBe(4);
  const thrown = new MettleError({ code: 'UNDO_FAILED', message: 'left', exitCode: 4 });
  await expect(acting(() => Promise.reject(thrown))).rejects.toBe(thrown);
});
