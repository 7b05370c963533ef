// Undo of a held process tree: every process of it goes on.

import { resumeTree } from '../../kernel/process-pause.ts';
import { findTree } from '../../kernel/process-tree.ts';
import type { ProcessTree } from '../../kernel/process-tree.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/** data: { token, pid, startTime, processGroup }, all known before acting. */
export const pausedProcessUndo: UndoKind = {
  kind: 'paused-process',
  where: 'local',
  async undo(data) {
    await resumeTree(treeOf(data));
  },
  verify(data) {
    const held = findTree(treeOf(data)).filter(({ stopped }) => stopped);
    const pids = held.map(({ pid }) => pid).join(' ');
    return Promise.resolve(
      held.length === 0 ? gone : `still held: process ${pids}; let it go on by hand (kill -CONT ${pids})`,
    );
  },
};

/** Throws when the entry does not name a process: guessing could hit something that is not ours. */
export function treeOf(data: Data): ProcessTree {
  const { pid, processGroup } = data;
  if (typeof pid !== 'number') throw new Error('the journal entry has no pid');
  return {
    token: textOf(data, 'token'),
    identity: { pid, startTime: textOf(data, 'startTime') },
    processGroup: typeof processGroup === 'number' ? processGroup : null,
  };
}
