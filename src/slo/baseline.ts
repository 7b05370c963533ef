// The runs that a relative promise is held against; who finds them is the caller's business.

import type { RunData } from '../record/data.ts';
import type { Baseline } from './expression.ts';

export interface BaselineRuns {
  /** Comparable earlier runs, whole and all at once (a median is of at most 100), newest first; empty with the reason why there are none. */
  of(baseline: Baseline): { readonly runs: readonly RunData[]; readonly reason: string | null };
}

export const noBaselines: BaselineRuns = {
  of: () => ({ runs: [], reason: 'there is no earlier run to compare with' }),
};
