import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerPort, EndpointConfig } from '../../../src/faults/clients/docker-port.ts';
import { containerState } from '../../../src/faults/clients/docker-state.ts';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { NetworkState } from '../../../src/faults/clients/docker-network.ts';
import { hasLowerAddressFree } from '../../../src/faults/clients/docker-network.ts';
import type { ContainerSeen } from '../../../src/faults/container/container-fault.ts';
import { cpu } from '../../../src/faults/container/cpu.ts';
import { disconnect } from '../../../src/faults/container/disconnect.ts';
import { exec } from '../../../src/faults/container/exec.ts';
import { memory } from '../../../src/faults/container/memory.ts';
import { containerExecUndo } from '../../../src/faults/undo/container-exec.ts';
import { containerLimitsUndo } from '../../../src/faults/undo/container-limits.ts';
import { containerNetworksUndo } from '../../../src/faults/undo/container-networks.ts';
import { fakeContainer, fakeDocker } from '../../support/fake-docker.ts';

let engine: DockerPort;
vi.mock('../../../src/faults/clients/docker.ts', () => ({ connectDocker: () => Promise.resolve(engine) }));

const docker = { host: 'unix:///nowhere', certFolder: null };
const limits = { graceMs: 0, callTimeoutMs: 100 };
const own: NetworkState = {
  ...{ id: 'n1', name: 'shop', driver: 'bridge', internal: false },
  ...{ subnets: [{ subnet: '172.20.0.0/16', gateway: null }], addresses: ['172.20.0.2', '172.20.0.9'] },
};
const chosen: NetworkState = { ...own, subnets: [{ subnet: '172.20.0.0/16', gateway: '172.20.0.1' }] };

interface World {
  state: ContainerState;
  network: NetworkState;
  readonly connected: EndpointConfig[];
  exitCode: number;
}

/** One container that changes as it is asked to, on a network that gives out the address 172.20.0.3. */
function worldOf(differing: Partial<ContainerState>): World {
  const world: World = { state: fakeContainer('db', differing), network: own, connected: [], exitCode: 0 };
  engine = {
    ...fakeDocker([]),
    inspect: () => Promise.resolve(world.state),
    network: () => Promise.resolve(world.network),
    exec: () => Promise.resolve({ exitCode: world.exitCode, output: 'token=abc no luck' }),
    start: () => Promise.resolve(void (world.state = { ...world.state, status: 'running' })),
    update: (_id, asked) =>
      Promise.resolve(void (world.state = { ...world.state, limits: { ...world.state.limits, ...asked } })),
    disconnect: (_id, network) => {
      const { [network]: _gone, ...networks } = world.state.networks;
      world.state = { ...world.state, networks };
      return Promise.resolve();
    },
    connect: (_id, network, endpoint) => {
      world.connected.push(endpoint);
      const ipam = endpoint['IPAMConfig'] as { IPv4Address?: string } | undefined;
      const aliases = (endpoint['Aliases'] ?? []) as string[];
      const joined = {
        ...{ NetworkID: 'n1', IPAddress: ipam?.IPv4Address ?? '172.20.0.3', MacAddress: '02:42' },
        ...{ IPAMConfig: ipam ?? null, Aliases: [...aliases, world.state.id.slice(0, 12)] },
      };
      world.state = { ...world.state, networks: { ...world.state.networks, [network]: joined } };
      return Promise.resolve();
    },
  };
  return world;
}

const none = {
  ...{ nanoCpus: 0, cpuQuota: 0, cpuPeriod: 0 },
  ...{ memoryBytes: 0, memorySwapBytes: 0, memoryReservationBytes: 0 },
};
const mebi = 2 ** 20;

function seenOf(before: ContainerState, differing: Partial<ContainerSeen>): ContainerSeen {
  return {
    ...{ before, during: before, after: before },
    ...{ cpuMicros: null, throttledPeriods: null, memoryBytes: null, measuredMicros: 10_000_000 },
    ...differing,
  };
}

const statuses = (checks: readonly { readonly status: string }[]): string[] =>
  checks.map(({ status }) => status);

