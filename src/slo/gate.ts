// A steady promise as a window sees it: whose work it looks at, and which share of it may be bad.

import type { Slice } from '../measure/slice.ts';
import { speaksOf } from './select.ts';
import type { SliceCounts } from '../measure/slice.ts';
import type { ViewHistograms } from './select.ts';

export interface Gate {
  /** The promise as written. */
  readonly text: string;
  /** null: every step. */
  readonly subject: string | null;
  readonly share: number;
  /** In flight for longer than this is bad, however it ends; null: only what has ended can be. */
  readonly lateAfterMicros: number | null;
  count(
    counts: SliceCounts,
    histograms: Partial<ViewHistograms>,
  ): { readonly bad: number; readonly total: number };
}

export interface Tally {
  readonly bad: number;
  readonly total: number;
}

/** Bad and total over those of the slices that the gate looks at. */
export function tallyOf(gate: Gate, slices: readonly Slice[]): Tally {
  let bad = 0;
  let total = 0;
  for (const slice of slices) {
    if (!speaksOf(gate.subject, slice.series)) continue;
    const counted = gate.count(slice.counts, slice.histograms);
    bad += counted.bad;
    total += counted.total;
  }
  return { bad, total };
}
