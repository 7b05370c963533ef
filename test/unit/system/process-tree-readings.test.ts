// Many processes as one: who belongs to it, what it used, with those that ended, and what it holds.

import { describe, expect, it } from 'vitest';
import {
  cpuSecondsBetween,
  membersOf,
  rootKeyOf,
  treeMemory,
  treeThreads,
} from '../../../src/system/process-tree-readings.ts';
import { reading, waited } from '../../support/process-readings.ts';

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

  it('counts children that began and ended between two looks by whoever waited for them', () => {
    const before = [waited(reading(1, 0, 1, 10), 100)];
    const now = [waited(reading(1, 0, 1, 10.5), 102)];
    expect(cpuSecondsBetween(before, now)).toBeCloseTo(2.5, 9);
    const late = [...now, waited(reading(2, 1, 1, 0.25), 0.5)];
    expect(cpuSecondsBetween(before, late)).toBeCloseTo(3.25, 9);
  });

  it('counts of a child that ended what it used since the last look, and never again what it had used by then', () => {
    // 2 had used 3 s itself and 4 s by its children; in the end it was 3.5 s and 4.25 s.
    const before = [reading(1, 0, 1, 10), waited(reading(2, 1, 1, 3), 4)];
    expect(cpuSecondsBetween(before, [waited(reading(1, 0, 1, 10), 7.75)])).toBeCloseTo(0.75, 9);
    // 3 ended first and was waited for by 2, and so is in what 1 has of 2.
    const three = [...before, reading(3, 2, 1, 1)];
    expect(cpuSecondsBetween(three, [waited(reading(1, 0, 1, 10), 8.75)])).toBeCloseTo(0.75, 9);
    // Ended, but nobody has waited for it yet: it still shows its own time.
    const ended = [reading(1, 0, 1, 10), { ...waited(reading(2, 1, 1, 3.5), 4.25), ended: true }];
    expect(cpuSecondsBetween(before, ended)).toBeCloseTo(0.75, 9);
    expect(cpuSecondsBetween(ended, [waited(reading(1, 0, 1, 10), 7.75)])).toBe(0);
  });

  it('is not below nothing when nobody waits for those that end', () => {
    const before = [reading(1, 0, 1, 10), reading(2, 1, 1, 50)];
    expect(cpuSecondsBetween(before, [reading(1, 0, 1, 10.5)])).toBeCloseTo(0.5, 9);
  });

  it('counts what its own members waited for, and nothing of what others did', () => {
    const before = [reading(1, 0, 1), reading(9, 0, 9)];
    const now = [waited(reading(1, 0, 1), 1), waited(reading(9, 0, 9), 5)];
    expect(cpuSecondsBetween(before, now, now.slice(0, 1))).toBe(1);
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

  it('has no memory that is known when one of its processes does not show its own', () => {
    expect(treeMemory([{ ownBytes: 10, sharedBytes: 0 }, null])).toBeNull();
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