describe('cpu', () => {
  const spec = { kind: 'cpu', cores: 0.5 } as const;

  it.each([
    ['no limit', none, { cpuQuota: 50_000 }, { cpuQuota: -1 }],
    ['a share', { ...none, nanoCpus: 1.5e9 }, { nanoCpus: 0.5e9 }, { nanoCpus: 1.5e9 }],
    ['a quota', { ...none, cpuQuota: 70_000 }, { cpuQuota: 50_000 }, { cpuQuota: 70_000 }],
    [
      'a quota of a period',
      { ...none, cpuQuota: 70_000, cpuPeriod: 50_000 },
      { cpuQuota: 25_000 },
      { cpuQuota: 70_000 },
    ],
  ])('changes %s in the way that it is written, and back', async (_what, before, set, undo) => {
    const world = worldOf({ limits: before });
    const intent = await cpu.plan(spec, 'f', { docker, state: world.state });
    expect(intent.data).toMatchObject({ set, undo });
    await cpu.apply(spec, intent);
    expect(world.state.limits).toEqual({ ...before, ...set });
    expect(await containerLimitsUndo.verify(intent.data, {}, limits)).toMatch(
      /by hand: docker update --cpu.* db$/,
    );
    await containerLimitsUndo.undo(intent.data, {}, limits);
    expect(await containerLimitsUndo.verify(intent.data, {}, limits)).toBe('gone');
    await containerLimitsUndo.undo(intent.data, {}, limits);
    expect(world.state.limits).toEqual({ ...before, ...undo });
  });

  it.each([
    ['more than it has', { ...none, nanoCpus: 0.4e9 }, /has only 0.4 cores already/],
    ['two settings', { ...none, nanoCpus: 0.9e9, cpuQuota: -1 }, /which of the two holds/],
    [
      'less than a period holds',
      { ...none, cpuQuota: 1_500, cpuPeriod: 1_000 },
      /less than the kernel grants/,
    ],
  ])('is refused before acting: %s', (_what, before, message) => {
    const state = fakeContainer('db', { limits: before });
    expect(() => cpu.plan(spec, 'f', { docker, state })).toThrow(message);
  });

  it('is judged by the processor time used, and by whether more was wanted', () => {
    const state = fakeContainer('db', { limits: { ...none, nanoCpus: 0.5e9 } });
    const of = (cpuMicros: number | null, throttledPeriods = 0): string[] =>
      statuses(cpu.judge(spec, seenOf(state, { cpuMicros, throttledPeriods })));
    expect(of(4_900_000)).toEqual(['within', 'within']);
    expect(of(5_600_000)).toEqual(['within', 'outside']);
    expect(of(1_000_000)).toEqual(['within', 'not binding']);
    expect(of(1_000_000, 30)).toEqual(['within', 'within']);
    expect(of(null)).toEqual(['within', 'unmeasured']);
    const during = { ...state, limits: none };
    expect(statuses(cpu.judge(spec, seenOf(state, { during })))[0]).toBe('outside');
    const anew = { ...state, startedAt: 'later' };
    expect(statuses(cpu.judge(spec, seenOf(state, { during: anew, cpuMicros: 1 })))[1]).toBe('unmeasured');
  });
});

describe('cpu over a short time', () => {
  const spec = { kind: 'cpu', cores: 0.5 } as const;
  const state = fakeContainer('db', { limits: { ...none, nanoCpus: 0.5e9 } });
  const of = (measuredMicros: number | null, cpuMicros: number): string | undefined =>
    statuses(cpu.judge(spec, seenOf(state, { measuredMicros, cpuMicros })))[1];

  it('may have what one period grants besides, and no more', () => {
    expect(of(400_000, 245_000)).toBe('within');
    expect(of(400_000, 255_000)).toBe('outside');
    expect(of(4_000_000, 2_245_000)).toBe('outside');
  });

  it('is unmeasured where nobody knows how long', () => {
    expect([of(null, 1), of(0, 1)]).toEqual(['unmeasured', 'unmeasured']);
  });
});

