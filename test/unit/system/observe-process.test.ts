// A process tree from readings: who belongs to it, what it used, and what a look keeps of it.

import { describe, expect, it } from 'vitest';
import { type ObservedTree, type ProcPort, TreeLooks } from '../../../src/system/observe-process.ts';
import type { OpenFiles } from '../../../src/system/open-files.ts';
import { parseStat, type ProcessReading } from '../../../src/system/proc-readings.ts';
import {
  cpuSecondsBetween,
  membersOf,
  rootKeyOf,
  treeMemory,
  treeThreads,
} from '../../../src/system/process-tree-readings.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const reading = (
  pid: number,
  parent: number,
  group: number,
  cpuSeconds = 0,
  key = `${pid}@1`,
): ProcessReading => ({
  ...{ pid, parent, group, cpuSeconds, key },
  ...{ startTicks: Number(key.split('@')[1] ?? 0), ended: false, threads: 1 },
});

describe('a process tree', () => {
  it('is the root, its group, and all that descends from these', () => {
    const table = [
      reading(100, 1, 100),
      ...[reading(101, 100, 100), reading(102, 1, 100), reading(105, 103, 105), reading(103, 102, 103)],
      ...[reading(200, 1, 200), reading(201, 200, 200)],
    ];
    expect(membersOf(100, table).map(({ pid }) => pid)).toEqual([100, 101, 102, 105, 103]);
    expect(membersOf(999, table)).toEqual([]);
  });

  it('counts the time of each process since the last look, all of a new one, and none of a pid used before', () => {
    const before = [reading(1, 0, 1, 10), reading(2, 1, 1, 50), reading(3, 1, 1, 90, '3@early')];
    const now = [reading(1, 0, 1, 10.5), reading(4, 1, 1, 0.25), reading(3, 1, 1, 0.125, '3@late')];
    expect(cpuSecondsBetween(before, now)).toBeCloseTo(0.875, 9);
  });

  it('counts shared memory once', () => {
    const readings = [
      { ownBytes: 10, sharedBytes: 100 },
      { ownBytes: 20, sharedBytes: 130 },
      { ownBytes: 30, sharedBytes: 0 },
    ];
    expect(treeMemory(readings)).toBe(190);
    expect(treeMemory([])).toBe(0);
  });

  it('has as many threads as its processes together, or an unknown number', () => {
    const [one, two] = [reading(1, 0, 1), { ...reading(2, 1, 1), threads: 6 }];
    expect(treeThreads([one, two])).toBe(7);
    expect(treeThreads([one, { ...two, threads: null }])).toBeNull();
  });

  it('is known by its root, and by the eldest of what a root left behind', () => {
    const [root, late, early] = [
      reading(10, 1, 10, 0, '10@5'),
      reading(11, 1, 10, 0, '11@9'),
      reading(12, 1, 10, 0, '12@8'),
    ];
    expect(rootKeyOf(10, [late, root, early])).toBe('10@5');
    expect(rootKeyOf(10, [late, early])).toBe('12@8');
    expect(rootKeyOf(10, [])).toBeNull();
  });
});

interface FakeProc extends ProcPort {
  table: ProcessReading[];
  /** Thrown by the next reading of the table. */
  failure: Error | null;
  files: OpenFiles;
  /** How long counting takes. */
  countMicros: number;
  counts: number;
}

function world(trees: readonly ObservedTree[]): { clock: FakeClock; proc: FakeProc; looks: () => TreeLooks } {
  const clock = new FakeClock();
  const proc: FakeProc = {
    ...{ table: [], failure: null, files: { openFiles: 20, sockets: 3 }, countMicros: 0, counts: 0 },
    processes: () => {
      if (proc.failure !== null) throw proc.failure;
      return proc.table;
    },
    memory: () => ({ ownBytes: 1_000, sharedBytes: 0 }),
    cores: () => 2,
    openFiles: async () => {
      proc.counts += 1;
      if (proc.countMicros > 0) await clock.jump(proc.countMicros);
      return proc.files;
    },
  };
  return { clock, proc, looks: () => new TreeLooks(trees, clock, proc) };
}

