// Samples of process trees as a record keeps them: on the axis of the load, with restarts counted once.

import { expect, test } from 'vitest';
import { missingOfProcesses, processSeries } from '../../../src/run/observed-processes.ts';
import type { ProcessSample } from '../../../src/system/system.ts';
import { fixtureTarget } from '../../support/system-ports.ts';

const sample = (
  name: string,
  atSeconds: number,
  root = `${name}@1`,
  own: Partial<ProcessSample> = {},
): ProcessSample => ({
  ...{ name, atMicros: atSeconds * 1e6, cpuShare: 0.5, memoryBytes: 1_000, root, cores: 2 },
  ...own,
});

test('looks from the last ten seconds before the load are kept, with negative times; older ones are not', () => {
  const samples = [89, 90, 99.5, 100, 101].map((at) => sample('target', at));
  const [series] = processSeries(samples, 100e6);
  expect(series?.points.map(({ atMicros }) => atMicros)).toEqual([-10e6, -0.5e6, 0, 1e6]);
});

test('each tree is a series of its own, with what was seen of it and nothing that was not', () => {
  const samples = [
    sample('target', 101, 'a', { threads: 3, openFiles: 9, sockets: 2 }),
    sample('postgres', 101, 'b', { cores: 1.5 }),
  ];
  expect(processSeries(samples, 100e6)).toEqual([
    {
      ...{ name: 'target', cores: 2, restarts: 0 },
      points: [{ atMicros: 1e6, cpuShare: 0.5, memoryBytes: 1_000, threads: 3, openFiles: 9, sockets: 2 }],
    },
    {
      ...{ name: 'postgres', cores: 1.5, restarts: 0 },
      points: [{ atMicros: 1e6, cpuShare: 0.5, memoryBytes: 1_000 }],
    },
  ]);
});

test('a restart is counted once, however long the tree was away, and those of others are theirs', () => {
  const samples = [
    ...[sample('target', 101, 'a'), sample('postgres', 101, 'x'), sample('target', 102, 'a')],
    ...[sample('postgres', 109, 'x'), sample('target', 109, 'b'), sample('target', 110, 'b')],
    sample('target', 111, 'c'),
  ];
  expect(processSeries(samples, 100e6).map(({ name, restarts }) => [name, restarts])).toEqual([
    ['target', 2],
    ['postgres', 0],
  ]);
});

test('another platform says what is missing, where processes were to be watched', () => {
  const elsewhere = { possible: false, platform: 'darwin' };
  const observe = { process: true, docker: false, prometheus: null };
  const target = fixtureTarget({ observe });
  const [note] = missingOfProcesses({ target, variant: 'only' }, elsewhere);
  for (const what of ['CPU', 'memory', 'threads', 'open files', 'sockets', 'restarts', 'darwin'])
    expect(note).toContain(what);
  expect(missingOfProcesses({ target, variant: 'only' }, { possible: true, platform: 'linux' })).toEqual([]);
  const off = fixtureTarget({ observe: { ...observe, process: false } });
  expect(missingOfProcesses({ target: off, variant: 'only' }, elsewhere)).toEqual([]);
});
