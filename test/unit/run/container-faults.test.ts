import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerPort } from '../../../src/faults/clients/docker-port.ts';
import type { ContainerLimits, ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { Injection } from '../../../src/faults/fault.ts';
import { placed } from '../../../src/faults/registry.ts';
import type { FaultSpec } from '../../../src/faults/registry.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { MettleError } from '../../../src/kernel/errors.ts';
import { containerFaults } from '../../../src/run/container-faults.ts';
import type { ContainerFaults } from '../../../src/run/container-faults.ts';
import type { LockPort } from '../../../src/run/container-holds.ts';
import { faultRecord, faultsThatInvalidate } from '../../../src/run/fault-records.ts';
import { playTimeline } from '../../../src/run/timeline.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeContainer, fakeDocker, fakeUsage } from '../../support/fake-docker.ts';
import { memoryTracker } from '../../support/memory-tracker.ts';
import type { MemoryTracker } from '../../support/memory-tracker.ts';

let engine: DockerPort;
vi.mock('../../../src/faults/clients/docker.ts', () => ({ connectDocker: () => Promise.resolve(engine) }));
// An undo that fails is tried again after a pause.
vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const mebi = 2 ** 20;
const unlimited: ContainerLimits = {
  ...{ nanoCpus: 0, cpuQuota: 0, cpuPeriod: 0 },
  ...{ memoryBytes: 512 * mebi, memorySwapBytes: 512 * mebi, memoryReservationBytes: 0 },
};
const docker = { host: 'unix:///nowhere', certFolder: null };
const slow = { kind: 'cpu', cores: 0.5 } as const;
const slower = { kind: 'cpu', cores: 0.2 } as const;
const tight = { kind: 'memory', limitBytes: 64 * mebi } as const;

/** Containers that take limits as Docker does, and what was done, in order. */
interface World {
  readonly limits: (name: string) => ContainerLimits;
  readonly set: (name: string, limits: Partial<ContainerLimits>) => void;
  readonly log: string[];
  /** Updates of it fail. */
  broken: string | null;
}

function worldOf(...names: readonly string[]): World {
  const labels = { 'mettle.allow': 'true' };
  const states = new Map(
    names.map((name) => [
      name,
      fakeContainer(name, { labels: { ...labels, role: name }, limits: unlimited }),
    ]),
  );
  const find = (wanted: string): ContainerState => {
    const found = [...states.values()].find(({ id, name }) => id === wanted || name === wanted);
    if (found === undefined) throw new Error(`there is no ${wanted}`);
    return found;
  };
  const set: World['set'] = (name, limits) => {
    const state = find(name);
    states.set(state.name, { ...state, limits: { ...state.limits, ...limits } });
  };
  const world: World = { limits: (name) => find(name).limits, set, log: [], broken: null };
  engine = {
    ...fakeDocker([...states.values()]),
    inspect: (wanted) => {
      world.log.push(`look at ${find(wanted).name}`);
      return Promise.resolve(find(wanted));
    },
    usage: () => Promise.resolve(fakeUsage()),
    update: (id, limits) => {
      if (find(id).name === world.broken) return Promise.reject(new Error('Docker is ill'));
      world.log.push(`update ${find(id).name}`);
      set(id, limits);
      return Promise.resolve();
    },
  };
  return world;
}

/** What other commands hold, and what this one does. */
const lockedByOthers = new Set<string>();
const locked: string[] = [];
const lock: LockPort = (name) => {
  if (lockedByOthers.has(name) || locked.includes(name))
    return Promise.reject(new MettleError({ code: 'TARGET_LOCKED', message: `${name} is in use` }));
  locked.push(name);
  return Promise.resolve({ release: () => Promise.resolve(void locked.splice(locked.indexOf(name), 1)) });
};
const lockOf = (name: string): string => `container ${fakeContainer(name).id.slice(0, 12)}`;

let world: World;
let tracker: MemoryTracker;
let faults: ContainerFaults;

beforeEach(() => {
  lockedByOthers.clear();
  locked.length = 0;
  world = worldOf('web', 'db');
  tracker = memoryTracker();
  const rules = { project: null, host: null, maxContainers: 1, maxShare: 1 };
  faults = containerFaults({ docker: rules }, docker, lock);
});

const scheduled = (
  id: string,
  fault: FaultSpec,
  atSeconds: number,
  on = 'container:web',
): ScheduledFault => ({
  ...{ id, on, pick: null, fault, inject: 'always', traffic: 'required' },
  ...{ atMicros: atSeconds * 1e6, forMicros: 20e6 },
});

async function inject(
  id: string,
  spec: FaultSpec,
  on = 'container:web',
  { seed = 1, pick = null }: { readonly seed?: number; readonly pick?: number | null } = {},
): Promise<Injection> {
  const fault = { ...scheduled(id, spec, 0, on), pick };
  const { place, spec: own } = placed(spec, on);
  if (place !== 'container') throw new Error(`${on} names no container`);
  return await faults.inject(fault, own, { seed, tracker, onActing: () => undefined });
}

describe('a second limit of the same kind on a container', () => {
  it('is refused while the first is on, and the container gets back what it had', async () => {
    const first = await inject('slow', slow);
    await expect(inject('slower', slower)).rejects.toMatchObject({
      code: 'FAULTS_OVERLAP',
      message: expect.stringMatching(/slow \(cpu\) and slower \(cpu\).* container web /) as unknown,
    });
    expect(world.limits('web').cpuQuota).toBe(50_000);
    expect(await first.clear()).toMatchObject({ status: 'undone' });
    expect(world.limits('web').cpuQuota).toBe(-1);
    expect(tracker.outstanding()).toEqual([]);
  });

  it('may follow once the first is undone, also after a refusal', async () => {
    await (await inject('slow', slow)).clear();
    const second = await inject('slower', slower);
    await expect(inject('slow', slow)).rejects.toMatchObject({ code: 'FAULTS_OVERLAP' });
    await second.clear();
    await (await inject('slow', slow)).clear();
    expect(world.limits('web').cpuQuota).toBe(-1);
  });

  it('is refused also of the same fault, when its time before is not over yet', async () => {
    const first = await inject('slow', slow);
    await expect(inject('slow', slow)).rejects.toMatchObject({ code: 'FAULTS_OVERLAP' });
    await first.clear();
  });

  it('is refused as long as the first could not be undone', async () => {
    const first = await inject('slow', slow);
    world.broken = 'web';
    expect(await first.clear()).toMatchObject({ status: 'undo failed' });
    world.broken = null;
    await expect(inject('slower', slower)).rejects.toMatchObject({ code: 'FAULTS_OVERLAP' });
    expect(locked).toEqual([lockOf('web')]);
    expect(tracker.outstanding()).toHaveLength(1);
  });
});

it('processor and memory limits on one container are each put back, in whatever order', async () => {
  const cpu = await inject('slow', slow);
  const memory = await inject('tight', tight);
  expect(world.limits('web')).toMatchObject({ cpuQuota: 50_000, memoryBytes: 64 * mebi });
  await cpu.clear();
  expect(world.limits('web')).toMatchObject({ cpuQuota: -1, memoryBytes: 64 * mebi });
  expect(locked).toEqual([lockOf('web')]);
  await memory.clear();
  expect(world.limits('web')).toEqual({ ...unlimited, cpuQuota: -1 });
  expect([locked, tracker.outstanding()]).toEqual([[], []]);
});

describe('a container is locked while a fault is on it', () => {
  it('by its id, whatever it was selected by, until the fault is undone', async () => {
    for (const on of ['container:web', 'label:role=web']) {
      const injection = await inject('slow', slow, on);
      expect(locked).toEqual([lockOf('web')]);
      await injection.clear();
      expect(locked).toEqual([]);
    }
  });

  it('so that a fault is refused that another command holds it against, and nothing is touched', async () => {
    lockedByOthers.add(lockOf('web'));
    await expect(inject('slow', slow)).rejects.toMatchObject({ code: 'TARGET_LOCKED' });
    expect(world.limits('web')).toEqual(unlimited);
    expect(tracker.log).toEqual([]);
    lockedByOthers.clear();
    await (await inject('slow', slow)).clear();
  });

  it('and looked at once it is: what is put back is not what another command had made of it', async () => {
    world.set('web', { cpuQuota: 90_000 });
    const rules = { project: null, host: null, maxContainers: 1, maxShare: 1 };
    faults = containerFaults({ docker: rules }, docker, (name) => {
      world.set('web', { cpuQuota: -1 }); // the other command has just undone its own fault
      return lock(name);
    });
    await (await inject('slow', slow)).clear();
    expect(world.limits('web').cpuQuota).toBe(-1);
  });

  it('and let go of when the fault could not be put on it', async () => {
    world.broken = 'web';
    await expect(inject('slow', slow)).rejects.toThrow('Docker is ill');
    expect([locked, tracker.outstanding()]).toEqual([[], []]);
  });
});

it('the end of a fault is told before anybody asks what was seen of it', async () => {
  const injection = await inject('slow', slow);
  world.log.length = 0;
  const result = await injection.clear((atMicros) => world.log.push(`told ${atMicros}`));
  const told = world.log.indexOf(`told ${String(result.clearedAtMicros)}`);
  expect(told).toBeGreaterThan(world.log.lastIndexOf('update web'));
  expect(world.log.slice(told + 1)).toEqual(['look at web']);
});

it('a fault that is refused at its time makes the run invalid, and the other is undone', async () => {
  const startAtMicros = systemClock.nowMicros();
  const clock = new FakeClock(startAtMicros);
  const nothing = (): void => undefined;
  const plays = playTimeline([scheduled('slow', slow, 10), scheduled('slower', slower, 20)], {
    ...{ clock, startAtMicros, signal: new AbortController().signal },
    inject: ({ id, fault }) => inject(id, fault),
    steadyBroken: () => Promise.resolve(null),
    ...{ onEdge: nothing, onBegan: nothing, onEnded: nothing },
  });
  await clock.advance(60e6);
  const played = await plays;
  const records = played.map((fault) => faultRecord(fault, false));
  expect(records.map(({ status }) => status)).toEqual(['undone', 'not injected']);
  expect(faultsThatInvalidate(played, records, false)).toContainEqual(
    expect.stringMatching(/^fault slower could not be injected: the faults slow \(cpu\) and slower \(cpu\) /),
  );
  expect(world.limits('web').cpuQuota).toBe(-1);
});

it('picks by the seed of the run, of which a verification has many', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  world = worldOf(...names);
  const hit = async (seed: number): Promise<string> => {
    const injection = await inject('slow', slow, 'label:mettle.allow=true', { seed, pick: 1 });
    const chosen = names.filter((name) => world.limits(name).cpuQuota > 0).join();
    await injection.clear();
    return chosen;
  };
  expect(await hit(1)).toBe(await hit(1));
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const chosen = new Set<string>();
  for (const seed of seeds) chosen.add(await hit(seed));
  expect(chosen.size).toBeGreaterThan(1);
});
