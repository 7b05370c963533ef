// Undo of a process that was ended on purpose: nothing. Only Mettle itself starts it again; whoever else undoes, ends.

import { gone } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

/**
 * data: { name }. The process tree is Mettle's own and has an entry of its own (`process`), which ends what is left of
 * it. The entry is there so that people who find the journal see what was going on.
 */
export const endedProcessUndo: UndoKind = {
  kind: 'ended-process',
  where: 'local',
  undo: () => Promise.resolve(),
  verify: () => Promise.resolve(gone),
};
