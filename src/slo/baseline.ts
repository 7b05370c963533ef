// What a relative promise is held against: values of earlier runs. Who finds and reads the runs is the caller's business.

import type { PromiseText } from './gates.ts';

/** In the metric's unit; `why`: it is not known for certain. */
export type BaselineValue = { readonly value: number } | { readonly why: string };

interface BaselineRun {
  readonly id: string;
  /** Of the promise's measure. The run itself is let go of: a median is of up to 100. */
  readonly of: BaselineValue;
}

export interface BaselineRuns {
  /** Comparable earlier runs, newest first; empty with the reason why there are none. */
  of(promise: PromiseText): { readonly runs: readonly BaselineRun[]; readonly reason: string | null };
}

export const noBaselines: BaselineRuns = {
  of: () => ({ runs: [], reason: 'there is no earlier run to compare with' }),
};
