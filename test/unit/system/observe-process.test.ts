// CPU and memory of a process tree, from readings.

import { describe, expect, it } from 'vitest';
import { cpuSecondsBetween, membersOf, parseStat, treeMemory } from '../../../src/system/observe-process.ts';
import type { ProcessReading } from '../../../src/system/observe-process.ts';

const reading = (
  pid: number,
  parent: number,
  group: number,
  cpuSeconds = 0,
  key = `${pid}@1`,
): ProcessReading => ({
  ...{ pid, parent, group, cpuSeconds, key },
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
});

describe('a line of /proc/<pid>/stat', () => {
  it('is read past names that hold blanks and parentheses', () => {
    const fields = `S 42 43 44 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 11 0 987654 1000 200`;
    expect(parseStat(77, `77 (a) (b c) ${fields}`)).toEqual({
      ...{ pid: 77, parent: 42, group: 43, cpuSeconds: 1.75, key: '77@987654' },
    });
  });

  it('that is empty or cut is no reading', () => {
    expect(parseStat(77, '')).toBeUndefined();
    expect(parseStat(77, '77 (node) S 42 43')).toBeUndefined();
  });
});
