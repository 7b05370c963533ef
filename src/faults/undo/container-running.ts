// Undo of a container that was ended: it runs again, under the same published ports.

import { MettleError } from '../../kernel/errors.ts';
import { dockerErrors } from '../clients/docker-errors.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import { lookAtContainer, onContainer } from './container.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

/** data: what `containerData` gives, and `ports`: as they were. It was running, else nothing would have been begun. */
export const containerRunningUndo: UndoKind = {
  kind: 'container-running',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    await onContainer(data, limits, async (docker, { id, status }) => {
      if (status === 'paused') await docker.unpause(id);
      // `restarting`: its own policy is about to start it, and may be waiting; a start now does no harm.
      else if (status !== 'running') await docker.start(id).catch(unlessLate);
    });
  },
  verify: (data, _snapshot, limits) => lookAtContainer(data, limits, (state) => leftOf(state, data)),
};

function leftOf({ name, status, ports }: ContainerState, data: Data): string | null {
  if (status !== 'running') return `it does not run (${status}); by hand: docker start ${name}`;
  const before = Array.isArray(data.ports) ? data.ports.filter((port) => typeof port === 'string') : [];
  const lost = before.filter((port) => !ports.includes(port));
  if (lost.length === 0) return null;
  const now = ports.length === 0 ? 'none' : ports.join(', ');
  return `it runs, but without its published ports ${lost.join(', ')} (now: ${now}); by hand: docker restart ${name}`;
}

/** Starting may take longer than one call may: it goes on all the same, and the next look tells. */
function unlessLate(error: unknown): void {
  if (!(error instanceof MettleError) || error.code !== dockerErrors.timeout) throw error;
}
