// Holding a whole process tree still, and letting it go on: what SIGSTOP and SIGCONT do, read back.

import { setTimeout as wait } from 'node:timers/promises';
import { signalProcess } from './process-signal.ts';
import type { ProcessTree } from './process-tree.ts';
import { findTree } from './process-tree.ts';

const pollMs = 10;
const withinMs = 2_000;

/**
 * Stops every process of the tree, those it starts meanwhile included. Resolves with how many are held once the system
 * says that all are; throws when there is none, or some still runs after two seconds.
 */
export async function pauseTree(tree: ProcessTree): Promise<number> {
  return await signalUntil(tree, 'SIGSTOP', (stopped) => stopped, 'held');
}

/** Lets every process of the tree go on that is held. Resolves when none is held any more, also when there is none. */
export async function resumeTree(tree: ProcessTree): Promise<void> {
  if (findTree(tree).length > 0) await signalUntil(tree, 'SIGCONT', (stopped) => !stopped, 'running');
}

async function signalUntil(
  tree: ProcessTree,
  signal: 'SIGSTOP' | 'SIGCONT',
  isReached: (stopped: boolean) => boolean,
  state: string,
): Promise<number> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = findTree(tree);
    const others = found.filter(({ stopped }) => !isReached(stopped));
    if (others.length === 0) {
      if (found.length === 0 && signal === 'SIGSTOP') throw new Error('no process of it is running');
      return found.length;
    }
    if (Date.now() > deadline) {
      throw new Error(`not ${state}: process ${others.map(({ pid }) => pid).join(', ')}`);
    }
    for (const process of others) signalProcess(process, signal);
    await wait(pollMs);
  }
}
