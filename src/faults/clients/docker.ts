// The port over a Docker engine, driven through dockerode: every call limited in time, every answer validated.

import type Docker from 'dockerode';
import { z } from 'zod';
import { dockerCalls } from './docker-call.ts';
import type { DockerCalls } from './docker-call.ts';
import { isNotFound } from './docker-errors.ts';
import { watchEvents } from './docker-events.ts';
import { runExec } from './docker-exec.ts';
import type { DockerAddress, DockerPort } from './docker-port.ts';
import { networkState } from './docker-network.ts';
import { containerState } from './docker-state.ts';
import { containerUsage } from './docker-usage.ts';
import type { ContainerLimits } from './docker-state.ts';

const defaultTimeoutMs = 10_000;

const listed = z.array(z.object({ Id: z.string() }));

/** Connects to nothing yet: the first call does. */
export async function connectDocker(
  address: DockerAddress,
  timeoutMs: number = defaultTimeoutMs,
): Promise<DockerPort> {
  const { createClient } = await import('./docker-client.ts'); // heavy, and rarely needed
  const docker: Docker = await createClient(address);
  const calls = dockerCalls(address.host, timeoutMs);
  return {
    ...looking(docker, calls),
    ...running(docker, calls),
    ...changing(docker, calls),
    exec: (id, command, execTimeoutMs) =>
      calls.call(
        'exec',
        (abortSignal) => runExec(docker, id, command, execTimeoutMs, abortSignal),
        execTimeoutMs,
      ),
    events: (of, onEvent, onEnd) =>
      calls.call('events', (abortSignal) => watchEvents(docker, of, onEvent, onEnd, abortSignal)),
  };
}

/** dockerode takes the signal, its types do not know. A call left open would keep the program from ending. */
interface Abortable {
  ping(options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  inspect(options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

const looking = (
  docker: Docker,
  { call, nonsense }: DockerCalls,
): Pick<DockerPort, 'ping' | 'list' | 'inspect' | 'network' | 'usage'> => ({
  async ping() {
    await call('ping', (abortSignal) => (docker as unknown as Abortable).ping({ abortSignal }));
  },
  async list({ labels = [] }) {
    const filters = JSON.stringify({ label: labels });
    const answer = await call('list', (abortSignal) =>
      docker.listContainers({ all: true, filters, abortSignal }),
    );
    const { data } = listed.safeParse(answer);
    if (data === undefined) throw nonsense('list');
    return data.map(({ Id }) => Id);
  },
  async inspect(idOrName) {
    const what = `inspect ${idOrName}`;
    const answer = await call(what, (abortSignal) =>
      docker
        .getContainer(idOrName)
        .inspect({ abortSignal })
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        }),
    );
    if (answer === undefined) return undefined;
    const state = containerState(answer);
    if (state === undefined) throw nonsense(what);
    return state;
  },
  async usage(idOrName) {
    const answer = await call('stats', (abortSignal) => {
      // At once, or at the engine's next reading (Docker 20.10: each second); without `one-shot` at the one after it.
      const asked = { stream: false as const, 'one-shot': true, abortSignal };
      return docker.getContainer(idOrName).stats(asked);
    });
    const usage = containerUsage(answer);
    if (usage === undefined) throw nonsense('stats');
    return usage;
  },
  async network(nameOrId) {
    const what = `inspect network ${nameOrId}`;
    const answer = await call(what, (abortSignal) =>
      (docker.getNetwork(nameOrId) as unknown as Abortable)
        .inspect({ abortSignal })
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        }),
    );
    if (answer === undefined) return undefined;
    const network = networkState(answer);
    if (network === undefined) throw nonsense(what);
    return network;
  },
});

const running = (
  docker: Docker,
  { change }: DockerCalls,
): Pick<DockerPort, 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause'> => ({
  start: (id) => change('start', (abortSignal) => docker.getContainer(id).start({ abortSignal })),
  stop: (id, t) =>
    change('stop', (abortSignal) => docker.getContainer(id).stop({ t, abortSignal }), t * 1_000),
  restart: (id, t) =>
    change('restart', (abortSignal) => docker.getContainer(id).restart({ t, abortSignal }), t * 1_000),
  kill: (id, signal) =>
    change('kill', (abortSignal) => docker.getContainer(id).kill({ signal, abortSignal })),
  pause: (id) => change('pause', (abortSignal) => docker.getContainer(id).pause({ abortSignal })),
  unpause: (id) => change('unpause', (abortSignal) => docker.getContainer(id).unpause({ abortSignal })),
});

const changing = (
  docker: Docker,
  { change }: DockerCalls,
): Pick<DockerPort, 'update' | 'disconnect' | 'connect'> => ({
  // dockerode types what is sent more narrowly than the engine takes it.
  update: (id, limits) =>
    change('update', async (abortSignal) => {
      await docker.getContainer(id).update({ ...asDocker(limits), abortSignal });
    }),
  disconnect: (id, network) =>
    change('disconnect', async (abortSignal) => {
      const body = { Container: id, Force: true, abortSignal };
      await docker.getNetwork(network).disconnect(body);
    }),
  connect: (id, network, endpoint) =>
    change('connect', async (abortSignal) => {
      const body = { Container: id, EndpointConfig: endpoint, abortSignal };
      await docker.getNetwork(network).connect(body);
    }),
});

const dockerNames = {
  nanoCpus: 'NanoCpus',
  cpuQuota: 'CpuQuota',
  cpuPeriod: 'CpuPeriod',
  memoryBytes: 'Memory',
  memorySwapBytes: 'MemorySwap',
  memoryReservationBytes: 'MemoryReservation',
} as const satisfies Record<keyof ContainerLimits, string>;

const asDocker = (limits: Partial<ContainerLimits>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(limits).map(([key, value]) => [dockerNames[key as keyof ContainerLimits], value]),
  );
