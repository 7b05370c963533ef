// What a link tells of time beside the delay of each piece: how long data was held at all, how late the end came.

import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';

const ms = 1_000;

describe('the time that data is held', () => {
  it('is none without toxics', () => {
    const harness = linkHarness();
    harness.send('a');
    harness.scheduler.advance(100);
    harness.send('b');
    expect(harness.seen.heldMicros).toBe(0);
  });

  it('counts once, however much is held at the same time', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', attributes: { latency: 100 } });
    harness.send('a');
    harness.scheduler.advance(60);
    harness.send('b');
    harness.scheduler.advance(500);
    expect(harness.output()).toBe('ab');
    expect(harness.seen.heldMicros).toBe(160 * ms);
  });

  it('leaves out the time between, when nothing is held', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'latency', attributes: { latency: 100 } });
    for (const text of ['a', 'b']) {
      harness.send(text);
      harness.scheduler.advance(1_000);
    }
    expect(harness.seen.heldMicros).toBe(200 * ms);
  });

  it('is what the bytes of a throttle need at its rate', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'bandwidth', attributes: { rate: 10 } });
    for (let turn = 0; turn < 3; turn += 1) {
      harness.link.receive(Buffer.alloc(1_000));
      harness.scheduler.advance(700);
    }
    expect(harness.seen.writes.reduce((sum, { length }) => sum + length, 0)).toBe(3_000);
    expect(harness.seen.heldMicros).toBe(300 * ms);
  });
});

describe('the delay of the end', () => {
  it('is unknown where no toxic was in the way', () => {
    const harness = linkHarness();
    harness.link.end();
    expect(harness.seen.endDelaysMicros).toEqual([null]);
  });

  it('runs from the end of the source until it is passed on', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'slow_close', attributes: { delay: 300 } });
    harness.send('a');
    harness.scheduler.advance(50);
    harness.link.end();
    harness.scheduler.advance(299);
    expect(harness.seen.ends).toBe(0);
    harness.scheduler.advance(1);
    expect(harness.seen.endDelaysMicros).toEqual([300 * ms]);
  });
});
