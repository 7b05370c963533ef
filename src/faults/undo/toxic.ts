// Undo of a toxic: the one that was added is removed, and looked for afterwards.

import { onServer, orUnknown } from './proxy-server.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

/** data: { apiUrl, proxyName, toxicName, embedded? } */
export const toxicUndo: UndoKind = {
  kind: 'toxic',
  where: 'server',
  async undo(data, _snapshot, limits) {
    await onServer(data, limits, (server) =>
      server.deleteToxic(textOf(data, 'proxyName'), textOf(data, 'toxicName')),
    );
  },
  verify: (data, _snapshot, limits) =>
    orUnknown(
      onServer(data, limits, async (server) => {
        const left = await server.toxic(textOf(data, 'proxyName'), textOf(data, 'toxicName'));
        return left === undefined ? gone : `still there; by hand: ${byHand(data)}`;
      }).then((state) => state ?? gone),
      () => byHand(data),
    ),
};

const byHand = (data: Parameters<UndoKind['undo']>[0]): string =>
  `curl -X DELETE ${textOf(data, 'apiUrl')}/proxies/${textOf(data, 'proxyName')}/toxics/${textOf(data, 'toxicName')}`;
