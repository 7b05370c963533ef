import { describe, expect, it } from 'vitest';
import {
  addedLatency,
  affectedShare,
  keptUntilCleared,
  lasted,
  nothing,
  promptEffect,
} from '../../../src/faults/fidelity.ts';
import { judgeTraffic } from '../../../src/faults/traffic.ts';

const ms = 1_000;

describe('added latency', () => {
  it.each([
    [{ latencyMicros: 300 * ms, jitterMicros: 0 }, 329 * ms, 100, 'within'], // 10 %
    [{ latencyMicros: 300 * ms, jitterMicros: 0 }, 331 * ms, 100, 'outside'],
    [{ latencyMicros: 300 * ms, jitterMicros: 0 }, 269 * ms, 100, 'outside'],
    [{ latencyMicros: 5 * ms, jitterMicros: 0 }, 6.9 * ms, 100, 'within'], // 2 ms
    [{ latencyMicros: 5 * ms, jitterMicros: 0 }, 7.1 * ms, 100, 'outside'],
    [{ latencyMicros: 100 * ms, jitterMicros: 100 * ms }, 150 * ms, 4, 'within'], // few draws scatter
    [{ latencyMicros: 100 * ms, jitterMicros: 100 * ms }, 150 * ms, 1_000, 'outside'],
  ])('of %o with a median of %d µs over %d is %s', (asked, p50, count, status) => {
    expect(addedLatency(asked, { p50, count }, false).status).toBe(status);
  });

  it('allows a remote proxy 5 ms', () => {
    const asked = { latencyMicros: 5 * ms, jitterMicros: 0 };
    expect(addedLatency(asked, { p50: 9.9 * ms, count: 9 }, true).status).toBe('within');
  });

  it('is unmeasured, not within, when nothing passed', () => {
    expect(addedLatency({ latencyMicros: ms, jitterMicros: 0 }, null, false).status).toBe('unmeasured');
  });
});

describe('affected connections', () => {
  it.each([
    [1, 20, 20, 'within'],
    [1, 20, 19, 'outside'],
    [0.5, 100, 50, 'within'],
    [0.5, 100, 37, 'within'], // exact 99 % interval of Bin(100, 0.5): 37…63
    [0.5, 100, 36, 'outside'],
    [0.5, 100, 63, 'within'],
    [0.5, 100, 64, 'outside'],
    [0.1, 3, 0, 'within'],
    [0.3, 0, 0, 'unmeasured'],
  ])('at %d, of %d: %d is %s', (toxicity, connections, affected, status) => {
    expect(affectedShare(toxicity, { connections, affected }).status).toBe(status);
  });
});

describe('when a fault was on', () => {
  it('must begin within 1 s', () => {
    expect(promptEffect(5e6, 5.99e6).status).toBe('within');
    expect(promptEffect(5e6, 6.01e6).status).toBe('outside');
  });

  it.each([
    [2e6, 2.49e6, 'within'],
    [2e6, 1.49e6, 'outside'],
    [60e6, 62.9e6, 'within'],
    [60e6, 63.1e6, 'outside'],
  ])('for %d µs asked, %d µs is %s', (asked, happened, status) => {
    expect(lasted(asked, happened).status).toBe(status);
  });

  it('must still be there when it is cleared', () => {
    expect(keptUntilCleared(false).status).toBe('outside');
    expect(nothing('data let through', 0, 'bytes').status).toBe('within');
    expect(nothing('data let through', 1, 'bytes').status).toBe('outside');
  });
});

describe('traffic', () => {
  it.each([
    [10, 3, 'required', 'seen'],
    [0, 3, 'required', 'seen'],
    [10, 0, 'required', 'avoided'],
    [0, 0, 'required', 'missed'],
    [null, 0, 'required', 'missed'],
    [0, 0, 'optional', 'optional'],
    [10, null, 'required', 'unknown'],
    [0, null, 'required', 'missed'],
    [0, null, 'optional', 'optional'],
    [null, null, 'required', 'unknown'],
  ] as const)('before %s, during %s, %s: %s', (before, during, wanted, status) => {
    expect(judgeTraffic(before, during, wanted)).toEqual({ before, during, status });
  });
});
