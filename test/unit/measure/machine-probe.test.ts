// Reading what Linux tells about stolen time and descriptor limits.

import { describe, expect, it } from 'vitest';
import { parseCpuTimes, parseDescriptorLimit } from '../../../src/measure/machine-probe.ts';

describe('machine probe', () => {
  it('sums the first eight fields and leaves guest time, which is inside user, out', () => {
    const stat = 'cpu  100 10 50 800 20 1 4 15 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
    expect(parseCpuTimes(stat)).toEqual({ total: 1_000, idle: 820, steal: 15 });
  });

  it('knows nothing of an old or foreign format', () => {
    expect(parseCpuTimes('cpu 1 2 3 4\n')).toBeNull();
    expect(parseCpuTimes('intr 1 2 3')).toBeNull();
  });

  it('reads the soft limit, and takes unlimited for unknown', () => {
    const limits = 'Limit                     Soft Limit           Hard Limit\n';
    expect(
      parseDescriptorLimit(`${limits}Max open files            1024                 524288  files\n`),
    ).toBe(1_024);
    expect(
      parseDescriptorLimit(`${limits}Max open files            unlimited            unlimited files\n`),
    ).toBeNull();
  });
});
