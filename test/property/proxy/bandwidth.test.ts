// A narrow line carries what is sent, all of it, in order, and never faster than it may.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';
import { playSteps, stepsOf } from '../../support/link-steps.ts';

const kinds = {
  bandwidth: fc.record({ rate: fc.constantFrom(0, 1, 20, 150, 4_000, 1_000_000, Number.MAX_SAFE_INTEGER) }),
  latency: fc.record({ latency: fc.integer({ min: 0, max: 100 }), jitter: fc.integer({ min: 0, max: 50 }) }),
};

/** What is sent, and how long after the last time. */
const sends = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 0, max: 300 })), {
  ...{ minLength: 1, maxLength: 25 },
});
const rateBytesPerMs = fc.integer({ min: 1, max: 20_000 });
const creditMs = 5;

describe('bandwidth', () => {
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

  it('never carries more than its rate over any window, and is never slower than that', () => {
    fc.assert(
      fc.property(rateBytesPerMs, sends, (rate, list) => {
        const harness = linkHarness();
        harness.toxics.add({ type: 'bandwidth', attributes: { rate } });
        let freeAtMicros = 0;
        for (const [bytes, waitMs] of list) {
          harness.scheduler.advance(waitMs);
          const nowMicros = harness.scheduler.nowMicros();
          freeAtMicros = Math.max(freeAtMicros, nowMicros) + (bytes / rate) * 1000;
          harness.link.receive(Buffer.alloc(bytes));
        }
        harness.scheduler.advance((freeAtMicros - harness.scheduler.nowMicros()) / 1000 + 1);
        const { writes, writtenAtMicros } = harness.seen;
        const totals = [0];
        for (const { length } of writes) totals.push((totals.at(-1) ?? 0) + length);
        expect(totals.at(-1)).toBe(list.reduce((sum, [bytes]) => sum + bytes, 0));
        for (let first = 0; first < writes.length; first += 1) {
          for (let last = first + 1; last < writes.length; last += Math.ceil(writes.length / 50)) {
            const windowMs = ((writtenAtMicros[last] ?? 0) - (writtenAtMicros[first] ?? 0)) / 1000;
            const carried = (totals[last + 1] ?? 0) - (totals[first + 1] ?? 0);
            if (carried > rate * (windowMs + creditMs) + 1) {
              expect.fail(`${carried} bytes in ${windowMs} ms at ${rate} KB/s`);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to its rate through any updates', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 200 })), {
      ...{ minLength: 1, maxLength: 20 },
    });
    fc.assert(
      fc.property(changes, (list) => {
        const harness = linkHarness();
        harness.toxics.add({ type: 'bandwidth', name: 'b' });
        harness.link.receive(Buffer.alloc(3_000_000));
        let mayBytes = 0;
        for (const [rate, forMs] of list) {
          harness.toxics.update('b', { attributes: { rate } });
          harness.scheduler.advance(forMs);
          mayBytes += rate * forMs;
          const carried = harness.seen.writes.reduce((sum, { length }) => sum + length, 0);
          expect(carried).toBeLessThanOrEqual(mayBytes);
          // At most the piece under way has not been handed on yet.
          const pieceBytes = Math.max(rate * 10, Math.min(rate * 100, 1460));
          expect(carried).toBeGreaterThanOrEqual(Math.min(mayBytes, 3_000_000) - pieceBytes - list.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});
