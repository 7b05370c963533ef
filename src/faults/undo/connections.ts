// Undo of a storm of connections: they are sockets of one process, so that process closes them, or its end does.

import { isAlive } from '../../kernel/process-table.ts';
import { closeStorm, openSockets } from '../network/open-storms.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/** data: { storm, pid, startTime } of the process that holds them, { host, port } they lead to. */
export const connectionsUndo: UndoKind = {
  kind: 'connections',
  where: 'local',
  async undo(data) {
    await closeStorm(textOf(data, 'storm'));
  },
  verify(data) {
    const pid = ownerOf(data);
    const own = pid === process.pid;
    if (!own && !isAlive({ pid, startTime: textOf(data, 'startTime') })) return Promise.resolve(gone);
    const left = own ? openSockets(textOf(data, 'storm')) : null;
    return Promise.resolve(left === 0 ? gone : stillOpen(pid, left));
  },
};

function ownerOf({ pid }: Data): number {
  if (typeof pid !== 'number') throw new Error('the journal entry has no pid');
  return pid;
}

const stillOpen = (pid: number, count: number | null): string =>
  count === null
    ? `still held by process ${pid}, which is still running; they end with it (kill ${pid})`
    : `${count} connections are still open; they end with this process`;
