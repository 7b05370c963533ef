import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../src/faults/clients/docker-state.ts';
import type { FaultSpec } from '../../../src/faults/registry.ts';
import { guardContainers } from '../../../src/run/guard-containers.ts';
import type { Scenario, ScheduledFault } from '../../../src/scenario/scenario.ts';
import type { TargetSpec } from '../../../src/system/target-spec.ts';
import { fakeContainer, fakeDocker } from '../../support/fake-docker.ts';

const labels = { 'mettle.allow': 'true' };
const boxes = ['one', 'two'].map((name) => fakeContainer(name, { labels }));

const fault = (
  id: string,
  name: string,
  atSeconds: number,
  forSeconds = 5,
  spec: FaultSpec = { kind: 'pause' },
): ScheduledFault => ({
  ...{ id, on: `container:${name}`, pick: null, fault: spec, inject: 'always' },
  ...{ atMicros: atSeconds * 1e6, forMicros: forSeconds * 1e6, traffic: 'required' },
});

async function guard(
  chaos: readonly ScheduledFault[],
  {
    containers = boxes,
    maxContainers = 1,
  }: { containers?: readonly ContainerState[]; maxContainers?: number } = {},
): Promise<unknown> {
  const docker = { project: null, host: null, maxContainers, maxShare: 1 };
  const scenario = { chaos, durationMicros: 60e6 } as unknown as Scenario;
  const target = { docker, allow: [], observe: { process: false, docker: false } } as unknown as TargetSpec;
  const ports = {
    environment: {},
    connect: () => Promise.resolve(fakeDocker(containers)),
    resolve: () => Promise.resolve([]),
  };
  return await guardContainers(scenario, target, 1, ports).then(
    (address) => address?.host ?? null,
    (error: unknown) => (error as { code: unknown }).code,
  );
}

describe('before anything is started', () => {
  it('no engine is asked when no fault is put on containers', async () => {
    const link = { ...fault('slow', 'x', 1), on: 'postgres', fault: { kind: 'down' } } as ScheduledFault;
    const ports = {
      environment: {},
      connect: () => Promise.reject(new Error('asked')),
      resolve: () => Promise.resolve([]),
    };
    const scenario = { chaos: [link], durationMicros: 60e6 } as unknown as Scenario;
    const target = { observe: { process: false, docker: false } } as TargetSpec;
    expect(await guardContainers(scenario, target, 1, ports)).toBeNull();
  });

  it('a fault whose container is allowed may be', async () => {
    expect(await guard([fault('a', 'one', 1)])).toBe('unix:///var/run/docker.sock');
  });

  it('faults that overlap count together, those that do not do not', async () => {
    expect(await guard([fault('a', 'one', 1), fault('b', 'two', 3)])).toBe('CONTAINER_LIMIT');
    expect(await guard([fault('b', 'two', 3), fault('a', 'one', 1)])).toBe('CONTAINER_LIMIT');
    expect(await guard([fault('a', 'one', 1), fault('b', 'two', 3)], { maxContainers: 2 })).toContain('unix');
    expect(await guard([fault('a', 'one', 1), fault('b', 'two', 7)])).toContain('unix');
  });

  it('faults that could not both be undone exactly may not overlap on a container', async () => {
    const cpu = (id: string, name: string, at: number, forSeconds = 5): ScheduledFault =>
      fault(id, name, at, forSeconds, { kind: 'cpu', cores: 0.5 });
    const [slow, slower] = [cpu('slow', 'one', 10, 20), cpu('slower', 'one', 20, 20)];
    expect(await guard([slow, slower])).toBe('FAULTS_OVERLAP');
    expect(await guard([slower, slow])).toBe('FAULTS_OVERLAP');
    expect(await guard([slow, cpu('slower', 'two', 20)], { maxContainers: 2 })).toContain('unix');
    expect(await guard([slow, cpu('slower', 'one', 31)])).toContain('unix');
    const limits = { ...boxes[0]?.limits, memoryBytes: 2 ** 29 } as ContainerState['limits'];
    const tight = fault('tight', 'one', 20, 5, { kind: 'memory', limitBytes: 2 ** 26 });
    expect(await guard([slow, tight], { containers: [fakeContainer('one', { labels, limits })] })).toContain(
      'unix',
    );
  });

  it('what could not be undone is refused', async () => {
    const paused = [fakeContainer('one', { labels, status: 'paused' })];
    expect(await guard([fault('a', 'one', 1)], { containers: paused })).toBe('CONTAINER_NOT_RUNNING');
    expect(await guard([fault('a', 'gone', 1)])).toBe('NO_CONTAINER');
  });
});
