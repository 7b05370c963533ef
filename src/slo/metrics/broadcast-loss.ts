// broadcast_loss(series) = missing/expected copies of broadcasts.

import type { SliceCounts } from '../../measure/slice.ts';
import type { Operator } from '../expression.ts';
import { noReading } from './metric.ts';
import type { Metric } from './metric.ts';
import { tooFewFor } from './share.ts';

/** Binary fractions do not decide. */
const exact = (share: number): number => Number(share.toPrecision(12));

/** Broken by it for `<` and `<=`, kept for `>` and `>=`. */
const isBeyond = (value: number, operator: Operator, limit: number): boolean =>
  operator === '<' || operator === '>=' ? exact(value) >= exact(limit) : exact(value) > exact(limit);

const booksOf = ({ tallies }: SliceCounts) => ({
  missing: tallies.missing ?? 0,
  expected: tallies.expected ?? 0,
  // Of these nothing is known, so they are no longer among the expected ones.
  excused: tallies.excused ?? 0,
});

export const broadcastLoss = {
  name: 'broadcast_loss',
  pattern: /^broadcast_loss$/,
  unit: 'share',
  better: 'lower',
  scale: 'points',
  subject: 'series',
  argument: 'none',
  resolution: 0,
  tolerance: () => 0.005,
  tooFew: (_measure, samples, limit) => (limit === null ? null : tooFewFor('broadcast_loss', limit, samples)),
  allowance: (_measure, operator, limit) =>
    operator.startsWith('<')
      ? {
          share: limit,
          count: (counts) => {
            const { missing, expected } = booksOf(counts);
            return { bad: missing, total: expected };
          },
          gates: false,
        }
      : null,
  compute: (_measure, { view, operator }) => {
    const { missing, expected, excused } = booksOf(view.counts);
    if (expected === 0) return noReading('no data: no copy of a broadcast was expected');
    const value = missing / expected;
    if (excused === 0) return { value, atLeast: false, samples: expected, note: null };
    const worst = (missing + excused) / (expected + excused);
    const note = `${excused} copies had not come when their subscribers were cut off`;
    return {
      value,
      atLeast: operator === null,
      samples: expected,
      note,
      undecided: (limit) => {
        const asked: readonly Operator[] = operator === null ? ['<', '<='] : [operator];
        const isSame = (one: Operator): boolean =>
          isBeyond(value, one, limit) === isBeyond(worst, one, limit);
        return asked.every(isSame) ? null : note;
      },
    };
  },
} as const satisfies Metric;
