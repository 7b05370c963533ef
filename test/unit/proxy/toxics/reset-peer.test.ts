import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

describe('reset_peer', () => {
  it('waits for data, then resets at once without a timeout', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'reset_peer' });
    harness.scheduler.advance(10_000);
    expect(harness.seen.resets).toBe(0);
    harness.send('x');
    expect([harness.seen.resets, harness.output()]).toEqual([1, '']);
  });

  it('resets at the end of the stream too', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'reset_peer' });
    harness.link.end();
    expect([harness.seen.resets, harness.seen.ends]).toEqual([1, 0]);
  });

  it('resets the timeout after the first data, later data or not', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'reset_peer', attributes: { timeout: 100 } });
    harness.send('a');
    harness.scheduler.advance(60);
    harness.send('b');
    harness.scheduler.advance(39);
    expect(harness.seen.resets).toBe(0);
    harness.scheduler.advance(1);
    expect([harness.seen.resets, harness.output()]).toEqual([1, '']);
  });

  it('leaves the stream whole when removed in time', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'reset_peer', name: 'r', attributes: { timeout: 100 } });
    harness.send('a');
    harness.send('b');
    harness.link.end();
    harness.toxics.remove('r');
    harness.scheduler.advance(1000);
    expect([harness.seen.resets, harness.output(), harness.seen.ends]).toEqual([0, 'ab', 1]);
  });

  it('pauses the source rather than hold without bound', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'reset_peer', attributes: { timeout: 100 } });
    harness.link.receive(Buffer.alloc(128 * 1024));
    expect(harness.seen.paused).toBe(true);
  });
});
