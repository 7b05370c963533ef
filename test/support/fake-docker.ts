// A Docker engine that is a list of containers: what is asked of it is written down, nothing is done.

import type { DockerPort } from '../../src/faults/clients/docker-port.ts';
import { containerState } from '../../src/faults/clients/docker-state.ts';
import type { ContainerState } from '../../src/faults/clients/docker-state.ts';
import type { ContainerUsage } from '../../src/faults/clients/docker-usage.ts';

/** A running container as Docker tells of it, then what is different about it. `name` decides its id. */
export function fakeContainer(name: string, differing: Partial<ContainerState> = {}): ContainerState {
  const id = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
  const state = containerState({
    Id: id,
    Name: `/${name}`,
    State: {
      Status: 'running',
      Pid: 4_711,
      StartedAt: '2026-01-01T00:00:00Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Labels: differing.labels ?? {} },
    HostConfig: {},
    NetworkSettings: { Networks: {} },
  });
  if (state === undefined) throw new Error('this is not what Docker tells');
  return { ...state, ...differing };
}

export const composed = (project: string, service: string): Record<string, string> => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
});

/** What a running container uses, read at this moment, then what is different about it. */
export const fakeUsage = (differing: Partial<ContainerUsage> = {}): ContainerUsage => ({
  ...{ readAtUnixMicros: Date.now() * 1_000, cpuMicros: 0, onlineCores: 4, throttledPeriods: 0 },
  ...{ memoryBytes: 50_000_000, memoryLimitBytes: 8_000_000_000 },
  ...{ receivedBytes: 1_000, sentBytes: 2_000, processes: 3 },
  ...differing,
});

/** Looking only: whatever would change something rejects. */
export function fakeDocker(containers: readonly ContainerState[]): DockerPort {
  const refuse = (): Promise<never> => Promise.reject(new Error('a guard has let something be changed'));
  const holds = ({ labels }: ContainerState, wanted: string): boolean => {
    const [key = '', value] = wanted.split('=');
    return value === undefined ? key in labels : labels[key] === value;
  };
  return {
    ping: () => Promise.resolve(),
    list: ({ labels = [] }) =>
      Promise.resolve(
        containers
          .filter((container) => labels.every((label) => holds(container, label)))
          .map(({ id }) => id),
      ),
    inspect: (wanted) => Promise.resolve(containers.find(({ id, name }) => id === wanted || name === wanted)),
    network: () => Promise.resolve(undefined),
    ...{ start: refuse, stop: refuse, restart: refuse, kill: refuse, pause: refuse, unpause: refuse },
    ...{ update: refuse, disconnect: refuse, connect: refuse, exec: refuse, usage: refuse, events: refuse },
  };
}
