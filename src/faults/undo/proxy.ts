// Undo of a proxy that Mettle made on a real Toxiproxy server: that one proxy is deleted, nothing else is touched.

import { onServer, orUnknown } from './proxy-server.ts';
import { gone, textOf } from './undo-kind.ts';
import type { UndoKind } from './undo-kind.ts';

/** data: { apiUrl, proxyName, embedded? }; only names that Mettle gives (`mettle_…`). */
export const proxyUndo: UndoKind = {
  kind: 'proxy',
  where: 'server',
  async undo(data, _snapshot, limits) {
    await onServer(data, limits, (server) => server.deleteProxy(ourName(data)));
  },
  verify: (data, _snapshot, limits) =>
    orUnknown(
      onServer(data, limits, async (server) => {
        const left = await server.proxy(ourName(data));
        return left === undefined ? gone : `still there; by hand: ${byHand(data)}`;
      }).then((state) => state ?? gone),
      () => byHand(data),
    ),
};

function ourName(data: Parameters<UndoKind['undo']>[0]): string {
  const name = textOf(data, 'proxyName');
  if (!name.startsWith('mettle_')) throw new Error(`the proxy ${name} is not one that Mettle made`);
  return name;
}

const byHand = (data: Parameters<UndoKind['undo']>[0]): string =>
  `curl -X DELETE ${textOf(data, 'apiUrl')}/proxies/${textOf(data, 'proxyName')}`;
