import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerPort } from '../../../src/faults/clients/docker-port.ts';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { Injection } from '../../../src/faults/fault.ts';
import { injectOnContainers } from '../../../src/faults/inject-container.ts';
import type { Tracker } from '../../../src/kernel/ports.ts';
import { FakeClock } from '../../support/fake-clock.ts';
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

const pause = (now = { micros: 0 }, tracker: Tracker = memoryTracker()): Promise<Injection> =>
  injectOnContainers(
    {
      ...{ id: 'f', spec: { kind: 'pause' }, forMicros: 1e6, tracker },
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

  it('does not wait for one that could not be paused, or could not even be journalled', async () => {
    const statuses = (): string[] => [...states.values()].map(({ status }) => status);
    failing.add('pause two');
    await expect(pause()).rejects.toThrow('cannot pause two');
    expect(statuses()).toEqual(['running', 'running']);
    failing.clear();
    const journal = memoryTracker();
    let asked = 0;
    const track: Tracker['track'] = (intent) =>
      (asked += 1) > 1 ? Promise.reject(new Error('the disk is full')) : journal.track(intent);
    await expect(pause(undefined, { ...journal, track })).rejects.toThrow('the disk is full');
    expect([statuses(), journal.outstanding()]).toEqual([['running', 'running'], []]);
  });
});

describe('a stop of several containers, of which one takes its grace', () => {
  const second = 1_000_000;
  const clock = new FakeClock();
  /** When each was told to be in effect, which is what its time to live counts from. */
  let appliedAtMicros: number[];
  let tracker: Tracker;

  beforeEach(() => {
    appliedAtMicros = [];
    const journal = memoryTracker();
    tracker = {
      ...journal,
      track: async (intent) => ({
        ...(await journal.track(intent)),
        applied: () => Promise.resolve(void appliedAtMicros.push(clock.nowMicros())),
      }),
    };
    const become = (id: string, differing: Partial<ContainerState>): void => {
      const state = states.get(id);
      if (state !== undefined) states.set(id, { ...state, ...differing });
    };
    const start = async (id: string): Promise<void> => {
      await Promise.resolve();
      become(id, { status: 'running', startedAt: 'later' });
    };
    engine = {
      ...{ ...engine, start },
      async stop(id) {
        if (states.get(id)?.name === 'two') await clock.sleepUntil(clock.nowMicros() + 10 * second);
        become(id, { status: 'exited' });
      },
    };
  });

  const stop = (): Promise<Injection> =>
    injectOnContainers(
      {
        ...{ id: 'f', spec: { kind: 'stop', graceMs: 10_000 }, forMicros: 10 * second, tracker },
        ...{ docker: { host: 'unix:///nowhere', certFolder: null }, containers: [...states.values()] },
      },
      clock,
    );

  it('lasts, and lives, from when all are down; in effect is each when it is', async () => {
    const askedAtMicros = clock.nowMicros();
    const stopping = stop();
    await clock.advance(10 * second);
    const injection = await stopping;
    expect(appliedAtMicros.map((atMicros) => atMicros - askedAtMicros)).toEqual([10 * second, 10 * second]);
    expect((injection.countsFromMicros ?? 0) - askedAtMicros).toBe(10 * second);
    await clock.advance(10 * second);
    const { fidelity } = await injection.clear();
    const told = (name: string) =>
      fidelity.filter((check) => check.name.endsWith(name)).map(({ happened, status }) => [happened, status]);
    expect(told('duration')).toEqual([
      ['10s', 'within'],
      ['10s', 'within'],
    ]);
    expect(told('effect')).toEqual([
      ['after 0µs', 'within'],
      ['after 10s', 'within'],
    ]);
  });
});
