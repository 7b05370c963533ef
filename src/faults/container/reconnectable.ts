// Before a container is taken out of a network: could Docker put it back as it was?

import { connectDocker } from '../clients/docker.ts';
import { hasLowerAddressFree } from '../clients/docker-network.ts';
import type { NetworkState } from '../clients/docker-network.ts';
import type { DockerAddress } from '../clients/docker-port.ts';
import type { ContainerState, Endpoint } from '../clients/docker-state.ts';
import { notUndoable } from './refusal.ts';

/** Throws a MettleError (exit code 2) for the first of these networks that it could not be put back into as it was. */
export async function refuseUnfaithful(
  address: DockerAddress,
  state: ContainerState,
  names: readonly string[],
): Promise<void> {
  const engine = await connectDocker(address);
  const networks: NetworkState[] = [];
  for (const name of names) {
    const endpoint = state.networks[name];
    const network = await engine.network(endpoint?.NetworkID === '' ? name : (endpoint?.NetworkID ?? name));
    if (endpoint === undefined || network === undefined) {
      throw notUndoable(
        state,
        `is on ${name}, which Docker does not know any more`,
        'look at it: docker network ls',
      );
    }
    refuseLostAddress(state, endpoint, network);
    networks.push(network);
  }
  if (names.includes('bridge') && state.bridgeLinks.length > 0) {
    throw notUndoable(
      state,
      'has links on the default bridge, which Docker makes only when it starts',
      'use a network of your own',
    );
  }
  // Docker publishes ports through one of the networks that are not internal, and does not say which.
  const [port] = state.portsChosenByDocker;
  if (port !== undefined && !networks.every(({ internal }) => internal)) {
    throw notUndoable(
      state,
      `publishes ${port} on a port that Docker picks, and would have another one afterwards`,
      'publish it on a fixed port: `127.0.0.1:8080:80`',
    );
  }
}

/** An address that was asked for can be asked for again; another comes again only when no lower one is free. */
function refuseLostAddress(state: ContainerState, endpoint: Endpoint, network: NetworkState): void {
  const { IPAddress: address } = endpoint;
  const asked = endpoint.IPAMConfig?.IPv4Address ?? '';
  if (asked !== '' || address == null || !/^\d+(\.\d+){3}$/.test(address)) return;
  if (!hasLowerAddressFree(network, address)) return;
  throw notUndoable(
    state,
    `has ${address} on ${network.name}, where a lower address is free: Docker would give it that one afterwards`,
    'give it a fixed address (`ipv4_address:` in Compose, `--ip`) on a network with a subnet of your own, or restart the containers on it',
  );
}
