// Undo of a container taken out of its networks: back with the same addresses, names, links and ports, read back.

import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { messageOf } from '../../kernel/errors.ts';
import { hasLowerAddressFree } from '../clients/docker-network.ts';
import type { DockerAddress, DockerPort, EndpointConfig } from '../clients/docker-port.ts';
import type { ContainerState, Endpoint } from '../clients/docker-state.ts';
import { containerData, lookAtContainer, onContainer } from './container.ts';
import type { UndoKind } from './undo-kind.ts';

type Data = Parameters<UndoKind['undo']>[0];

const membership = z.object({
  name: z.string(),
  /** As it was; empty: it had none. */
  ipv4: z.string(),
  ipv6: z.string(),
  mac: z.string(),
  /** As it was asked for, as Docker spells it. */
  ipam: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Without the short id, which Docker adds by itself. */
  aliases: z.array(z.string()),
  links: z.array(z.string()),
  driverOptions: z.record(z.string(), z.string()),
  gatewayPriority: z.number(),
});

type Membership = z.infer<typeof membership>;

/** A container's journal entry with its place in each of these networks. */
export const networksData = (
  docker: DockerAddress,
  state: ContainerState,
  names: readonly string[],
): { readonly [key: string]: Json } => ({
  ...containerData(docker, state),
  ports: state.ports,
  networks: names.flatMap((name) => {
    const endpoint = state.networks[name];
    return endpoint === undefined ? [] : [membershipOf(name, endpoint, state.id)];
  }),
});

/** Throws when the journal entry does not hold them. */
export const networksOf = (data: Data): Membership[] => z.array(membership).parse(data.networks);

export const namesOf = (data: Data): string[] => networksOf(data).map(({ name }) => name);

function membershipOf(name: string, endpoint: Endpoint, id: string): Membership {
  const { IPv4Address: ipv4, IPv6Address: ipv6, LinkLocalIPs: linkLocal } = endpoint.IPAMConfig ?? {};
  return {
    name,
    ipv4: endpoint.IPAddress ?? '',
    ipv6: endpoint.GlobalIPv6Address ?? '',
    mac: endpoint.MacAddress ?? '',
    ipam: {
      ...(ipv4 == null || ipv4 === '' ? {} : { IPv4Address: ipv4 }),
      ...(ipv6 == null || ipv6 === '' ? {} : { IPv6Address: ipv6 }),
      ...(linkLocal == null || linkLocal.length === 0 ? {} : { LinkLocalIPs: linkLocal }),
    },
    aliases: named(endpoint, id),
    links: [...(endpoint.Links ?? [])].sort(),
    driverOptions: endpoint.DriverOpts ?? {},
    gatewayPriority: endpoint.GwPriority ?? 0,
  };
}

const named = ({ Aliases: aliases }: Endpoint, id: string): string[] =>
  [...new Set(aliases ?? [])].filter((alias) => alias !== id.slice(0, 12)).sort();

/** What Docker is asked for; the default bridge takes none of what is empty here. */
const endpointConfig = (place: Membership, ipam: Membership['ipam']): EndpointConfig => ({
  ...(Object.keys(ipam).length === 0 ? {} : { IPAMConfig: ipam }),
  ...(place.aliases.length === 0 ? {} : { Aliases: place.aliases }),
  ...(place.links.length === 0 ? {} : { Links: place.links }),
  ...(Object.keys(place.driverOptions).length === 0 ? {} : { DriverOpts: place.driverOptions }),
  ...(place.gatewayPriority === 0 ? {} : { GwPriority: place.gatewayPriority }),
  ...(place.mac === '' ? {} : { MacAddress: place.mac }),
});

/** What differs from before, or null. One that does not run has its addresses only when it is started. */
function difference(place: Membership, { id, status, networks }: ContainerState): string | null {
  const now = networks[place.name];
  if (now === undefined) return `not on ${place.name}`;
  const is = membershipOf(place.name, now, id);
  const lists = (['aliases', 'links'] as const).find((key) => is[key].join() !== place[key].join());
  if (lists !== undefined) return `on ${place.name} with other ${lists} (${is[lists].join(', ') || 'none'})`;
  if (status !== 'running' && status !== 'paused') return null;
  const address = (['ipv4', 'ipv6', 'mac'] as const).find((key) => is[key] !== place[key]);
  if (address === undefined) return null;
  return `on ${place.name} with another address (${is[address]} instead of ${place[address]})`;
}

function byHand({ name, aliases, ipv4 }: Membership, container: string): string {
  const named = aliases.map((alias) => `--alias ${alias} `).join('');
  const addressed = name === 'bridge' || ipv4 === '' ? '' : `--ip ${ipv4} `;
  return `docker network connect ${addressed}${named}${name} ${container}`;
}

function left(data: Data, state: ContainerState): string | null {
  const places = networksOf(data);
  const wrong = places.find((place) => difference(place, state) !== null);
  if (wrong !== undefined) {
    const there = state.networks[wrong.name] !== undefined;
    const first = there ? `docker network disconnect ${wrong.name} ${state.name} && ` : '';
    return `${difference(wrong, state) ?? ''}; by hand: ${first}${byHand(wrong, state.name)}`;
  }
  const ports = Array.isArray(data.ports) ? data.ports.join(', ') : '';
  if (state.status !== 'running' || state.ports.join(', ') === ports) return null;
  return `it publishes ${state.ports.join(', ') || 'no port'} instead of ${ports}; by hand: docker restart ${state.name}`;
}

const patienceMs = 1_500;

/** Where Docker gives the lowest free address, others that were there before go first: they are put back meanwhile. */
async function awaitTurn(docker: DockerPort, { name, ipv4 }: Membership): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  while (performance.now() < untilMs) {
    const network = await docker.network(name);
    if (network === undefined || !hasLowerAddressFree(network, ipv4)) return;
    await wait(50);
  }
}

/**
 * Puts it back as it asked to be. Where that yields another address than before, the very address is asked for; networks
 * whose subnet Docker chose refuse that, and then being on it counts for more.
 */
async function putBack(docker: DockerPort, place: Membership, id: string): Promise<void> {
  const asked = endpointConfig(place, place.ipam);
  const wrong = async (): Promise<boolean> => {
    const state = await docker.inspect(id);
    return state !== undefined && difference(place, state) !== null;
  };
  const isAddressOpen = place.ipv4 !== '' && place.ipam['IPv4Address'] === undefined;
  if (isAddressOpen) await awaitTurn(docker, place);
  await docker.connect(id, place.name, asked);
  if (!isAddressOpen || !(await wrong())) return;
  await docker.disconnect(id, place.name);
  const exact = {
    ...place.ipam,
    IPv4Address: place.ipv4,
    ...(place.ipv6 === '' ? {} : { IPv6Address: place.ipv6 }),
  };
  try {
    await docker.connect(id, place.name, endpointConfig(place, exact));
  } catch (error) {
    await docker.connect(id, place.name, asked);
    throw new Error(`${place.name} does not give it its address again: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** data: what `networksData` gives. */
export const containerNetworksUndo: UndoKind = {
  kind: 'container-networks',
  where: 'docker',
  async undo(data, _snapshot, limits) {
    await onContainer(data, limits, async (docker, state) => {
      for (const place of networksOf(data)) {
        if (difference(place, state) === null) continue;
        if (state.networks[place.name] !== undefined) await docker.disconnect(state.id, place.name);
        await putBack(docker, place, state.id);
      }
    });
  },
  verify: (data, _snapshot, limits) => lookAtContainer(data, limits, (state) => left(data, state)),
};
