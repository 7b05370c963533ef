import { describe, expect, it } from 'vitest';
import { maxChunkBytes } from '../../../src/proxy/link.ts';
import { linkHarness } from '../../support/link-harness.ts';

describe('a link', () => {
  it('writes on the spot without toxics, and says that nothing was added', () => {
    const harness = linkHarness();
    harness.send('abc');
    harness.link.end();
    expect([harness.output(), harness.seen.ends]).toEqual(['abc', 1]);
    expect(harness.seen.delaysMicros).toEqual([null]);
    expect(harness.scheduler.pending()).toBe(0);
  });

  it('hands toxics chunks of at most 32 KiB', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', attributes: { latency: 1 } });
    harness.link.receive(Buffer.alloc(100_000, 7));
    harness.scheduler.advance(1);
    const sizes = harness.seen.writes.map(({ length }) => length);
    expect(Math.max(...sizes)).toBe(maxChunkBytes);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100_000);
  });

  it('pauses the source while the sink is full', () => {
    const harness = linkHarness();
    harness.sinkTakes = false;
    harness.send('a');
    expect(harness.seen.paused).toBe(true);
    harness.sinkTakes = true;
    harness.link.drained();
    expect(harness.seen.paused).toBe(false);
  });

  it('puts a new toxic behind those there are', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', name: 'first', attributes: { latency: 100 } });
    harness.send('a');
    harness.toxics.add({ type: 'reset_peer', name: 'second', attributes: { timeout: 50 } });
    harness.scheduler.advance(149);
    expect(harness.seen.resets).toBe(0);
    harness.scheduler.advance(1);
    expect([harness.seen.resets, harness.output()]).toEqual([1, '']);
  });

  it('keeps the order when the first of two is removed: what it held goes through the second', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', name: 'first', attributes: { latency: 500 } });
    harness.toxics.add({ type: 'latency', name: 'second', attributes: { latency: 100 } });
    harness.send('a');
    harness.toxics.remove('first');
    harness.send('b');
    expect(harness.output()).toBe('');
    harness.scheduler.advance(100);
    expect(harness.output()).toBe('ab');
  });

  it('does not send the end twice when a toxic comes after it', () => {
    const harness = linkHarness();
    harness.link.end();
    harness.toxics.add({ type: 'latency', name: 'late', attributes: { latency: 100 } });
    harness.toxics.remove('late');
    expect(harness.seen.ends).toBe(1);
  });

  it('passes a held end through a toxic that was added behind it', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', name: 'first', attributes: { latency: 100 } });
    harness.send('a');
    harness.link.end();
    harness.toxics.add({ type: 'latency', name: 'second', attributes: { latency: 100 } });
    harness.scheduler.advance(199);
    expect([harness.output(), harness.seen.ends]).toEqual(['', 0]);
    harness.scheduler.advance(1);
    expect([harness.output(), harness.seen.ends]).toEqual(['a', 1]);
  });

  it('forgets what it holds, and its timers, when disposed', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', attributes: { latency: 100 } });
    harness.send('a');
    harness.link.dispose();
    harness.scheduler.advance(1000);
    expect([harness.output(), harness.scheduler.pending()]).toEqual(['', 0]);
  });
});

describe('toxicity', () => {
  const affectedOf = (toxicity: number, links: number): number => {
    let affected = 0;
    for (let seed = 1; seed <= links; seed += 1) {
      const harness = linkHarness(seed);
      harness.toxics.add({ type: 'latency', attributes: { latency: 10 }, toxicity });
      harness.send('a');
      if (harness.output() === '') affected += 1;
    }
    return affected;
  };

  it('is drawn per connection, at its share', () => {
    expect(affectedOf(0, 200)).toBe(0);
    expect(affectedOf(1, 200)).toBe(200);
    expect(Math.abs(affectedOf(0.3, 2000) - 600)).toBeLessThan(70);
  });

  it('is the same again with the same seed', () => {
    expect(affectedOf(0.5, 300)).toBe(affectedOf(0.5, 300));
  });

  it('is not drawn again when neighbours come and go', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const harness = linkHarness(seed);
      const toxic = harness.toxics.add({
        type: 'latency',
        name: 'half',
        attributes: { latency: 10 },
        toxicity: 0.5,
      });
      const before = toxic.affected;
      harness.toxics.add({ type: 'latency', name: 'other' });
      harness.toxics.remove('other');
      harness.toxics.update('half', { attributes: { latency: 20 } });
      expect([toxic.drawn, toxic.affected]).toEqual([1, before]);
    }
  });

  it('follows an update of it, and lets go of what it no longer acts on', () => {
    const harness = linkHarness();
    const toxic = harness.toxics.add({ type: 'latency', name: 'l', attributes: { latency: 1000 } });
    harness.send('a');
    harness.toxics.update('l', { toxicity: 0 });
    expect(harness.output()).toBe('a');
    expect([toxic.drawn, toxic.affected]).toEqual([1, 0]);
    harness.toxics.update('l', { toxicity: 1 });
    harness.send('b');
    expect(harness.output()).toBe('a');
  });
});
