// What other stretches of a run are measured by: steady time, of which nobody doubts that it is.

import type { PhaseRecord } from '../record/schema.ts';
import { type Span, without } from './spans.ts';

/** Without what counts as steady beside a recovery, because nobody knows when the target had recovered from a fault. */
export function undisturbed(phases: readonly PhaseRecord[]): Span[] {
  const named = (is: (name: string) => boolean): Span[] =>
    phases.flatMap(({ name, startMicros, endMicros }) => (is(name) ? [{ startMicros, endMicros }] : []));
  return without(
    named((name) => name === 'steady'),
    named((name) => name.startsWith('recovery:')),
  );
}
