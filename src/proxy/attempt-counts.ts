// How the attempts ended that began in one slice of time.

import type { DelayHistogram } from './delay-histogram.ts';

/** Counts of one slice; every attempt belongs to the slice in which it began, whenever it ends. */
export interface AttemptCounts {
  /** Without those that were refused. started = answered + givenUp + serverEnded + cut + still open. */
  started: number;
  /** The client got data. */
  answered: number;
  /** The client ended or broke off the connection before it got any. */
  givenUp: number;
  /** The server did. */
  serverEnded: number;
  /** A toxic did, or an outage. */
  cut: number;
  /** Connections opened in the slice and closed without a byte from the client. */
  withoutData: number;
  /** From the start of an attempt to its end, by how it ended. */
  answers: DelayHistogram;
  holds: DelayHistogram;
  longestHoldMicros: number;
  longestCutMicros: number;
  /** How long connections were open, by when they closed. */
  lives: DelayHistogram;
}

export type AttemptEnd = 'answered' | 'givenUp' | 'serverEnded' | 'cut';

export const emptyAttempts = (): AttemptCounts => ({
  ...{ started: 0, answered: 0, givenUp: 0, serverEnded: 0, cut: 0, withoutData: 0 },
  ...{ answers: new Map(), holds: new Map(), lives: new Map(), longestHoldMicros: 0, longestCutMicros: 0 },
});
