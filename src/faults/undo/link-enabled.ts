// Undo of a link that was switched off (the fault `down`): it is switched on again; a deleted proxy needs nothing.

import { onServer, orUnknown } from './proxy-server.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

/** data: { apiUrl, proxyName, embedded? } */
export const linkEnabledUndo: UndoKind = {
  kind: 'link-enabled',
  where: 'server',
  async undo(data, _snapshot, limits) {
    await onServer(data, limits, async (server) => {
      const name = textOf(data, 'proxyName');
      const found = await server.proxy(name);
      if (found?.enabled === false) await server.updateProxy(name, { enabled: true });
    });
  },
  verify: (data, _snapshot, limits) =>
    orUnknown(
      onServer(data, limits, async (server) => {
        const found = await server.proxy(textOf(data, 'proxyName'));
        return found?.enabled === false ? `still switched off; by hand: ${byHand(data)}` : gone;
      }).then((state) => state ?? gone),
      () => byHand(data),
    ),
};

const byHand = (data: Parameters<UndoKind['undo']>[0]): string =>
  `curl -d '{"enabled":true}' ${textOf(data, 'apiUrl')}/proxies/${textOf(data, 'proxyName')}`;
