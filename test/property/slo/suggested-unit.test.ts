// What a share without a unit is told to be written as, is read as the share that was meant.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePromise } from '../../../src/slo/parse.ts';

/** Above 0, below 1, as a person writes it: with zeros in front of its digits and behind them. */
const bareShare = fc
  .tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 99_999 }), fc.nat({ max: 2 }))
  .map(([before, digits, behind]) => `0.${'0'.repeat(before)}${digits}${'0'.repeat(behind)}`);

const beginnings = fc.constantFrom(
  ...['error_rate <', 'availability >=', 'achieved(query) >', 'cpu(target) <', 'memory_growth(target) <='],
);

test('the suggested text has the limit that was meant', () => {
  fc.assert(
    fc.property(beginnings, bareShare, (beginning, share) => {
      const refused = parsePromise(`${beginning} ${share}`);
      const written =
        /^write `([\d.]+%)`$/.exec(refused.ok ? '' : (refused.problem.suggestion ?? ''))?.[1] ?? '';
      expect(written.length).toBeLessThanOrEqual(share.length + 1);
      const parsed = parsePromise(`${beginning} ${written}`);
      const limit = parsed.ok ? parsed.value.limit : Number.NaN;
      expect(Math.abs(Number(limit) / Number(share) - 1)).toBeLessThan(1e-12);
    }),
    { numRuns: 1_000 },
  );
});
