import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../../support/link-harness.ts';

describe('timeout', () => {
  it('drops everything and closes after the timeout, however much is sent meanwhile', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'timeout', attributes: { timeout: 200 } });
    for (let turn = 0; turn < 3; turn += 1) {
      harness.send('x');
      harness.scheduler.advance(66);
    }
    expect(harness.seen.closes).toBe(0);
    harness.scheduler.advance(2);
    expect([harness.output(), harness.seen.closes, harness.seen.ends]).toEqual(['', 1, 0]);
  });

  it('never closes with 0, nor lets the end of the stream through', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'timeout', attributes: { timeout: 0 } });
    harness.send('x');
    harness.link.end();
    harness.scheduler.advance(1_000_000);
    expect([harness.output(), harness.seen.closes, harness.seen.ends]).toEqual(['', 0, 0]);
  });

  it('closes the connection when removed, because data is missing', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'timeout', name: 't' });
    harness.send('x');
    harness.toxics.remove('t');
    harness.send('y');
    expect([harness.output(), harness.seen.closes]).toEqual(['', 1]);
  });

  it('counts anew from an update', () => {
    const harness = linkHarness();
    harness.toxics.add({ type: 'timeout', name: 't', attributes: { timeout: 100 } });
    harness.scheduler.advance(90);
    harness.toxics.update('t', { attributes: { timeout: 50 } });
    harness.scheduler.advance(49);
    expect(harness.seen.closes).toBe(0);
    harness.scheduler.advance(1);
    expect(harness.seen.closes).toBe(1);
  });
});
