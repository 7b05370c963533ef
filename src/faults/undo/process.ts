// Undo of a started process: its whole tree ends, found by pid and start time, by group, and by the token it carries.

import { findTree, stopTree } from '../../kernel/process-tree.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

const gentleSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const;

/**
 * data: { token, signals? } (signals tried before SIGKILL, default SIGTERM);
 * snapshot: { pid, startTime, processGroup? }.
 */
export const processUndo: UndoKind = {
  kind: 'process',
  where: 'local',
  async undo(data, snapshot, limits) {
    await stopTree({ ...treeOf(data, snapshot), graceMs: limits.graceMs, signals: signalsOf(data) });
  },
  verify(data, snapshot) {
    const left = findTree(treeOf(data, snapshot));
    const pids = left.map((process) => process.pid).join(', ');
    return Promise.resolve(
      left.length === 0 ? gone : `still running: process ${pids}; end it by hand (kill -9)`,
    );
  },
};

function treeOf(data: Data, snapshot: Data | null): Parameters<typeof findTree>[0] {
  const { pid, startTime, processGroup } = snapshot ?? {};
  const known = typeof pid === 'number' && typeof startTime === 'string';
  return {
    token: textOf(data, 'token'),
    identity: known ? { pid, startTime } : null,
    processGroup: typeof processGroup === 'number' ? processGroup : null,
  };
}

function signalsOf(data: Data): NodeJS.Signals[] {
  const asked = Array.isArray(data.signals) ? data.signals : ['SIGTERM'];
  return gentleSignals
    .filter((signal) => asked.includes(signal))
    .sort((a, b) => asked.indexOf(a) - asked.indexOf(b));
}
