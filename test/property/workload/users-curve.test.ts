// Users come and go so that at any time exactly as many are there as the curve wants.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peakUsers, presencesOf, usersAt } from '../../../src/workload/users-curve.ts';

const stages = fc.array(
  fc.record({
    fromUsers: fc.integer({ min: 0, max: 40 }),
    toUsers: fc.integer({ min: 0, max: 40 }),
    forMicros: fc.integer({ min: 1_000, max: 10_000_000 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('users', () => {
  it('are there as many as wanted, at any time', () => {
    fc.assert(
      fc.property(stages, fc.double({ min: 0, max: 1, noNaN: true }), (curve, share) => {
        const end = curve.reduce((sum, { forMicros }) => sum + forMicros, 0);
        // Off the crossings, where a user comes or goes in this very microsecond.
        const at = Math.floor(share * (end - 1)) + 0.5 + Math.SQRT2 / 10;
        const present = Array.from({ length: peakUsers(curve) }, (_, user) =>
          presencesOf(curve, user),
        ).filter((presences) =>
          presences.some(({ fromMicros, untilMicros }) => fromMicros <= at && at < untilMicros),
        );
        expect(present).toHaveLength(usersAt(curve, at));
      }),
    );
  });

  it('never overlap with themselves and stay inside the load', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 0, max: 39 }), (curve, user) => {
        const end = curve.reduce((sum, { forMicros }) => sum + forMicros, 0);
        let before = -1;
        for (const { fromMicros, untilMicros } of presencesOf(curve, user)) {
          expect(fromMicros).toBeGreaterThan(before);
          expect(untilMicros).toBeGreaterThan(fromMicros);
          expect(untilMicros).toBeLessThanOrEqual(end);
          before = untilMicros;
        }
      }),
    );
  });
});
