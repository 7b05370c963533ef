import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

const sliced = (attributes: object, lateMicros = 0): ReturnType<typeof linkHarness> => {
  const harness = linkHarness(1, lateMicros);
  harness.toxics.add({ type: 'slicer', name: 's', attributes });
  return harness;
};
const text = (length: number): string =>
  Array.from({ length }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');

describe('slicer', () => {
  it('cuts into pieces of the average size, at once without a delay', () => {
    const harness = sliced({ average_size: 10 });
    harness.send(text(35));
    expect(harness.seen.writes.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
    expect(harness.output()).toBe(text(35));
  });

  it('varies their sizes evenly around the average', () => {
    const harness = sliced({ average_size: 100, size_variation: 20 });
    for (let turn = 0; turn < 20; turn += 1) harness.send(text(10_000));
    const sizes = harness.seen.writes.map(({ length }) => length);
    const whole = sizes.filter((size) => size >= 80);
    expect(sizes.length - whole.length).toBeLessThanOrEqual(20);
    expect([Math.min(...whole), Math.max(...sizes)]).toEqual([80, 120]);
    expect(Math.abs(whole.reduce((sum, size) => sum + size, 0) / whole.length - 100)).toBeLessThan(2);
  });

  it('leaves the delay between pieces, also across chunks, and none before the first', () => {
    const harness = sliced({ average_size: 2, delay: 5_000 });
    harness.send('aabb');
    expect(harness.output()).toBe('aa');
    harness.send('cc');
    harness.scheduler.advance(5);
    expect(harness.output()).toBe('aabb');
    harness.scheduler.advance(4);
    expect(harness.output()).toBe('aabb');
    harness.scheduler.advance(1);
    expect(harness.output()).toBe('aabbcc');
    harness.scheduler.advance(5);
    harness.send('dd');
    expect(harness.output()).toBe('aabbccdd');
  });

  it('keeps its pace of microseconds though timers are late by milliseconds', () => {
    const harness = sliced({ average_size: 1, delay: 10 }, 1_200);
    harness.send(text(10_000));
    harness.scheduler.advance(50);
    const half = harness.output().length;
    expect(half).toBeLessThanOrEqual(5_001);
    expect(half).toBeGreaterThan(4_800);
    harness.scheduler.advance(52);
    expect(harness.output()).toBe(text(10_000));
  });

  it('follows the last piece with the end of the stream', () => {
    const harness = sliced({ average_size: 1, delay: 1_000 });
    harness.send('abc');
    harness.link.end();
    harness.scheduler.advance(1);
    expect([harness.output(), harness.seen.ends]).toEqual(['ab', 0]);
    harness.scheduler.advance(1);
    expect([harness.output(), harness.seen.ends]).toEqual(['abc', 1]);
  });

  it('paces what is held by an update from now on, without a burst', () => {
    const harness = sliced({ average_size: 1, delay: 60_000_000 });
    harness.send('abcdefghij');
    harness.scheduler.advance(30_000);
    expect(harness.output()).toBe('a');
    harness.toxics.update('s', { attributes: { delay: 10_000, average_size: 2 } });
    expect(harness.output()).toBe('abc');
    harness.scheduler.advance(9);
    expect(harness.output()).toBe('abc');
    harness.scheduler.advance(31);
    expect(harness.output()).toBe('abcdefghij');
  });

  it('gives back what is held in order when removed', () => {
    const harness = sliced({ average_size: 1, delay: 1_000_000 });
    harness.send('abc');
    harness.send('def');
    harness.link.end();
    harness.toxics.remove('s');
    expect([harness.output(), harness.seen.ends]).toEqual(['abcdef', 1]);
    expect(harness.scheduler.pending()).toBe(0);
    expect(harness.seen.delaysMicros).toEqual([0, null, null]);
  });

  it('pauses the source rather than hold without bound', () => {
    const harness = sliced({ average_size: 1000, delay: 1_000 });
    harness.link.receive(Buffer.alloc(100_000));
    expect(harness.seen.paused).toBe(true);
    harness.scheduler.advance(40);
    expect(harness.seen.paused).toBe(false);
  });

  it.each([
    [{}, 'average_size must be between 1 and'],
    [{ average_size: 0 }, 'average_size must be between 1 and'],
    [
      { average_size: 10, size_variation: 11 },
      'size_variation must not be larger than average_size (10), got 11',
    ],
    [{ average_size: 10, delay: -1 }, 'delay must be between 0 and'],
  ])('refuses %o', (attributes, message) => {
    const { toxics } = linkHarness();
    expect(() => toxics.add({ type: 'slicer', attributes })).toThrow(message);
    expect(toxics.list()).toEqual([]);
  });

  it('refuses an update whose values do not go with those there are, and stays as it was', () => {
    const harness = sliced({ average_size: 10, size_variation: 5 });
    expect(() => harness.toxics.update('s', { attributes: { average_size: 4 } })).toThrow('size_variation');
    expect(harness.toxics.get('s').settings.attributes).toEqual({
      ...{ average_size: 10, size_variation: 5, delay: 0 },
    });
  });
});
