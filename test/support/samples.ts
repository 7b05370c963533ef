// Samples for tests: a good answer, changed as the test needs it. Times are given from the start of the load.

import type { Sample } from '../../src/measure/outcome.ts';

/** Where tests let the load begin on the machine's clock: far from 0, so that a forgotten offset shows. */
export const startAtMicros = 5_000_000_000;

export interface SampleTimes {
  /** null = no due time exists; default: the start. */
  readonly due?: number | null;
  readonly started: number;
  readonly ended: number;
}

export function sampleOf({ due, started, ended }: SampleTimes, changes: Partial<Sample> = {}): Sample {
  return {
    series: 'ask',
    dueAtMicros: due === null ? null : startAtMicros + (due ?? started),
    startedAtMicros: startAtMicros + started,
    endedAtMicros: startAtMicros + ended,
    error: null,
    answered: true,
    bytes: 11,
    ...changes,
  };
}
