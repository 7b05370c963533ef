// Which of several exit codes a command ends with: nothing that is known to be wrong is hidden.

import { expect, test } from 'vitest';
import { worstCode } from '../../../src/cli/worst-code.ts';
import type { ExitCode } from '../../../src/kernel/errors.ts';

test.each<[readonly ExitCode[], ExitCode]>([
  [[], 0],
  [[0, 0], 0],
  [[0, 3], 3],
  [[1, 3], 1],
  [[3, 1], 1],
  [[1, 2, 3], 2],
  [[2, 130, 1], 130],
  [[130, 4, 2], 4],
])('of %s it is %s', (codes, worst) => {
  expect(worstCode(codes)).toBe(worst);
});
