// Looks at process trees: what is kept of each, and what is told of those that failed.

import { describe, expect, it } from 'vitest';
import { type ObservedTree, type ProcPort, TreeLooks } from '../../../src/system/observe-process.ts';
import type { OpenFiles } from '../../../src/system/open-files.ts';
import type { MemoryReading, ProcessReading } from '../../../src/system/proc-readings.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { reading } from '../../support/process-readings.ts';

interface FakeProc extends ProcPort {
  table: ProcessReading[];
  /** Thrown by the next reading of the table. */
  failure: Error | null;
  files: OpenFiles;
  held: MemoryReading | null;
  /** How long counting takes. */
  countMicros: number;
  counts: number;
}

function world(trees: readonly ObservedTree[]): { clock: FakeClock; proc: FakeProc; looks: () => TreeLooks } {
  const clock = new FakeClock();
  const proc: FakeProc = {
    ...{ table: [], failure: null, files: { openFiles: 20, sockets: 3 }, countMicros: 0, counts: 0 },
    held: { ownBytes: 1_000, sharedBytes: 0 },
    processes: () => {
      if (proc.failure !== null) throw proc.failure;
      return proc.table;
    },
    memory: () => proc.held,
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
    expect(watch.notes()).toEqual([
      'processes could not be looked at 1 of 3 times, first: EMFILE: too many open files',
    ]);
  });

  it('have no memory where none is shown, rather than none held', async () => {
    const { clock, proc, looks } = world([target]);
    proc.table = [reading(10, 1, 10, 1)];
    const watch = looks();
    proc.held = null;
    await clock.jump(1_000_000);
    await watch.look();
    expect(watch.samples).toHaveLength(1);
    expect(watch.samples[0]).not.toHaveProperty('memoryBytes');
    expect(watch.notes()).toEqual([]);
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
