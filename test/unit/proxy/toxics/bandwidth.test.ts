import { describe, expect, it } from 'vitest';
import { linkHarness, type LinkHarness } from '../../../support/link-harness.ts';

const add = (harness: LinkHarness, rate: number): void => {
  harness.toxics.add({ type: 'bandwidth', name: 'narrow', attributes: { rate } });
};
const bytesOut = (harness: LinkHarness): number =>
  harness.seen.writes.reduce((sum, { length }) => sum + length, 0);

describe('bandwidth', () => {
  it('lets a message through once the line has carried all of it', () => {
    const harness = linkHarness();
    add(harness, 10);
    harness.send('x'.repeat(100));
    harness.scheduler.advance(9);
    expect(bytesOut(harness)).toBe(0);
    harness.scheduler.advance(1);
    expect(bytesOut(harness)).toBe(100);
    expect(harness.seen.delaysMicros).toEqual([10_000]);
  });

  it('carries exactly rate × 1000 bytes a second, evenly', () => {
    const harness = linkHarness();
    add(harness, 50);
    harness.link.receive(Buffer.alloc(200_000));
    for (let second = 1; second <= 4; second += 1) {
      harness.scheduler.advance(1000);
      expect(bytesOut(harness)).toBeLessThanOrEqual(50_000 * second);
      expect(bytesOut(harness)).toBeGreaterThan(50_000 * second - 1500);
    }
    harness.scheduler.advance(1);
    expect(bytesOut(harness)).toBe(200_000);
    expect(Math.max(...harness.seen.writes.map(({ length }) => length))).toBeLessThanOrEqual(1460);
  });

  it('cuts large chunks on slow lines too: nothing waits longer than 100 ms for its turn', () => {
    const harness = linkHarness();
    add(harness, 1);
    harness.link.receive(Buffer.alloc(1000));
    for (let turn = 1; turn <= 10; turn += 1) {
      harness.scheduler.advance(100);
      expect(bytesOut(harness)).toBe(100 * turn);
    }
  });

  it('earns nothing while idle', () => {
    const harness = linkHarness();
    add(harness, 10);
    harness.send('x'.repeat(100));
    harness.scheduler.advance(5000);
    harness.send('x'.repeat(100));
    harness.scheduler.advance(9);
    expect(bytesOut(harness)).toBe(100);
    harness.scheduler.advance(1);
    expect(bytesOut(harness)).toBe(200);
  });

  it('takes many small chunks for what they are together', () => {
    const harness = linkHarness();
    add(harness, 2);
    for (let sent = 0; sent < 500; sent += 1) harness.send('ab');
    harness.scheduler.advance(250);
    expect(bytesOut(harness)).toBe(500);
    harness.scheduler.advance(250);
    expect(bytesOut(harness)).toBe(1000);
  });

  it.each([1, 146, 3_000])('keeps its rate of %i KB/s though every timer is late', (rate) => {
    const harness = linkHarness(1, 1_300);
    add(harness, rate);
    harness.link.receive(Buffer.alloc(rate * 1000 * 2));
    harness.scheduler.advance(1000);
    expect(bytesOut(harness)).toBeLessThanOrEqual(rate * 1000);
    expect(bytesOut(harness)).toBeGreaterThan(rate * 1000 * 0.89);
    harness.scheduler.advance(1002);
    expect(bytesOut(harness)).toBe(rate * 1000 * 2);
  });

  it('reaches a rate that is beyond what it holds within one tick of a timer, and no more', () => {
    const harness = linkHarness(1, 1_000);
    add(harness, 125_000);
    const piece = Buffer.alloc(64 * 1024);
    for (let turn = 0; turn < 5_000; turn += 1) {
      while (!harness.seen.paused) harness.link.receive(piece);
      harness.scheduler.advance(0.1);
    }
    expect(bytesOut(harness)).toBeLessThanOrEqual(62_500_000);
    expect(bytesOut(harness)).toBeGreaterThan(0.9 * 62_500_000);
  });

  it('stalls at 0, the default, without a timer; the end of the stream waits for what is held', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'bandwidth' });
    harness.send('abc');
    harness.link.end();
    harness.scheduler.advance(1_000_000);
    expect([harness.output(), harness.seen.ends, harness.scheduler.pending()]).toEqual(['', 0, 0]);
  });

  it('passes the end at once when nothing is held, and behind the last byte otherwise', () => {
    const idle = linkHarness();
    add(idle, 0);
    idle.link.end();
    expect(idle.seen.ends).toBe(1);
    const busy = linkHarness();
    add(busy, 1);
    busy.send('x'.repeat(300));
    busy.link.end();
    busy.scheduler.advance(299);
    expect(busy.seen.ends).toBe(0);
    busy.scheduler.advance(1);
    expect([bytesOut(busy), busy.seen.ends]).toEqual([300, 1]);
  });

  it('counts an update from now: nothing earned is lost, nothing not earned is given', () => {
    const harness = linkHarness();
    add(harness, 1);
    harness.send('x'.repeat(1000));
    harness.scheduler.advance(50);
    expect(bytesOut(harness)).toBe(0);
    harness.toxics.update('narrow', { attributes: { rate: 10 } });
    expect(bytesOut(harness)).toBe(50);
    harness.scheduler.advance(94);
    expect(bytesOut(harness)).toBeLessThan(1000);
    harness.scheduler.advance(1);
    expect(bytesOut(harness)).toBe(1000);
    expect(harness.seen.delaysMicros.every((delay) => delay === null)).toBe(true);
  });

  it('comes back from a stall by an update, counting from then', () => {
    const harness = linkHarness();
    add(harness, 0);
    harness.send('x'.repeat(100));
    harness.scheduler.advance(10_000);
    harness.toxics.update('narrow', { attributes: { rate: 1 } });
    harness.scheduler.advance(99);
    expect(bytesOut(harness)).toBe(0);
    harness.scheduler.advance(1);
    expect(bytesOut(harness)).toBe(100);
  });

  it('releases everything at once and in order when removed', () => {
    const harness = linkHarness();
    add(harness, 1);
    harness.send('a'.repeat(150));
    harness.send('b'.repeat(150));
    harness.link.end();
    harness.scheduler.advance(100);
    harness.toxics.remove('narrow');
    expect(harness.output()).toBe('a'.repeat(150) + 'b'.repeat(150));
    expect([harness.seen.ends, harness.scheduler.pending()]).toEqual([1, 0]);
    expect(harness.seen.delaysMicros).toEqual([100_000, null, null]);
  });

  it('pauses the source once it holds its share, and resumes it as the line gets on', () => {
    const harness = linkHarness();
    add(harness, 100);
    harness.link.receive(Buffer.alloc(32 * 1024));
    expect(harness.seen.paused).toBe(false);
    harness.link.receive(Buffer.alloc(64 * 1024));
    expect(harness.seen.paused).toBe(true);
    harness.scheduler.advance(100);
    expect(harness.seen.paused).toBe(true);
    harness.scheduler.advance(300);
    expect(harness.seen.paused).toBe(false);
  });

  it('delays what a latency before it let through from when that was due', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', attributes: { latency: 100 } });
    add(harness, 10);
    harness.send('x'.repeat(100));
    harness.scheduler.advance(110);
    expect(harness.seen.delaysMicros).toEqual([110_000]);
  });
});
