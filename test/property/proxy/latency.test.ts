// Whatever toxics do meanwhile, a stream stays the stream it was.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkHarness } from '../../support/link-harness.ts';

const names = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...names);
const settings = fc.record({
  attributes: fc.record({
    latency: fc.integer({ min: 0, max: 300 }),
    jitter: fc.integer({ min: 0, max: 100 }),
  }),
  toxicity: fc.constantFrom(0, 0.5, 1),
});

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 70_000 }) }),
  fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 0, max: 250 }) }),
  fc.record({
    do: fc.constant('add' as const),
    name,
    settings,
    type: fc.constantFrom('latency', 'reset_peer'),
  }),
  fc.record({ do: fc.constant('update' as const), name, settings }),
  fc.record({ do: fc.constant('remove' as const), name }),
  fc.constant({ do: 'end' as const }),
  fc.record({ do: fc.constant('full' as const), full: fc.boolean() }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function play(
  steps: readonly Step[],
  seed: number,
): { sent: Buffer; harness: ReturnType<typeof linkHarness> } {
  const harness = linkHarness(seed);
  const sent: Buffer[] = [];
  let counter = 0;
  let ended = false;
  const has = (wanted: string): boolean => harness.toxics.list().some((toxic) => toxic.name === wanted);
  for (const action of steps) {
    if (action.do === 'send' && !ended) {
      const data = Buffer.alloc(action.bytes, (counter += 1));
      sent.push(data);
      harness.link.receive(data);
    }
    if (action.do === 'wait') harness.scheduler.advance(action.forMs);
    // A reset_peer that never comes to resetting holds and must give back everything.
    const attributes = action.do === 'add' && action.type === 'reset_peer' ? { timeout: 1e9 } : undefined;
    if (action.do === 'add' && !has(action.name)) {
      harness.toxics.add({
        type: action.type,
        name: action.name,
        ...action.settings,
        ...(attributes && { attributes }),
      });
    }
    if (action.do === 'update' && has(action.name)) harness.toxics.update(action.name, action.settings);
    if (action.do === 'remove' && has(action.name)) harness.toxics.remove(action.name);
    if (action.do === 'end') {
      harness.link.end();
      ended = true;
    }
    if (action.do === 'full') {
      harness.sinkTakes = !action.full;
      if (!action.full) harness.link.drained();
    }
  }
  harness.toxics.clear();
  harness.link.end();
  return { sent: Buffer.concat(sent), harness };
}

describe('a stream through toxics that come, change and go', () => {
  it('comes out equal, in order and ended once, as soon as they are gone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const { sent, harness } = play(steps, seed);
        expect(Buffer.concat(harness.seen.writes).equals(sent)).toBe(true);
        expect([harness.seen.ends, harness.seen.resets, harness.seen.closes]).toEqual([1, 0, 0]);
        expect(harness.scheduler.pending()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('is never handed on early: each chunk waits at least latency − jitter while nothing changes', () => {
    const once = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), fc.nat());
    const gaps = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(once, gaps, ([latencyMs, jitterMs, seed], waits) => {
        const harness = linkHarness(seed);
        harness.toxics.add({ type: 'latency', attributes: { latency: latencyMs, jitter: jitterMs } });
        for (const forMs of waits) {
          harness.send('x');
          harness.scheduler.advance(forMs);
        }
        harness.scheduler.advance(1000);
        expect(harness.seen.delaysMicros).toHaveLength(waits.length);
        for (const delayMicros of harness.seen.delaysMicros) {
          expect(delayMicros).toBeGreaterThanOrEqual((latencyMs - jitterMs) * 1000 - 500);
          expect(delayMicros).toBeLessThanOrEqual((latencyMs + jitterMs) * 1000);
        }
      }),
      { numRuns: 200 },
    );
  });
});
