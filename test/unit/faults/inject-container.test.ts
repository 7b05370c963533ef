import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerPort } from '../../../src/faults/clients/docker-port.ts';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { Injection } from '../../../src/faults/fault.ts';
import { injectOnContainers } from '../../../src/faults/inject-container.ts';
import { fakeContainer, fakeDocker } from '../../support/fake-docker.ts';
import { memoryTracker } from '../../support/memory-tracker.ts';

let engine: DockerPort;
vi.mock('../../../src/faults/clients/docker.ts', () => ({ connectDocker: () => Promise.resolve(engine) }));
// What is not yet so, and an undo that fails, is tried again after a pause.
vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const names = ['one', 'two'] as const;
/** A call that fails: `pause two`. */
const failing = new Set<string>();
let states: Map<string, ContainerState>;

beforeEach(() => {
  failing.clear();
  states = new Map(names.map((name) => [fakeContainer(name).id, fakeContainer(name)]));
  const change = (verb: string, id: string, status: ContainerState['status']): Promise<void> => {
    const state = states.get(id);
    if (state === undefined || failing.has(`${verb} ${state.name}`))
      return Promise.reject(new Error(`cannot ${verb} ${state?.name ?? id}`));
    states.set(id, { ...state, status });
    return Promise.resolve();
  };
  engine = {
    ...fakeDocker([]),
    inspect: (id) => Promise.resolve(states.get(id)),
    pause: (id) => change('pause', id, 'paused'),
    unpause: (id) => change('unpause', id, 'running'),
  };
});

const pause = (now = { micros: 0 }): Promise<Injection> =>
  injectOnContainers(
    {
      ...{ id: 'f', spec: { kind: 'pause' }, forMicros: 1e6, tracker: memoryTracker() },
      ...{ docker: { host: 'unix:///nowhere', certFolder: null }, containers: [...states.values()] },
    },
    { nowMicros: () => (now.micros += 1), sleepUntil: () => Promise.resolve() },
  );

describe('a fault on several containers', () => {
  it('is told to be over once, when the last one is', async () => {
    const told: number[] = [];
    const result = await (await pause()).clear((atMicros) => told.push(atMicros));
    expect(result.status).toBe('undone');
    expect(told).toEqual([result.clearedAtMicros]);
  });

  it('is never told to be over when one of them could not be undone', async () => {
    const injection = await pause();
    failing.add('unpause two');
    const told: number[] = [];
    const result = await injection.clear((atMicros) => told.push(atMicros));
    expect([result.status, result.clearedAtMicros, told]).toEqual(['undo failed', null, []]);
  });

  it('that is refused by one says what is left of another, which counts for more', async () => {
    // It is paused all the same, and stays so.
    const before = engine;
    engine = {
      ...before,
      pause: async (id) => {
        if (states.get(id)?.name === 'one') throw new Error('cannot pause one');
        await before.pause(id);
        throw new Error('cannot pause two');
      },
    };
    failing.add('unpause two');
    await expect(pause()).rejects.toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 });
  });
});
