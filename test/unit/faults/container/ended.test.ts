import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../../src/faults/clients/docker-state.ts';
import type { ContainerSeen } from '../../../../src/faults/container/container-fault.ts';
import { kill } from '../../../../src/faults/container/kill.ts';
import { pause } from '../../../../src/faults/container/pause.ts';
import { restart } from '../../../../src/faults/container/restart.ts';
import { stop } from '../../../../src/faults/container/stop.ts';
import { undoKinds } from '../../../../src/faults/undo/registry.ts';
import { fakeContainer } from '../../../support/fake-docker.ts';

const docker = { host: 'unix:///x.sock', certFolder: null };
const spec = { kind: 'kill' as const, signal: 'SIGKILL' as const, processes: 'all' as const };
const grace = { graceMs: 10_000 };

const plans = {
  kill: (state: ContainerState) => kill.plan(spec, 'hit', { docker, state }),
  stop: (state: ContainerState) => stop.plan({ kind: 'stop', ...grace }, 'hit', { docker, state }),
  restart: (state: ContainerState) => restart.plan({ kind: 'restart', ...grace }, 'hit', { docker, state }),
  pause: (state: ContainerState) => pause.plan({ kind: 'pause' }, 'hit', { docker, state }),
};
const refusalOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('a fault on a container is planned', () => {
  it.each(Object.entries(plans))('with all that its undo needs: %s', async (_kind, plan) => {
    const state = fakeContainer('web', { ports: ['8080/tcp=127.0.0.1:8080'] });
    const intent = await plan(state);
    expect(undoKinds.map(({ kind }) => kind)).toContain(intent.kind);
    expect(intent.describe).toContain('web');
    expect(intent.data).toMatchObject({
      ...{ dockerHost: docker.host, containerId: state.id, containerName: 'web', wasStatus: 'running' },
    });
  });

  it('with how long it may rightly take to end: a watchdog must not start it before', () => {
    const state = fakeContainer('web');
    expect(stop.plan({ kind: 'stop', graceMs: 120_000 }, 'hit', { docker, state })).toMatchObject({
      data: { actsWithinMs: 120_000 },
    });
  });

  it.each(Object.entries(plans))('only when it runs: %s', (_kind, plan) => {
    for (const status of ['exited', 'paused', 'created', 'dead', 'restarting'] as const)
      expect(refusalOf(() => plan(fakeContainer('web', { status })))).toBe('CONTAINER_NOT_RUNNING');
  });

  it.each([plans.kill, plans.stop, plans.restart])('only when it can be started again as it was', (plan) => {
    expect(refusalOf(() => plan(fakeContainer('web', { autoRemove: true })))).toBe('NOT_UNDOABLE');
    const chosen = fakeContainer('web', { portsChosenByDocker: ['8080/tcp'] });
    expect(refusalOf(() => plan(chosen))).toBe('NOT_UNDOABLE');
  });

  it('although Docker chose its port, when it only pauses', () => {
    expect(plans.pause(fakeContainer('web', { portsChosenByDocker: ['8080/tcp'] }))).toBeDefined();
  });
});

describe('a container that was ended is judged', () => {
  const before = fakeContainer('web', { startedAt: '2026-01-01T00:00:00Z' });
  const ended = { ...before, status: 'exited' as const, exitCode: 137 };
  const anew = { ...before, startedAt: '2026-01-01T00:01:00Z' };
  const seen = (more: Partial<ContainerSeen> = {}): ContainerSeen => ({
    ...{ before, during: ended, after: anew, measuredMicros: 2_000_000 },
    ...{ cpuMicros: null, throttledPeriods: null, memoryBytes: null, ...more },
  });
  const judged = (more: Partial<ContainerSeen> = {}) => kill.judge(spec, seen(more));

  it('by its having stayed so, and running anew afterwards', () => {
    expect(judged().map(({ status }) => status)).toEqual(['within', 'within']);
    expect(judged()[0]?.happened).toContain('137');
  });

  it('as told when its own restart policy has started it', () => {
    const during = { ...anew, finishedAt: '2026-01-01T00:00:58.8Z', restartPolicy: 'always' };
    const [first] = judged({ before: { ...before, restartPolicy: 'always' }, during });
    expect(first).toMatchObject({
      status: 'within',
      happened: 'started again by its restart policy after 1.2s',
    });
  });

  it('as something else when somebody has started it who had no business to', () => {
    expect(judged({ during: anew })[0]?.status).toBe('outside');
  });

  it('as lost when it was removed meanwhile', () => {
    expect(judged({ during: null, after: null }).map(({ status }) => status)).toEqual(['outside', 'outside']);
  });

  it('as not put back when it does not run, or runs as before', () => {
    expect(judged({ after: ended })[1]?.status).toBe('outside');
    expect(restart.judge({ kind: 'restart', ...grace }, seen({ after: before }))[0]?.status).toBe('outside');
  });

  it('with a word on an address that is no longer the same', () => {
    const at = (address: string): ContainerState['networks'] => ({
      bridge: { NetworkID: 'n', IPAddress: address },
    });
    const moved = judged({
      before: { ...before, networks: at('172.17.0.2') },
      after: { ...anew, networks: at('172.17.0.3') },
    });
    expect(moved[2]).toMatchObject({ name: 'address on bridge', asked: '172.17.0.2', status: 'unmeasured' });
    expect(judged({ after: { ...anew, networks: at('172.17.0.2') } })).toHaveLength(2);
  });
});