describe('memory', () => {
  const spec = { kind: 'memory', limitBytes: 64 * mebi } as const;

  it.each([
    ['swap of its own', 512, { memoryBytes: 64 * mebi, memorySwapBytes: 320 * mebi }],
    ['no swap', 256, { memoryBytes: 64 * mebi, memorySwapBytes: 64 * mebi }],
    ['all swap', -1 / mebi, { memoryBytes: 64 * mebi, memorySwapBytes: -1 }],
    ['swap not counted', 0, { memoryBytes: 64 * mebi }],
  ])('with %s changes both limits together, and back', async (_what, swapMebi, set) => {
    const before = { ...none, memoryBytes: 256 * mebi, memorySwapBytes: swapMebi * mebi };
    const world = worldOf({ limits: before });
    const intent = await memory.plan(spec, 'f', { docker, state: world.state });
    expect(intent.data['set']).toEqual(set);
    await memory.apply(spec, intent);
    // It ended for lack of memory, and nothing starts it again: the undo does.
    world.state = { ...world.state, status: 'exited', oomKilled: true };
    await containerLimitsUndo.undo(intent.data, {}, limits);
    expect(await containerLimitsUndo.verify(intent.data, {}, limits)).toBe('gone');
    expect(world.state).toMatchObject({ status: 'running', limits: before });
  });

  it.each([
    ['no limit to go back to', {}, /has no memory limit/],
    ['not less', { limits: { ...none, memoryBytes: 64 * mebi } }, /has only 64MiB already/],
    [
      'one that vanishes',
      { limits: { ...none, memoryBytes: 128 * mebi }, autoRemove: true },
      /is removed when it ends/,
    ],
    ['one that does not run', { status: 'exited' as const }, /is exited/],
  ])('is refused before acting: %s', (_what, differing, message) => {
    const state = fakeContainer('db', differing);
    expect(() => memory.plan(spec, 'f', { docker, state })).toThrow(message);
  });

  it('is judged by what was in use, and by who ran out of it', () => {
    const state = fakeContainer('db', { limits: { ...none, memoryBytes: 64 * mebi } });
    const of = (differing: Partial<ContainerSeen>): string | undefined =>
      statuses(memory.judge(spec, seenOf(state, differing)))[1];
    expect(of({ memoryBytes: 60 * mebi })).toBe('within');
    expect(of({ memoryBytes: 20 * mebi })).toBe('not binding');
    expect(of({ memoryBytes: 80 * mebi })).toBe('outside');
    expect(of({})).toBe('unmeasured');
    expect(of({ during: { ...state, status: 'exited', oomKilled: true } })).toBe('within');
    // An old mark of Docker’s says nothing of this fault.
    const old = { ...state, oomKilled: true };
    expect(of({ before: old, during: old, memoryBytes: mebi })).toBe('not binding');
    // Started by its policy, and Docker has taken the mark off: what is in use now is another process’s.
    const anew = { ...state, startedAt: 'later' };
    expect(of({ during: anew, memoryBytes: mebi })).toBe('unmeasured');
    expect(of({ during: { ...anew, oomKilled: true }, memoryBytes: mebi })).toBe('within');
  });
});

describe('disconnect', () => {
  const spec = { kind: 'disconnect', network: null } as const;
  const joined = {
    ...{ NetworkID: 'n1', IPAddress: '172.20.0.9', MacAddress: '02:42', IPAMConfig: null },
    Aliases: ['web', fakeContainer('db').id.slice(0, 12)],
  };

  it('asks for the very address only where Docker gives another one', async () => {
    const world = worldOf({ networks: { shop: joined } });
    const intent = await disconnect.plan(spec, 'f', { docker, state: world.state });
    await disconnect.apply(spec, intent);
    expect(world.state.networks).toEqual({});
    expect(await containerNetworksUndo.verify(intent.data, {}, limits)).toBe(
      'not on shop; by hand: docker network connect --ip 172.20.0.9 --alias web shop db',
    );
    await containerNetworksUndo.undo(intent.data, {}, limits);
    expect(world.connected.map((endpoint) => endpoint['IPAMConfig'])).toEqual([
      undefined,
      { IPv4Address: '172.20.0.9' },
    ]);
    expect(await containerNetworksUndo.verify(intent.data, {}, limits)).toBe('gone');
  });

  it('is not undone as long as an address or a name differs', async () => {
    const world = worldOf({ networks: { shop: { ...joined, IPAMConfig: { IPv4Address: '172.20.0.9' } } } });
    const intent = await disconnect.plan(spec, 'f', { docker, state: world.state });
    const look = (differing: object): Promise<string> => {
      world.state = { ...world.state, networks: { shop: { ...joined, ...differing } } };
      return containerNetworksUndo.verify(intent.data, {}, limits);
    };
    expect(await look({ IPAddress: '172.20.0.4' })).toMatch(
      /another address \(172.20.0.4 instead of 172.20.0.9\)/,
    );
    expect(await look({ Aliases: [] })).toMatch(/other aliases \(none\); by hand: docker network disconnect/);
    expect(await look({})).toBe('gone');
  });

  it.each([
    ['the machine’s own network', { networkMode: 'host' }, own, /network mode “host”/],
    ['the network of another container', { networkMode: 'container:abc' }, own, /network mode “container”/],
    ['no network', { networks: {} }, own, /is on no network/],
    [
      'a port that Docker picks',
      { portsChosenByDocker: ['80/tcp'] },
      own,
      /80\/tcp on a port that Docker picks/,
    ],
    ['an address that would be another', {}, chosen, /a lower address is free/],
  ])('is refused before acting: %s', async (_what, differing, network, message) => {
    const world = worldOf({ networks: { shop: joined }, ...differing });
    world.network = network;
    await expect(
      Promise.resolve().then(() => disconnect.plan(spec, 'f', { docker, state: world.state })),
    ).rejects.toThrow(message);
  });

  it('knows whether a lower address is free', () => {
    const full = { ...chosen, addresses: ['172.20.0.2', '172.20.0.3'] };
    expect(hasLowerAddressFree(full, '172.20.0.3')).toBe(false);
    expect(hasLowerAddressFree({ ...full, addresses: ['172.20.0.3'] }, '172.20.0.3')).toBe(true);
    expect(hasLowerAddressFree(own, '172.20.0.9')).toBe(false);
  });
});

