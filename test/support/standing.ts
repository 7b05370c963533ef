// A standing process for tests of faults on a process that no system under test has started.

import type { StandingProcess } from '../../src/kernel/ports.ts';
import type { ProcessTree } from '../../src/kernel/process-tree.ts';

/** Stands for `tree`, and cannot be started again. */
export const standingFor = (tree: ProcessTree): StandingProcess => ({
  tree,
  endSignals: ['SIGTERM'],
  expectEnd: () => undefined,
  answers: () => Promise.resolve(true),
  startAgain: () => Promise.reject(new Error('there is no more of it')),
});
