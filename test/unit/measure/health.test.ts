// The generator's fitness by the table of limits: what degrades, what saturates, and in how many seconds.

import { describe, expect, it } from 'vitest';
import type { SecondHealth } from '../../../src/measure/health.ts';
import { judgeHealth } from '../../../src/measure/health.ts';

const second = 1_000_000;
const good: Omit<SecondHealth, 'startMicros'> = {
  lagP99Micros: 300,
  due: 1_000,
  behind: 0,
  loopDelayP99Micros: 500,
  busyShare: 0.2,
  gcShare: 0.01,
  stealShare: 0,
  descriptorShare: 0.01,
  exhausted: 0,
};
/** `count` seconds, the first `bad` of them (after `from`) changed. */
const seconds = (count: number, bad: number, changes: Partial<SecondHealth>, from = 0): SecondHealth[] =>
  Array.from({ length: count }, (_, index) => ({
    ...good,
    ...(index >= from && index < from + bad ? changes : {}),
    startMicros: index * second,
  }));
const judge = (all: readonly SecondHealth[], fromMicros = 0, tightestPromiseMicros: number | null = null) =>
  judgeHealth(all, { fromMicros, untilMicros: 1_000 * second, tightestPromiseMicros });

describe('generator health', () => {
  it('is good when every measure is', () => {
    expect(judge(seconds(40, 0, {}))).toMatchObject({ level: 'good', reasons: [], judgedSeconds: 40 });
  });

  it.each([
    ['schedule lag p99', { lagP99Micros: 2_100 }, { lagP99Micros: 20_100 }],
    ['due but not started', { behind: 2 }, { behind: 6 }],
    ['event-loop delay p99', { loopDelayP99Micros: 11_000 }, { loopDelayP99Micros: 51_000 }],
    ['busiest thread', { busyShare: 0.71 }, { busyShare: 0.91 }],
    ['time in garbage collection', { gcShare: 0.04 }, { gcShare: 0.11 }],
    ['CPU steal', { stealShare: 0.06 }, { stealShare: 0.16 }],
  ])('judges %s by its limits', (name, degraded, saturated) => {
    for (const [changes, level] of [
      [degraded, 'degraded'],
      [saturated, 'saturated'],
    ] as const) {
      const health = judge(seconds(40, 2, changes));
      expect(health.level).toBe(level);
      expect(health.reasons).toHaveLength(1);
      expect(health.reasons[0]).toContain(`${level}: ${name}`);
      // One second of 40 is less than 5 %.
      expect(judge(seconds(40, 1, changes)).level).toBe('good');
    }
  });

  it('does not mind a busy thread where the load saturates on purpose', () => {
    const window = { fromMicros: 0, untilMicros: 1_000 * second, tightestPromiseMicros: null };
    const busy = seconds(40, 40, { busyShare: 1 });
    expect(judgeHealth(busy, { ...window, saturates: true })).toMatchObject({ level: 'good', reasons: [] });
    expect(judgeHealth(busy, window).level).toBe('saturated');
    const slow = seconds(40, 40, { busyShare: 1, loopDelayP99Micros: 60_000 });
    expect(judgeHealth(slow, { ...window, saturates: true }).level).toBe('saturated');
  });

  it('leaves warm-up and what comes after the load out', () => {
    const bad = { busyShare: 0.99 };
    expect(judge(seconds(40, 5, bad), 5 * second)).toMatchObject({ level: 'good', judgedSeconds: 35 });
    const window = { fromMicros: 0, untilMicros: 30 * second, tightestPromiseMicros: null };
    expect(judgeHealth(seconds(40, 10, bad, 30), window)).toMatchObject({ level: 'good', judgedSeconds: 30 });
  });

  it('allows lag up to a tenth of the tightest promise', () => {
    const late = seconds(40, 40, { lagP99Micros: 30_000 });
    expect(judge(late).level).toBe('saturated');
    expect(judge(late, 0, 200_000).level).toBe('saturated');
    expect(judge(late, 0, 2_000_000).level).toBe('degraded');
  });

  it('takes the worst thread of each second', () => {
    const idle = seconds(40, 0, {});
    const busy = seconds(40, 40, { busyShare: 0.95 });
    expect(judge([...idle, ...busy])).toMatchObject({ level: 'saturated', judgedSeconds: 40 });
  });

  it('sums what was due over threads before taking the share', () => {
    // 4 of 1,000 in one thread, 0 of 1,000 in the other: 0.2 %.
    const all = [...seconds(40, 40, { behind: 4 }), ...seconds(40, 0, {})];
    expect(judge(all).level).toBe('degraded');
  });

  it('is saturated when descriptors or ports ran out once, even in warm-up', () => {
    const health = judge(seconds(40, 1, { exhausted: 1 }), 20 * second);
    expect(health.level).toBe('saturated');
    expect(health.reasons[0]).toContain('exhausted');
  });

  it('leaves out what was not measured, and says when nothing could be judged', () => {
    const unmeasured = seconds(10, 10, { stealShare: null, descriptorShare: null, lagP99Micros: null });
    expect(judge(unmeasured).measures.map(({ name }) => name)).not.toContain('CPU steal');
    const none = judge([]);
    expect(none).toMatchObject({ level: 'degraded', judgedSeconds: 0 });
    expect(none.reasons).toHaveLength(1);
  });
});
