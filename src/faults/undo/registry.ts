// Every kind of undo that a journal may name. A new one: one file beside this, one line here.

import { connectionsUndo } from './connections.ts';
import { containerExecUndo } from './container-exec.ts';
import { containerLimitsUndo } from './container-limits.ts';
import { containerNetworksUndo } from './container-networks.ts';
import { containerPausedUndo } from './container-paused.ts';
import { containerRunningUndo } from './container-running.ts';
import { directoryUndo } from './directory.ts';
import { endedProcessUndo } from './ended-process.ts';
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
  endedProcessUndo,
  directoryUndo,
  proxyUndo,
  toxicUndo,
  linkEnabledUndo,
  connectionsUndo,
  schemaUndo,
  containerPausedUndo,
  containerRunningUndo,
  containerNetworksUndo,
  containerLimitsUndo,
  containerExecUndo,
] as const;
