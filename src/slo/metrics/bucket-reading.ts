// A quantile of a histogram of the target: an estimate, of which nothing but its bucket is known.

import { significant } from '../../kernel/units.ts';
import { type Bounds, decides } from '../bounds.ts';
import type { Operator } from '../expression.ts';
import type { BucketQuantile } from '../scraped-histogram.ts';
import type { Reading } from './metric.ts';

interface Asked {
  readonly samples: number;
  /** Which quantile it is, where the promise does not say so. */
  readonly which: string | null;
  readonly operator: Operator | null;
}

export function notesOf(...notes: (string | null)[]): string | null {
  const told = notes.filter((note) => note !== null);
  return told.length === 0 ? null : told.join('; ');
}

/** A quantile is no better known than its bucket, whatever is read off a straight line in it. */
export function bucketReading(
  { value, from, to, isFirst }: BucketQuantile,
  { samples, which, operator }: Asked,
): Reading {
  if (to === Infinity) {
    const beyond = `it lies beyond the last bucket that has a bound, ${significant(from)}`;
    return {
      ...{ value, atLeast: true, samples, note: notesOf(which, beyond) },
      undecided: (limit) => (limit > from ? beyond : null),
    };
  }
  const bounds: Bounds = { from, to, fromIncluded: isFirst };
  const bucket = `within its bucket, from ${from === -Infinity ? '−∞' : significant(from)} to ${significant(to)}`;
  return {
    ...{ value, atLeast: false, samples, note: notesOf(which, bucket), within: bounds },
    undecided: (limit) => (decides(bounds, operator, limit) ? null : undecidedIn(bucket, limit, to)),
  };
}

const undecidedIn = (bucket: string, limit: number, to: number): string =>
  limit === to
    ? `it lies somewhere ${bucket}, and may be just that: promise \`<= ${significant(to)}\` or \`> ${significant(to)}\``
    : `it lies somewhere ${bucket}, and so does the limit: only a bound of a bucket can be decided`;
