// A limit is exact, whatever is sent, in whatever pieces, and whatever the limit becomes meanwhile.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';
import { playSteps, stepsOf } from '../../support/link-steps.ts';

const kinds = {
  limit_data: fc.record({ bytes: fc.integer({ min: 0, max: 150_000 }) }),
  latency: fc.record({ latency: fc.integer({ min: 0, max: 100 }), jitter: fc.integer({ min: 0, max: 50 }) }),
};

describe('limit_data', () => {
  it('cuts a stream off at one place, or leaves it whole', () => {
    fc.assert(
      fc.property(stepsOf(kinds), fc.nat(), (steps, seed) => {
        const { sent, harness } = playSteps(steps, seed);
        const written = Buffer.concat(harness.seen.writes);
        expect(written.equals(sent.subarray(0, written.length))).toBe(true);
        const { ends, closes, resets } = harness.seen;
        if (closes === 0) expect([ends, resets, written.length]).toEqual([1, 0, sent.length]);
        else expect([ends, closes, resets]).toEqual([0, 1, 0]);
        expect(harness.scheduler.pending()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('passes exactly the limit, and closes then and not before', () => {
    const sends = fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), sends, (bytes, list) => {
        const harness = linkHarness();
        harness.toxics.add({ type: 'limit_data', attributes: { bytes } });
        let sent = 0;
        for (const size of list) {
          harness.link.receive(Buffer.alloc(size));
          sent += size;
          const written = harness.seen.writes.reduce((sum, { length }) => sum + length, 0);
          expect([written, harness.seen.closes]).toEqual([Math.min(sent, bytes), sent >= bytes ? 1 : 0]);
        }
      }),
    );
  });

  it('goes by the sum over all updates', () => {
    const moves = fc.array(
      fc.record({ bytes: fc.integer({ min: 0, max: 1_000 }), size: fc.integer({ min: 1, max: 200 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(moves, (list) => {
        const harness = linkHarness();
        harness.toxics.add({ type: 'limit_data', name: 'l', attributes: { bytes: 1_000 } });
        let passed = 0;
        let closed = false;
        for (const { bytes, size } of list) {
          harness.toxics.update('l', { attributes: { bytes } });
          harness.link.receive(Buffer.alloc(size));
          if (!closed) passed = Math.max(passed, Math.min(passed + size, bytes));
          closed ||= passed >= bytes;
          const written = harness.seen.writes.reduce((sum, { length }) => sum + length, 0);
          expect([written, harness.seen.closes]).toEqual([passed, closed ? 1 : 0]);
        }
      }),
    );
  });
});
