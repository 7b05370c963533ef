// The fault `down`: the link is switched off; open connections close, new ones fail.
//
// A real Toxiproxy closes its port meanwhile, so attempts are refused by the system, unseen, and the port may be taken by
// someone else before it is wanted back. The embedded proxy keeps its port and resets every attempt: each is counted, and
// the undo cannot fail. Clients see ECONNRESET instead of ECONNREFUSED.

import { z } from 'zod';
import { connectToxiproxy } from '../clients/toxiproxy.ts';
import { nothing, unmeasured } from '../fidelity.ts';
import { textOf } from '../undo/undo-kind.ts';
import { defineFault, notTaken, serverOf, ttlOf } from './network-fault.ts';

const input = z
  .strictObject({ fault: z.literal('down'), with: z.strictObject({}).optional() })
  .transform(() => ({ kind: 'down' as const }));

export const down = defineFault({
  kind: 'down',
  input,
  parameters: () => ({}),
  plan: (_spec, id, link) => ({
    kind: 'link-enabled',
    describe: `${link.name} switched off (fault ${id})`,
    // How somebody else's proxy is down is their setting, and stays it.
    data: { ...serverOf(link), keepPort: link.embedded && link.makerToken === undefined },
  }),
  async apply(_spec, intent) {
    const server = connectToxiproxy(textOf(intent.data, 'apiUrl'));
    const name = textOf(intent.data, 'proxyName');
    const keepPort = intent.data.keepPort === true ? { whenDown: 'reset' as const } : {};
    await server.updateProxy(name, { enabled: false, ...ttlOf(intent), ...keepPort });
    if ((await server.proxy(name))?.enabled !== false) throw notTaken(intent.describe);
  },
  judge: (_spec, seen) => [
    seen === null
      ? unmeasured('connections let through', 'none', 'this proxy cannot tell')
      : nothing('connections let through', seen.observation.connections, 'connections'),
  ],
});
