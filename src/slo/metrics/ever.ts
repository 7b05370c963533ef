// What a series did over all of a record, whichever stretch of it is judged: where it did nothing, that may be a plain 0.

import type { Slice } from '../../measure/slice.ts';
import type { RunData } from '../../record/data.ts';
import type { Measure } from '../expression.ts';
import { speaksOf } from '../select.ts';
import type { Evidence } from './metric.ts';

interface Ever {
  readonly offered: number;
  readonly started: number;
  readonly begun: number;
}

/** A promise with a window asks in each of its stretches. */
const kept = new WeakMap<RunData, Map<string | null, Ever>>();

/** Warm-up and all phases included. */
export function everOf(data: RunData, subject: string | null): Ever {
  const whole = data.whole ?? data;
  const known = kept.get(whole) ?? new Map<string | null, Ever>();
  kept.set(whole, known);
  const ever = known.get(subject) ?? sumOf(whole.slices, subject);
  known.set(subject, ever);
  return ever;
}

function sumOf(slices: readonly Slice[], subject: string | null): Ever {
  let [offered, started, begun] = [0, 0, 0];
  for (const { series, counts } of slices) {
    if (!speaksOf(subject, series)) continue;
    offered += counts.offered;
    started += counts.started;
    begun += counts.begun;
  }
  return { offered, started, begun };
}

/**
 * Whether there is nothing to count, of metrics that count what happened in a time. Over a whole run nothing offered says
 * nothing; in a stretch of a run that offered something it is 0: users that hang, or an earlier step that fails, offer none.
 */
export const hasNothingToCount = ({ subject }: Measure, { data, view }: Evidence): boolean =>
  view.counts.offered === 0 &&
  (data.whole === undefined || view.durationMicros <= 0 || everOf(data, subject).offered === 0);