describe('exec', () => {
  const spec = { kind: 'exec', command: ['a'], undo: ['b', 'c'], check: null, timeoutMs: 50 } as const;

  it('is undone when its undo has just exited with 0, and unknown before', async () => {
    const world = worldOf({});
    const intent = await exec.plan({ ...spec, command: ['a'], undo: ['b', 'c'] }, 'f', {
      docker,
      state: world.state,
    });
    const verify = (): Promise<string> => containerExecUndo.verify(intent.data, {}, limits);
    expect(await verify()).toMatch(/^not known/);
    world.exitCode = 3;
    await expect(containerExecUndo.undo(intent.data, {}, limits)).rejects.toThrow(
      /\["b","c"\] exited with 3: token=\[redacted\] no luck; by hand: docker exec db b c/,
    );
    expect(await verify()).toMatch(/^not known/);
    world.exitCode = 0;
    await containerExecUndo.undo(intent.data, {}, limits);
    expect(await verify()).toBe('gone');
  });

  it('is outside when the container did not run on: a new start may have ended what it did', () => {
    const state = fakeContainer('db');
    const of = (differing: Partial<ContainerSeen>): unknown =>
      exec.judge({ ...spec, command: ['a'], undo: ['b'] }, seenOf(state, differing))[0];
    const anew = { ...state, startedAt: 'later' };
    expect(of({})).toMatchObject({ status: 'within' });
    expect(of({ during: anew, after: anew })).toEqual({
      ...{ name: 'container', asked: 'running until cleared, without a new start' },
      ...{ happened: 'started anew meanwhile', status: 'outside' },
    });
    expect(of({ during: { ...state, status: 'paused' } })).toMatchObject({
      ...{ happened: 'paused when it was cleared', status: 'outside' },
    });
    // Not looked at before its undo: then by how it was after it.
    expect(of({ during: null, after: anew })).toMatchObject({ status: 'outside' });
    expect(of({ during: null, after: null })).toMatchObject({ status: 'unmeasured' });
  });

  it('tells the watchdog how long its command may take', () => {
    const state = fakeContainer('db');
    const intent = exec.plan({ ...spec, command: ['a'], undo: ['b'] }, 'f', { docker, state });
    expect(intent).toMatchObject({ data: { actsWithinMs: 50 } });
  });

  it('is refused when the journal could not keep what it runs', () => {
    const state = fakeContainer('db');
    const secret = { ...spec, command: ['a'], undo: ['b', 'PASSWORD=x'] };
    expect(() => exec.plan(secret, 'f', { docker, state })).toThrow(/which no journal keeps/);
  });
});

describe('a container’s state', () => {
  const answer = (host: object, ports: object) => ({
    ...{ Id: 'a'.repeat(64), Name: '/db', State: { Status: 'running', StartedAt: '' }, Config: {} },
    ...{ HostConfig: host, NetworkSettings: { Networks: {}, Ports: ports } },
  });
  const bound = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '32768' }] };

  it('tells which ports Docker has chosen', () => {
    const asked = (hostPort: string) => ({ PortBindings: { '80/tcp': [{ HostPort: hostPort }] } });
    const of = (host: object) => containerState(answer(host, bound))?.portsChosenByDocker;
    expect(of(asked('8080'))).toEqual([]);
    expect(of(asked(''))).toEqual(['80/tcp']);
    expect(of(asked('8000-8010'))).toEqual(['80/tcp']);
    expect(of({ PublishAllPorts: true })).toEqual(['80/tcp']);
  });
});

beforeEach(() => worldOf({}));
