// Attempts on a link as its proxy told them, before they are set against the load.

import type { AttemptWindow } from '../../proxy/attempt-window.ts';
import type { ObservationWindow } from '../../proxy/observation-window.ts';

/** Refused attempts are in `attempts`. */
interface AttemptSlice {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly attempts: number;
  readonly answered: number;
}

/** All times on the monotonic clock. */
export interface AttemptsBefore {
  readonly sinceMicros: number;
  readonly untilMicros: number;
  readonly slices: readonly AttemptSlice[];
}

export interface AttemptsSeen extends AttemptsBefore {
  /** False: the fault began before what the proxy remembers. */
  readonly complete: boolean;
  /** null: some could not be seen. */
  readonly refused: number | null;
  readonly figures: AttemptWindow;
}

/** The proxy's slices end on multiples of this, or earlier at a change of toxics. */
const gridMicros = 250_000;

/** Up to the last slice that was over when the proxy was asked: one that goes on is half told. */
export function attemptsBefore(window: ObservationWindow): AttemptsBefore {
  const untilMicros = Math.floor(window.untilMicros / gridMicros) * gridMicros;
  const { sinceMicros, slices } = attemptsIn(window);
  return { sinceMicros, untilMicros, slices: slices.filter(({ endMicros }) => endMicros <= untilMicros) };
}

const attemptsIn = (window: ObservationWindow): AttemptsBefore => ({
  sinceMicros: window.sinceMicros,
  untilMicros: window.untilMicros,
  slices: window.slices.flatMap((slice) => {
    const attempts = slice.attempts + slice.refused;
    const { startMicros, endMicros, answered } = slice;
    return attempts === 0 ? [] : [{ startMicros, endMicros, attempts, answered }];
  }),
});

export const attemptsSeen = (window: ObservationWindow): AttemptsSeen => ({
  ...attemptsIn(window),
  complete: window.complete,
  refused: window.refused,
  figures: window.attempts,
});
