import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

const slow = (delay: number): ReturnType<typeof linkHarness> => {
  const harness = linkHarness();
  harness.toxics.add({ type: 'slow_close', name: 's', attributes: { delay } });
  return harness;
};

describe('slow_close', () => {
  it('lets data through at once and the end of the stream after the delay', () => {
    const harness = slow(200);
    harness.send('a');
    harness.scheduler.advance(1000);
    harness.send('b');
    harness.link.end();
    expect(harness.output()).toBe('ab');
    harness.scheduler.advance(199);
    expect(harness.seen.ends).toBe(0);
    harness.scheduler.advance(1);
    expect([harness.seen.ends, harness.seen.closes, harness.scheduler.pending()]).toEqual([1, 0, 0]);
    expect(harness.seen.delaysMicros).toEqual([0, 0]);
  });

  it('delays nothing with 0, the default', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'slow_close' });
    harness.link.end();
    expect(harness.seen.ends).toBe(1);
  });

  it('lets the end through at once when removed, and only once', () => {
    const harness = slow(60_000);
    harness.send('a');
    harness.link.end();
    harness.toxics.remove('s');
    expect([harness.output(), harness.seen.ends]).toEqual(['a', 1]);
    harness.scheduler.advance(100_000);
    expect([harness.seen.ends, harness.scheduler.pending()]).toEqual([1, 0]);
  });

  it('ends nothing when it is removed before the end', () => {
    const harness = slow(100);
    harness.toxics.remove('s');
    harness.send('a');
    expect([harness.output(), harness.seen.ends]).toEqual(['a', 0]);
  });

  it('counts anew from an update while the end waits', () => {
    const harness = slow(60_000);
    harness.link.end();
    harness.scheduler.advance(1000);
    harness.toxics.update('s', { attributes: { delay: 50 } });
    harness.scheduler.advance(49);
    expect(harness.seen.ends).toBe(0);
    harness.scheduler.advance(1);
    expect(harness.seen.ends).toBe(1);
    harness.toxics.update('s', { attributes: { delay: 10 } });
    expect([harness.seen.ends, harness.scheduler.pending()]).toEqual([1, 0]);
  });

  it('lets the end go on an update to 0', () => {
    const harness = slow(60_000);
    harness.link.end();
    harness.toxics.update('s', { attributes: { delay: 0 } });
    expect([harness.seen.ends, harness.scheduler.pending()]).toEqual([1, 0]);
  });

  it('adds up when chained', () => {
    const harness = slow(100);
    harness.toxics.add({ type: 'slow_close', name: 'more', attributes: { delay: 50 } });
    harness.link.end();
    harness.scheduler.advance(149);
    expect(harness.seen.ends).toBe(0);
    harness.scheduler.advance(1);
    expect(harness.seen.ends).toBe(1);
  });
});
