// Attempts in one window of time, as `GET /proxies/{proxy}/observation` tells them and faults/ reads them.

import { z } from 'zod';
import type { AttemptLog } from './attempts.ts';
import { summarizeDelays } from './delay-histogram.ts';
import type { ObservationSlice } from './observation.ts';

const count = z.number().int().nonnegative();
const delays = z.object({ p50: z.number(), p99: z.number(), count }).nullable();

/** Counted by when they began. started = answered + givenUp + serverEnded + cut + open. */
export const attemptWindowSchema = z.object({
  /** Without those that were refused. */
  started: count,
  answered: count,
  givenUp: count,
  serverEnded: count,
  cut: count,
  /** Not ended by now. */
  open: count,
  /** How long the longest of these has been waiting. */
  longestOpenMicros: z.number(),
  /** Connections opened and closed without a byte from the client. */
  withoutData: count,
  /** From the start of an attempt to its answer; to its being given up; the longest that was given up, and was cut. */
  answerMicros: delays,
  holdMicros: delays,
  longestHoldMicros: z.number(),
  longestCutMicros: z.number(),
  /** How long connections were open that closed in the window. */
  lifeMicros: delays,
  /** Refused attempts included: those less than 100 ms apart, and when none of them was pending any more. */
  bursts: z.array(
    z.object({
      firstMicros: z.number(),
      lastMicros: z.number(),
      attempts: count,
      quietAtMicros: z.number().nullable(),
    }),
  ),
  /** From a failed attempt, with no other pending, to the next one that ends the pause in the window; the last 2,000. */
  pausesMicros: z.array(z.number()),
});

export type AttemptWindow = z.infer<typeof attemptWindowSchema>;

interface Window {
  readonly nowMicros: number;
  readonly sinceMicros: number;
  readonly untilMicros: number;
}

export function attemptWindow(
  log: AttemptLog,
  slices: readonly ObservationSlice[],
  { nowMicros, sinceMicros, untilMicros }: Window,
): AttemptWindow {
  const all = slices.map((slice) => slice.attempts);
  const sum = (what: 'started' | 'answered' | 'givenUp' | 'serverEnded' | 'cut' | 'withoutData'): number =>
    all.reduce((total, counts) => total + counts[what], 0);
  const longest = (what: 'longestHoldMicros' | 'longestCutMicros'): number =>
    all.reduce((most, counts) => Math.max(most, counts[what]), 0);
  const ended = sum('answered') + sum('givenUp') + sum('serverEnded') + sum('cut');
  const pending = log
    .pending()
    .filter((startMicros) => startMicros >= sinceMicros && startMicros <= untilMicros);
  return {
    started: sum('started'),
    answered: sum('answered'),
    givenUp: sum('givenUp'),
    serverEnded: sum('serverEnded'),
    cut: sum('cut'),
    open: sum('started') - ended,
    longestOpenMicros: pending.reduce((most, startMicros) => Math.max(most, nowMicros - startMicros), 0),
    withoutData: sum('withoutData'),
    answerMicros: summarizeDelays(all.map((counts) => counts.answers)),
    holdMicros: summarizeDelays(all.map((counts) => counts.holds)),
    longestHoldMicros: longest('longestHoldMicros'),
    longestCutMicros: longest('longestCutMicros'),
    lifeMicros: summarizeDelays(all.map((counts) => counts.lives)),
    bursts: log.bursts
      .filter((burst) => burst.lastMicros >= sinceMicros && burst.firstMicros <= untilMicros)
      .map((burst) => ({ ...burst })),
    pausesMicros: log.pauses.between(sinceMicros, untilMicros),
  };
}
