import { describe, expect, it } from 'vitest';
import { guardBeside } from '../../../../src/faults/container/beside.ts';
import type { FaultOnContainers } from '../../../../src/faults/container/beside.ts';
import { containerFaultOf, kindsOn } from '../../../../src/faults/registry.ts';
import type { ContainerFaultSpec } from '../../../../src/faults/registry.ts';
import { fakeContainer } from '../../../support/fake-docker.ts';

const on = (kind: string, ...names: readonly string[]): FaultOnContainers => ({
  name: `the-${kind}`,
  spec: { kind } as ContainerFaultSpec,
  containers: names.map((name) => fakeContainer(name)),
});

const kinds = kindsOn('container');

/** Both ways round: which came first must not matter. */
const apart = (one: string, other: string): boolean[] =>
  [
    [one, other],
    [other, one],
  ].map(([second = '', first = '']) => {
    try {
      guardBeside(on(second, 'web'), [on(first, 'web')]);
      return false;
    } catch {
      return true;
    }
  });

describe('two faults on one container at the same time', () => {
  it.each([
    ['cpu', 'cpu'],
    ['memory', 'memory'],
    ['disconnect', 'disconnect'],
    ['disconnect', 'stop'],
    ['disconnect', 'kill'],
    ['disconnect', 'restart'],
    ['exec', 'pause'],
    ['exec', 'stop'],
    ['exec', 'kill'],
    ['exec', 'restart'],
  ])('are refused where both could not be undone exactly: %s and %s', (one, other) => {
    expect(apart(one, other)).toEqual([true, true]);
  });

  it.each([
    ['cpu', 'memory'],
    ['cpu', 'disconnect'],
    ['memory', 'disconnect'],
    ['cpu', 'restart'],
    ['memory', 'kill'],
    ['cpu', 'pause'],
    ['kill', 'kill'],
    ['exec', 'exec'],
    ['exec', 'cpu'],
  ])('may be where each puts back something else: %s and %s', (one, other) => {
    expect(apart(one, other)).toEqual([false, false]);
  });

  it('are told by their names, the container, and what to do', () => {
    const other = { ...on('cpu', 'db', 'web'), name: 'slow' };
    const refused = { ...on('cpu', 'web', 'api'), name: 'slower #2' };
    expect(() => guardBeside(refused, [on('pause', 'web'), other])).toThrow(
      expect.objectContaining({
        code: 'FAULTS_OVERLAP',
        exitCode: 2,
        message:
          'the faults slow (cpu) and slower #2 (cpu) would be on the container web at the same time, and could not both be undone exactly',
        hint: 'let one begin at least a second after the other has ended, or put them on different containers',
      }),
    );
  });

  it('may be on different containers', () => {
    expect(() => guardBeside(on('cpu', 'web'), [on('cpu', 'db')])).not.toThrow();
  });

  it('are named by kinds that there are', () => {
    for (const kind of kinds) {
      for (const other of containerFaultOf({ kind } as ContainerFaultSpec).notBeside) {
        expect(kinds).toContain(other);
      }
    }
  });
});
