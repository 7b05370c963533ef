import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DockerPort } from '../../../src/faults/clients/docker-port.ts';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import { kill } from '../../../src/faults/container/kill.ts';
import { restart } from '../../../src/faults/container/restart.ts';
import { stop } from '../../../src/faults/container/stop.ts';
import { containerRunningUndo } from '../../../src/faults/undo/container-running.ts';
import { fakeContainer, fakeDocker } from '../../support/fake-docker.ts';

let engine: DockerPort;
vi.mock('../../../src/faults/clients/docker.ts', () => ({ connectDocker: () => Promise.resolve(engine) }));

const docker = { host: 'unix:///nowhere', certFolder: null };
const limits = { graceMs: 0, callTimeoutMs: 100 };

describe('undoing the end of a container that has been asked to end and still runs', () => {
  let state: ContainerState;
  let asked: string[];

  beforeEach(() => {
    state = fakeContainer('db');
    asked = [];
    const startedBy = (call: string) => (): Promise<void> => {
      asked.push(call);
      state = { ...state, status: 'running', startedAt: `by ${call}` };
      return Promise.resolve();
    };
    engine = {
      ...fakeDocker([]),
      inspect: () => Promise.resolve(state),
      start: startedBy('start'),
      restart: startedBy('restart'),
    };
  });

  const undo = async (data: Parameters<typeof containerRunningUndo.undo>[0]): Promise<string> => {
    await containerRunningUndo.undo(data, null, limits);
    return await containerRunningUndo.verify(data, null, limits);
  };

  it.each([
    ['stop', () => stop.plan({ kind: 'stop', graceMs: 10_000 }, 'f', { docker, state })],
    ['restart', () => restart.plan({ kind: 'restart', graceMs: 10_000 }, 'f', { docker, state })],
    ['kill', () => kill.plan({ kind: 'kill', signal: 'SIGTERM', processes: 'all' }, 'f', { docker, state })],
  ] as const)('%s: is no undo until it has ended and was started', async (_what, plan) => {
    const { data } = await plan();
    expect(await containerRunningUndo.verify(data, null, limits)).toMatch(/may do so yet.*docker restart db/);
    setTimeout(() => (state = { ...state, status: 'exited' }), 60);
    expect(await undo(data)).toBe('gone');
    expect(asked).toEqual(['start']);
  });

  it('is restarted when it does not end while there is time', async () => {
    const { data } = await stop.plan({ kind: 'stop', graceMs: 10_000 }, 'f', { docker, state });
    expect(await undo(data)).toBe('gone');
    expect(asked).toEqual(['restart']);
  });

  it('is left alone once the time to end is over: it never was asked', async () => {
    const { data } = await stop.plan({ kind: 'stop', graceMs: 10_000 }, 'f', { docker, state });
    expect(await undo({ ...data, askedAtUnixMs: Date.now() - 15_001 })).toBe('gone');
    expect(asked).toEqual([]);
  });
});
