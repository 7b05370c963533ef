// Undo of a paused container: it goes on.

import { lookAtContainer, onContainer } from './container.ts';
import type { UndoKind } from './undo-kind.ts';

/** data: what `containerData` gives. */
export const containerPausedUndo: UndoKind = {
  kind: 'container-paused',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    await onContainer(data, limits, async (docker, { id, status }) => {
      if (status === 'paused') await docker.unpause(id);
    });
  },
  verify: (data, _snapshot, limits) =>
    lookAtContainer(data, limits, ({ name, status }) =>
      status === 'paused' ? `still paused; by hand: docker unpause ${name}` : null,
    ),
};
