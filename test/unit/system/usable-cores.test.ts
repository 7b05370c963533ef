// The cores a process may use: what its affinity allows, less what any control group above it takes.

import { expect, test } from 'vitest';
import { countList, usableCores } from '../../../src/system/usable-cores.ts';

const status = (list: string): string =>
  `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nThreads:\t4\n`;
const cores = (files: Readonly<Record<string, string>>): number => usableCores(7, (path) => files[path], 8);

test.each([
  ['0-7', 8],
  ['0', 1],
  ['0-1,4,6-7', 5],
  ['', undefined],
  ['all', undefined],
])('the list %s is %s', (list, count) => {
  expect(countList(list)).toBe(count);
});

test('without anything to read they are those of the machine', () => {
  expect(cores({})).toBe(8);
});

test('affinity takes some away', () => {
  expect(cores({ '/proc/7/status': status('0-1') })).toBe(2);
});

test('the tightest quota of the groups above counts (version 2)', () => {
  const files = {
    '/proc/7/status': status('0-7'),
    '/proc/7/cgroup': '0::/work.slice/run.scope\n',
    '/sys/fs/cgroup/work.slice/run.scope/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/work.slice/cpu.max': '150000 100000\n',
  };
  expect(cores(files)).toBe(1.5);
});

test('a quota of version 1 counts; -1 is none', () => {
  const group = '/sys/fs/cgroup/cpu,cpuacct';
  const files = {
    '/proc/7/cgroup': '4:memory:/x\n3:cpu,cpuacct:/docker/abc\n',
    [`${group}/docker/abc/cpu.cfs_quota_us`]: '-1\n',
    [`${group}/docker/abc/cpu.cfs_period_us`]: '100000\n',
    [`${group}/cpu.cfs_quota_us`]: '50000\n',
    [`${group}/cpu.cfs_period_us`]: '100000\n',
  };
  expect(cores(files)).toBe(0.5);
});
