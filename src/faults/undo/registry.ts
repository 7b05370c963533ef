// Every kind of undo that a journal may name. A new one: one file beside this, one line here.

import { directoryUndo } from './directory.ts';
import { linkEnabledUndo } from './link-enabled.ts';
import { pausedProcessUndo } from './paused-process.ts';
import { processUndo } from './process.ts';
import { proxyUndo } from './proxy.ts';
import { schemaUndo } from './schema.ts';
import { toxicUndo } from './toxic.ts';
import type { UndoKind } from './undo-kind.ts';

export const undoKinds: readonly UndoKind[] = [
  processUndo,
  pausedProcessUndo,
  directoryUndo,
  proxyUndo,
  toxicUndo,
  linkEnabledUndo,
  schemaUndo,
] as const;
