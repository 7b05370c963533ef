import { describe, expect, it } from 'vitest';
import { recordDelay, summarizeDelays, type DelayHistogram } from '../../../src/proxy/delay-histogram.ts';

const of = (...delays: number[]): DelayHistogram => {
  const histogram: DelayHistogram = new Map();
  for (const delay of delays) recordDelay(histogram, delay);
  return histogram;
};

describe('a histogram of delays', () => {
  it('has no percentiles of nothing', () => {
    expect(summarizeDelays([])).toBeNull();
    expect(summarizeDelays([of()])).toBeNull();
  });

  it('is exact below 128 µs', () => {
    expect(summarizeDelays([of(3, 1, 2)])).toEqual({ p50: 2, p99: 3, count: 3 });
  });

  it('keeps every size within 0.4 %', () => {
    for (let delay = 1; delay < 1e12; delay = Math.ceil(delay * 1.037)) {
      const { p50 } = summarizeDelays([of(delay)]) ?? { p50: Number.NaN };
      expect(Math.abs(p50 - delay) / delay, String(delay)).toBeLessThanOrEqual(0.004);
    }
  });

  it('takes the nearest rank, over histograms together as over one', () => {
    const delays = Array.from({ length: 1000 }, (_, index) => index + 1);
    const parts = [of(...delays.slice(0, 300)), of(...delays.slice(300))];
    expect(summarizeDelays(parts)).toEqual(summarizeDelays([of(...delays)]));
    const { p50, p99, count } = summarizeDelays(parts) ?? { p50: 0, p99: 0, count: 0 };
    expect(count).toBe(1000);
    expect(Math.abs(p50 - 500)).toBeLessThanOrEqual(2);
    expect(Math.abs(p99 - 990)).toBeLessThanOrEqual(4);
  });

  it('counts a clock that went backwards as no delay', () => {
    expect(summarizeDelays([of(-5)])).toEqual({ p50: 0, p99: 0, count: 1 });
  });
});
