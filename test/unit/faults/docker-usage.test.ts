import { describe, expect, it } from 'vitest';
import { containerUsage } from '../../../src/faults/clients/docker-usage.ts';

/** As an engine answers on a machine with the kernel's newer control groups; shortened. */
const newer = {
  read: '2026-03-01T10:00:00.123456789Z',
  pids_stats: { current: 7, limit: 18_446_744_073_709_552_000 },
  cpu_stats: {
    cpu_usage: { total_usage: 2_500_000_000, usage_in_kernelmode: 1, usage_in_usermode: 2 },
    online_cpus: 2,
    throttling_data: { periods: 10, throttled_periods: 4, throttled_time: 5 },
  },
  memory_stats: { usage: 80_000_000, stats: { inactive_file: 30_000_000, file: 1 }, limit: 134_217_728 },
  networks: { eth0: { rx_bytes: 100, tx_bytes: 10 }, eth1: { rx_bytes: 5, tx_bytes: 2 } },
};

describe('what a container uses', () => {
  it('is read from an engine’s answer, all networks together', () => {
    expect(containerUsage(newer)).toEqual({
      readAtUnixMicros: Date.parse('2026-03-01T10:00:00.123Z') * 1_000,
      ...{ cpuMicros: 2_500_000, onlineCores: 2, throttledPeriods: 4 },
      ...{ memoryBytes: 50_000_000, memoryLimitBytes: 134_217_728 },
      ...{ receivedBytes: 105, sentBytes: 12, processes: 7 },
    });
  });

  it.each([
    ['older control groups', { total_inactive_file: 20, inactive_file: 5 }, 80],
    ['newer ones', { inactive_file: 5 }, 95],
    ['neither told', undefined, 100],
    ['more cached than used, for an instant', { inactive_file: 120 }, null],
  ])('counts memory without what is merely cached: %s', (_what, stats, expected) => {
    const usage = containerUsage({ ...newer, memory_stats: { usage: 100, stats } });
    expect(usage?.memoryBytes).toBe(expected);
  });

  it('is null where it is not told, and never 0', () => {
    // The answer for a container that does not run.
    const stopped = {
      read: '0001-01-01T00:00:00Z',
      ...{ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {}, pids_stats: {} },
    };
    expect(containerUsage(stopped)).toMatchObject({
      ...{ readAtUnixMicros: null, onlineCores: null, memoryBytes: null, memoryLimitBytes: null },
      ...{ receivedBytes: null, sentBytes: null, processes: null },
    });
    expect(containerUsage({ ...newer, networks: {} })?.receivedBytes).toBeNull();
  });

  it('is undefined for what Docker does not answer', () => {
    expect(containerUsage({ message: 'no' })).toBeUndefined();
  });
});
