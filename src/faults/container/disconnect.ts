// The fault `disconnect`: a container loses its networks. Nobody reaches it, it reaches nobody, and its ports are closed.

import { z } from 'zod';
import type { FidelityCheck } from '../../record/schema.ts';
import { check, unmeasured } from '../fidelity.ts';
import { namesOf, networksData, networksOf } from '../undo/container-networks.ts';
import { actOn, needsRunning } from './act.ts';
import { defineContainerFault } from './container-fault.ts';
import type { ContainerSeen } from './container-fault.ts';
import { refuseUnfaithful } from './reconnectable.ts';
import { notUndoable } from './refusal.ts';

const input = z
  .strictObject({
    fault: z.literal('disconnect'),
    with: z
      .strictObject({
        network: z
          .string()
          .min(1, 'the name of a network')
          .optional()
          .describe('The network that it loses, as Docker calls it (`shop_default`); default: all it has.'),
      })
      .optional(),
  })
  .transform(({ with: written }) => ({ kind: 'disconnect' as const, network: written?.network ?? null }));

export const disconnect = defineContainerFault({
  kind: 'disconnect',
  input,
  parameters: ({ network }) => (network === null ? {} : { network }),
  async plan({ network }, id, { docker, state }) {
    needsRunning(state, id);
    const { networkMode } = state;
    if (/^(host|none|container:.*)$/.test(networkMode)) {
      const mode = networkMode.replace(/:.*$/, '');
      throw notUndoable(
        state,
        `has the network mode “${mode}”: it has no network of its own to lose`,
        'take another one',
      );
    }
    const known = Object.keys(state.networks);
    const names = network === null ? known : known.filter((name) => name === network);
    if (names.length === 0) {
      const has = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
      throw notUndoable(
        state,
        network === null ? 'is on no network' : `is not on the network ${network}`,
        has,
      );
    }
    await refuseUnfaithful(docker, state, names);
    const from = names.join(', ');
    return {
      kind: 'container-networks',
      describe: `container ${state.name} disconnected from ${from} (fault ${id})`,
      data: networksData(docker, state, names),
    };
  },
  apply: (_spec, intent) =>
    actOn(
      intent,
      async (engine, id) => {
        const now = await engine.inspect(id);
        for (const { name } of networksOf(intent.data)) {
          // Docker calls it an error to leave a network that one is not on.
          if (now?.networks[name] !== undefined) await engine.disconnect(id, name);
        }
      },
      ({ networks }) => namesOf(intent.data).every((name) => networks[name] === undefined),
    ),
  undoInWords: ({ network }, on) =>
    `connect ${on} to ${network ?? 'its networks'} again, with the same addresses, names and ports, and read that back`,
  judge: (spec, seen) => [away(spec.network, seen)],
  lastsUntilCleared: true,
  // Whoever starts it again looks for the ports that it published before.
  notBeside: ['disconnect', 'kill', 'restart', 'stop'],
});

function away(network: string | null, { before, during }: ContainerSeen): FidelityCheck {
  const names = network === null ? Object.keys(before.networks) : [network];
  const [name, asked] = ['networks', `not on ${names.join(', ')}`];
  if (during === null) return unmeasured(name, asked, 'Docker did not say');
  const still = names.filter((candidate) => during.networks[candidate] !== undefined);
  return check(name, asked, still.length === 0 ? asked : `on ${still.join(', ')}`, still.length === 0);
}
