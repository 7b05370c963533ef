import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

const add = (harness: ReturnType<typeof linkHarness>, attributes: object, name = 'slow') =>
  harness.toxics.add({ type: 'latency', name, attributes });

describe('latency', () => {
  it('lets nothing out before the delay and everything at it', () => {
    const harness = linkHarness();
    add(harness, { latency: 100 });
    harness.send('a');
    harness.scheduler.advance(99);
    expect(harness.output()).toBe('');
    harness.scheduler.advance(1);
    expect(harness.output()).toBe('a');
    expect(harness.seen.delaysMicros).toEqual([100_000]);
  });

  it('delays each chunk from its own arrival', () => {
    const harness = linkHarness();
    add(harness, { latency: 100 });
    harness.send('a');
    harness.scheduler.advance(60);
    harness.send('b');
    harness.scheduler.advance(40);
    expect(harness.output()).toBe('a');
    harness.scheduler.advance(60);
    expect(harness.output()).toBe('ab');
  });

  it('adds up when two are chained, whatever order they were asked in', () => {
    const harness = linkHarness();
    add(harness, { latency: 30 }, 'one');
    add(harness, { latency: 50 }, 'two');
    harness.send('a');
    harness.scheduler.advance(79);
    expect(harness.output()).toBe('');
    harness.scheduler.advance(1);
    expect(harness.output()).toBe('a');
    expect(harness.seen.delaysMicros).toEqual([80_000]);
  });

  it('spreads by jitter around the latency, on both sides, and never reorders', () => {
    const harness = linkHarness();
    add(harness, { latency: 100, jitter: 40 });
    const text = Array.from({ length: 400 }, (_, index) => String(index % 10)).join('');
    for (const letter of text) {
      harness.send(letter);
      harness.scheduler.advance(200);
    }
    const delays = harness.seen.delaysMicros.map((delay) => delay ?? Number.NaN);
    expect(harness.output()).toBe(text);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...delays)).toBeLessThan(140_000);
    expect(Math.min(...delays)).toBeLessThan(70_000);
    expect(Math.max(...delays)).toBeGreaterThan(130_000);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(Math.abs(mean - 100_000)).toBeLessThan(5_000);
  });

  it('holds chunks back rather than let jitter reorder them', () => {
    const harness = linkHarness();
    add(harness, { latency: 50, jitter: 50 });
    const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(8);
    for (const letter of text) harness.send(letter);
    harness.scheduler.advance(200);
    expect(harness.output()).toBe(text);
  });

  it('follows the last chunk with the end of the stream, undelayed', () => {
    const harness = linkHarness();
    add(harness, { latency: 100 });
    harness.send('a');
    harness.scheduler.advance(50);
    harness.link.end();
    expect(harness.seen.ends).toBe(0);
    harness.scheduler.advance(50);
    expect([harness.output(), harness.seen.ends]).toEqual(['a', 1]);
  });

  it('passes the end at once when nothing is held', () => {
    const harness = linkHarness();
    add(harness, { latency: 100 });
    harness.link.end();
    expect(harness.seen.ends).toBe(1);
  });

  it('flushes at once and in order when removed, and then is out of the way', () => {
    const harness = linkHarness();
    add(harness, { latency: 10_000 });
    for (const letter of 'abc') harness.send(letter);
    harness.link.end();
    harness.toxics.remove('slow');
    expect([harness.output(), harness.seen.ends]).toEqual(['abc', 1]);
    expect(harness.scheduler.pending()).toBe(0);
  });

  it('says nothing of the delay of chunks that a removal or an update cut short', () => {
    const harness = linkHarness();
    add(harness, { latency: 1000 });
    harness.send('a');
    harness.toxics.update('slow', { attributes: { latency: 500 } });
    harness.scheduler.advance(500);
    harness.send('b');
    harness.toxics.remove('slow');
    harness.send('c');
    expect(harness.output()).toBe('abc');
    expect(harness.seen.delaysMicros).toEqual([null, null, null]);
  });

  it('applies an update to what is held already', () => {
    const harness = linkHarness();
    add(harness, { latency: 3000 });
    harness.send('a');
    harness.scheduler.advance(100);
    harness.send('b');
    harness.toxics.update('slow', { attributes: { latency: 200 } });
    harness.scheduler.advance(99);
    expect(harness.output()).toBe('');
    harness.scheduler.advance(1);
    expect(harness.output()).toBe('a');
    harness.scheduler.advance(100);
    expect(harness.output()).toBe('ab');
  });

  it('pauses the source once it holds its share, and resumes it afterwards', () => {
    const harness = linkHarness();
    add(harness, { latency: 100 });
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 31; sent += 1) harness.link.receive(chunk);
    expect(harness.seen.paused).toBe(false);
    for (let sent = 0; sent < 2; sent += 1) harness.link.receive(chunk);
    expect(harness.seen.paused).toBe(true);
    harness.scheduler.advance(100);
    expect(harness.seen.paused).toBe(false);
    expect(harness.seen.writes.reduce((sum, { length }) => sum + length, 0)).toBe(33 * 1024 * 1024);
  });
});
