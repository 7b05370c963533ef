// However a stream is cut, put together it is the stream; pieces keep their sizes and their distance.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';
import { playSteps, stepsOf } from '../../support/link-steps.ts';

/** Not too small: a test need not make millions of pieces. */
const sizes = fc
  .tuple(fc.integer({ min: 200, max: 40_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([average, share]) => ({ average_size: average, size_variation: Math.floor(average * share) }));

const kinds = {
  slicer: fc
    .tuple(sizes, fc.constantFrom(0, 10, 1_500, 100_000))
    .map(([size, delayMicros]) => ({ ...size, delay: delayMicros })),
  latency: fc.record({ latency: fc.integer({ min: 0, max: 100 }), jitter: fc.integer({ min: 0, max: 50 }) }),
};

const attributes = fc
  .record({ average: fc.integer({ min: 1, max: 60 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .chain(({ average, share }) =>
    fc.record({
      average_size: fc.constant(average),
      size_variation: fc.constant(Math.floor(average * share)),
      delay: fc.integer({ min: 0, max: 20_000 }),
    }),
  );

describe('slicer', () => {
  it('loses and reorders nothing while toxics come, change and go', () => {
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

  it('keeps every piece within its size and the delay between any two', () => {
    const chunks = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 30 })), {
      ...{ minLength: 1, maxLength: 10 },
    });
    fc.assert(
      fc.property(attributes, chunks, fc.nat(), (asked, list, seed) => {
        const harness = linkHarness(seed);
        harness.toxics.add({ type: 'slicer', attributes: asked });
        for (const [bytes, waitMs] of list) {
          harness.link.receive(Buffer.alloc(bytes));
          harness.scheduler.advance(waitMs);
        }
        harness.scheduler.advance(1e6);
        const { writes, writtenAtMicros } = harness.seen;
        const lengths = writes.map(({ length }) => length);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(
          list.reduce((sum, [bytes]) => sum + bytes, 0),
        );
        expect(Math.max(...lengths)).toBeLessThanOrEqual(asked.average_size + asked.size_variation);
        // Only the last piece of a chunk may be shorter.
        const short = lengths.filter((length) => length < asked.average_size - asked.size_variation).length;
        expect(short).toBeLessThanOrEqual(list.length);
        const early = writtenAtMicros.filter(
          (atMicros, index) =>
            index > 0 && atMicros - (writtenAtMicros[index - 1] ?? 0) < asked.delay - 0.001,
        );
        expect(early).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
