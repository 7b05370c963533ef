import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

const limited = (bytes: number): ReturnType<typeof linkHarness> => {
  const harness = linkHarness();
  harness.toxics.add({ type: 'limit_data', name: 'l', attributes: { bytes } });
  return harness;
};

describe('limit_data', () => {
  it('lets exactly the limit through, over any number of chunks, then closes', () => {
    const harness = limited(10);
    harness.send('abcd');
    harness.send('efgh');
    expect(harness.seen.closes).toBe(0);
    harness.send('ijkl');
    harness.send('mnop');
    expect([harness.output(), harness.seen.closes, harness.seen.ends]).toEqual(['abcdefghij', 1, 0]);
  });

  it('closes with the last byte of the limit, not with the next', () => {
    const harness = limited(4);
    harness.send('abcd');
    expect([harness.output(), harness.seen.closes]).toEqual(['abcd', 1]);
  });

  it('closes at the first data with 0, the default', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'limit_data' });
    harness.scheduler.advance(1000);
    expect(harness.seen.closes).toBe(0);
    harness.send('a');
    expect([harness.output(), harness.seen.closes]).toEqual(['', 1]);
  });

  it('keeps its count over updates, up and down', () => {
    const harness = limited(10);
    harness.send('abcdef');
    harness.toxics.update('l', { attributes: { bytes: 8 } });
    harness.toxics.update('l', { attributes: { bytes: 9 } });
    expect(harness.seen.closes).toBe(0);
    harness.send('ghijk');
    expect([harness.output(), harness.seen.closes]).toEqual(['abcdefghi', 1]);
  });

  it('closes at the next data when an update has put the limit below what has passed', () => {
    const harness = limited(10);
    harness.send('abcdef');
    harness.toxics.update('l', { attributes: { bytes: 3 } });
    expect(harness.seen.closes).toBe(0);
    harness.send('g');
    expect([harness.output(), harness.seen.closes]).toEqual(['abcdef', 1]);
  });

  it('counts from when it came to an open connection', () => {
    const harness = linkHarness();
    harness.send('before ');
    harness.toxics.add({ type: 'limit_data', attributes: { bytes: 3 } });
    harness.send('after');
    expect([harness.output(), harness.seen.closes]).toEqual(['before aft', 1]);
  });

  it('lets the stream end by itself below the limit, and passes everything once removed', () => {
    const harness = limited(10);
    harness.send('abc');
    harness.toxics.remove('l');
    harness.send('d'.repeat(20));
    harness.link.end();
    expect([harness.output(), harness.seen.ends, harness.seen.closes]).toEqual([
      'abc' + 'd'.repeat(20),
      1,
      0,
    ]);
  });

  it('closes only when toxics behind it have let go of what it passed', () => {
    const harness = limited(5);
    harness.toxics.add({ type: 'latency', attributes: { latency: 100 } });
    harness.toxics.add({ type: 'slow_close', attributes: { delay: 50 } });
    harness.send('abcdefgh');
    harness.send('more');
    harness.link.end();
    harness.scheduler.advance(99);
    expect([harness.output(), harness.seen.closes]).toEqual(['', 0]);
    harness.scheduler.advance(1);
    expect([harness.output(), harness.seen.closes]).toEqual(['abcde', 0]);
    harness.scheduler.advance(50);
    expect([harness.output(), harness.seen.closes, harness.seen.ends]).toEqual(['abcde', 1, 0]);
    expect(harness.scheduler.pending()).toBe(0);
  });

  it('lets nothing more through when it is removed while its close is on the way', () => {
    const harness = limited(2);
    harness.toxics.add({ type: 'slow_close', name: 'behind', attributes: { delay: 1000 } });
    harness.send('abc');
    harness.toxics.remove('l');
    harness.send('def');
    expect([harness.output(), harness.seen.closes]).toEqual(['ab', 0]);
    harness.toxics.remove('behind');
    expect([harness.output(), harness.seen.closes]).toEqual(['ab', 1]);
  });

  it('closes no later because the source ends meanwhile', () => {
    const harness = limited(2);
    harness.toxics.add({ type: 'slow_close', attributes: { delay: 1000 } });
    harness.send('abc');
    harness.toxics.remove('l');
    harness.scheduler.advance(600);
    harness.link.end();
    harness.scheduler.advance(400);
    expect([harness.output(), harness.seen.closes, harness.seen.ends]).toEqual(['ab', 1, 0]);
  });

  it('leaves no timer behind when a stage before it was letting go of much', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'slicer', attributes: { average_size: 1, delay: 1_000 } });
    harness.toxics.add({ type: 'limit_data', attributes: { bytes: 3 } });
    harness.send('abcdef');
    harness.scheduler.advance(2);
    expect([harness.output(), harness.seen.closes, harness.scheduler.pending()]).toEqual(['abc', 1, 0]);
  });
});