describe('looks at process trees', () => {
  const target: ObservedTree = { name: 'target', pid: () => 10 };

  it('keep CPU since the look before, memory, threads, open files, sockets, cores and who the root is', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10, 5), reading(11, 10, 10, 1), reading(99, 1, 99, 7)];
    const watch = looks();
    await clock.jump(1_000_000);
    proc.table = [reading(10, 1, 10, 5.5), reading(11, 10, 10, 1.25), reading(99, 1, 99, 9)];
    await watch.look();
    expect(watch.samples).toEqual([
      {
        ...{ name: 'target', atMicros: 1_000_000, cpuShare: 0.75, memoryBytes: 2_000, threads: 2 },
        ...{ openFiles: 20, sockets: 3, root: '10@1', cores: 2 },
      },
    ]);
  });

  it('have no sample of a tree that is down, and know the next one by its root', async () => {
    let pid: number | null = 10;
    const { clock, proc, looks } = world([{ name: 'target', pid: () => pid }]);
    proc.table = [reading(10, 1, 10)];
    const watch = looks();
    const look = async (): Promise<void> => {
      await clock.jump(1_000_000);
      await watch.look();
    };
    await look();
    [pid, proc.table] = [null, []];
    await look();
    [pid, proc.table] = [20, [reading(20, 1, 20, 0.5, '20@7')]];
    await look();
    expect(watch.samples.map(({ atMicros, root }) => [atMicros, root])).toEqual([
      [1_000_000, '10@1'],
      [3_000_000, '20@7'],
    ]);
    expect(watch.samples[1]?.cpuShare).toBe(0.5);
  });

  it('leave out a moment in which Mettle has no descriptor to look with, and lose no CPU time by it', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10, 1)];
    const watch = looks();
    proc.failure = new Error('EMFILE: too many open files');
    await clock.jump(1_000_000);
    await watch.look();
    expect(watch.samples).toEqual([]);
    proc.failure = null;
    proc.table = [reading(10, 1, 10, 2)];
    await clock.jump(1_000_000);
    await watch.look();
    expect(watch.samples[0]?.cpuShare).toBe(0.5);
  });

  it('do without what may not be seen, and count descriptors a tenth of the time at most', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10)];
    [proc.files, proc.countMicros] = [{}, 300_000];
    const watch = looks();
    for (let second = 0; second < 8; second += 1) {
      await clock.jump(1_000_000);
      await watch.look();
    }
    expect(watch.samples).toHaveLength(8);
    expect(watch.samples[0]).not.toHaveProperty('openFiles');
    expect(watch.samples[0]).not.toHaveProperty('sockets');
    // It took 0.3 s: the next 3 s are free of it.
    expect(proc.counts).toBe(3);
  });

  it('may be taken in between, but not a moment after another', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10)];
    const watch = looks();
    for (const pauseMicros of [1_000_000, 400_000, 100_000]) {
      await clock.jump(pauseMicros);
      await watch.lookAgain();
    }
    expect(watch.samples.map(({ atMicros }) => atMicros)).toEqual([1_000_000, 1_500_000]);
  });

  it('never overlap, and leave nothing when they are stopped on the way', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10)];
    proc.countMicros = 500_000;
    const watch = looks();
    await clock.jump(1_000_000);
    await Promise.all([watch.look(), watch.look()]);
    expect(watch.samples).toHaveLength(1);
    await clock.jump(6_000_000);
    const last = watch.look();
    watch.stop();
    await last;
    expect(watch.samples).toHaveLength(1);
  });
});

describe('a line of /proc/<pid>/stat', () => {
  it('is read past names that hold blanks and parentheses', () => {
    const fields = `S 42 43 44 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 11 0 987654 1000 200`;
    expect(parseStat(77, `77 (a) (b c) ${fields}`)).toEqual({
      ...{ pid: 77, parent: 42, group: 43, cpuSeconds: 1.75, key: '77@987654' },
      ...{ startTicks: 987_654, ended: false, threads: 11 },
    });
    expect(parseStat(77, `77 (gone) ${fields.replace('S', 'Z')}`)?.ended).toBe(true);
  });

  it('that is empty or cut is no reading', () => {
    expect(parseStat(77, '')).toBeUndefined();
    expect(parseStat(77, '77 (node) S 42 43')).toBeUndefined();
  });
});
