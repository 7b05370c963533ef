// What makes two machines one to comparisons, and what does not.

import { expect, test } from 'vitest';
import { environmentOf, fingerprintOf } from '../../../src/run/environment.ts';

const machine = {
  ...{ platform: 'linux', arch: 'x64', cpuModel: 'Example CPU', cpus: 4 },
  memoryBytes: 16 * 1_073_741_824,
};
const own = fingerprintOf(machine, 4, '20');

test('some MiB of memory are the same machine', () => {
  expect(fingerprintOf({ ...machine, memoryBytes: machine.memoryBytes - 40_000_000 }, 4, '20')).toBe(own);
});

test.each([
  ['another processor', fingerprintOf({ ...machine, cpuModel: 'Another CPU' }, 4, '20')],
  ['more memory', fingerprintOf({ ...machine, memoryBytes: 2 * machine.memoryBytes }, 4, '20')],
  ['another Node.js', fingerprintOf(machine, 4, '22')],
  ['one of its cores', fingerprintOf(machine, 1, '20')],
  ['one and a half of its cores', fingerprintOf(machine, 1.5, '20')],
])('%s is another machine', (_what, other) => {
  expect(other).not.toBe(own);
  expect(other).toMatch(/^[0-9a-f]{16}$/);
});

test('this machine is the same twice', () => {
  const [one, other] = [1, 2].map((threads) => environmentOf(threads, 'none', null, 'verified'));
  expect(one?.fingerprint).toBe(other?.fingerprint);
});
