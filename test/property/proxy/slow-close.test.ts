// Only the end of a stream is late; its bytes are not touched.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';
import { playSteps, stepsOf } from '../../support/link-steps.ts';

const kinds = {
  slow_close: fc.record({ delay: fc.integer({ min: 0, max: 2_000 }) }),
  bandwidth: fc.record({ rate: fc.integer({ min: 0, max: 500 }) }),
};

describe('slow_close', () => {
  it('loses and reorders nothing, and ends once, while toxics come, change and go', () => {
    fc.assert(
      fc.property(stepsOf(kinds), fc.nat(), (steps, seed) => {
        const { sent, harness } = playSteps(steps, seed);
        expect(Buffer.concat(harness.seen.writes).equals(sent)).toBe(true);
        expect([harness.seen.ends, harness.seen.resets, harness.seen.closes]).toEqual([1, 0, 0]);
        expect(harness.scheduler.pending()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('delays no byte, and the end by exactly its delay', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), waits, (delay, list) => {
        const harness = linkHarness();
        harness.toxics.add({ type: 'slow_close', attributes: { delay } });
        for (const forMs of list) {
          harness.send('x');
          harness.scheduler.advance(forMs);
        }
        harness.link.end();
        expect(harness.seen.delaysMicros).toEqual(list.map(() => 0));
        harness.scheduler.advance(delay - 1);
        expect(harness.seen.ends).toBe(0);
        harness.scheduler.advance(1);
        expect(harness.seen.ends).toBe(1);
      }),
    );
  });
});
