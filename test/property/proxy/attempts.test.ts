// Whatever happens on however many connections, every attempt ends in exactly one way, or is still open.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Observation } from '../../../src/proxy/observation.ts';
import { observeWindow } from '../../../src/proxy/observation-window.ts';
import type { Turn } from '../../../src/proxy/turn.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';

const acts = ['sent', 'answered', 'clientLeft', 'serverLeft', 'cut', 'closed'] as const;
const step = fc.record({
  who: fc.nat(4),
  act: fc.constantFrom(...acts, 'refused' as const),
  waitMs: fc.constantFrom(0, 1, 60, 150, 400),
  cuts: fc.boolean(),
});

test('started = answered + given up + ended by the server + cut + open, and bursts hold every attempt', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const scheduler = fakeScheduler();
      const observation = new Observation(scheduler);
      const turns: Turn[] = [0, 1, 2, 3, 4].map(() => observation.attempts.opened());
      const closed = new Set<number>();
      for (const { who, act, waitMs, cuts } of steps) {
        scheduler.advance(waitMs);
        if (cuts) observation.cut();
        if (act === 'refused') observation.refused();
        else if (!closed.has(who)) turns[who]?.[act]();
        if (act === 'closed') closed.add(who);
      }
      const nowMicros = scheduler.nowMicros();
      const window = { nowMicros, sinceMicros: undefined, untilMicros: undefined, openConnections: 0 };
      const { attempts, refused } = observeWindow(observation, [], window);
      const { started, answered, givenUp, serverEnded, cut, open, bursts } = attempts;
      expect(answered + givenUp + serverEnded + cut + open).toBe(started);
      expect(open).toBe(observation.attempts.pending().length);
      expect(bursts.reduce((sum, burst) => sum + burst.attempts, 0)).toBe(started + (refused ?? 0));
      for (const [index, burst] of bursts.entries()) {
        const before = bursts[index - 1];
        if (before !== undefined)
          expect(burst.firstMicros - before.lastMicros).toBeGreaterThanOrEqual(100_000);
        if (burst.quietAtMicros !== null)
          expect(burst.quietAtMicros).toBeGreaterThanOrEqual(burst.lastMicros);
      }
      if (open === 0 && bursts.length > 0) expect(bursts.at(-1)?.quietAtMicros).not.toBeNull();
    }),
  );
});
