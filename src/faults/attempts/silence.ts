// Silence: an open circuit breaker makes no attempts where the load calls for many, and probes now and then.

import type { AttemptsRecord } from '../../record/attempts-schema.ts';
import { fewest } from './amplification.ts';
import type { Span } from './requests.ts';

type Silence = AttemptsRecord['silence'];

interface Burst {
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly attempts: number;
  readonly quietAtMicros: number | null;
}

export interface SilenceEvidence {
  /** Of the fault, on the same clock as the bursts. */
  readonly span: Span;
  readonly bursts: readonly Burst[];
  /** How many attempts the steady state would have made in a stretch. null: not known, with the reason. */
  readonly expected: ((span: Span) => number) | null;
  readonly reason: string | null;
}

interface Pause extends Span {
  /** When the last attempt before it began; from `fromMicros` on none was pending any more. */
  readonly beganMicros: number;
  /** An attempt ended it. */
  readonly ended: boolean;
  /** Attempts in the burst before it. */
  readonly attemptsBefore: number;
}

const shortestMicros = 100_000;
const mostListed = 20;
/** A breaker lets few through to try. */
const mostProbes = 3;

const untold = (reason: string, smallestMicros: number | null = null): Silence => ({
  ...{ longestMicros: null, totalMicros: null, atLeast: false, smallestMicros, list: [] },
  ...{ probes: 0, openForMicros: null, reason },
});

/** Silences are those with room for 20 attempts at the steady rate: by chance none is seen once in 10⁸ (Poisson). */
export function silenceOf({ span, bursts, expected, reason }: SilenceEvidence): Silence {
  if (expected === null) return untold(reason ?? 'no steady rate is known');
  const wholeMicros = span.untilMicros - span.fromMicros;
  const expectedInAll = expected(span);
  if (expectedInAll < fewest)
    return untold(`only ${Math.round(expectedInAll)} attempts were to be expected (needs ${fewest})`);
  const smallestMicros = Math.max(shortestMicros, Math.ceil((wholeMicros * fewest) / expectedInAll));
  const pauses = pausesOf(span, bursts);
  const isSilence = (pause: Span): boolean => lengthOf(pause) > 0 && expected(pause) >= fewest;
  const silences = pauses.filter(isSilence);
  const whole = pauses.map(({ beganMicros, untilMicros }) => ({ fromMicros: beganMicros, untilMicros }));
  if (silences.length === 0 && whole.some(isSilence))
    return untold(
      'no attempt was made for a while, but earlier ones were still waiting: an open breaker looks like a full pool',
      smallestMicros,
    );
  const longest = silences.reduce((most, silence) => Math.max(most, lengthOf(silence)), 0);
  return {
    longestMicros: Math.round(longest),
    totalMicros: Math.round(silences.reduce((total, silence) => total + lengthOf(silence), 0)),
    atLeast: silences.some((silence) => !silence.ended && lengthOf(silence) === longest),
    smallestMicros,
    list: longestOf(silences).map((silence) => ({
      fromMicros: Math.round(silence.fromMicros),
      forMicros: Math.round(lengthOf(silence)),
      ended: silence.ended,
    })),
    probes: pauses.filter((pause, index) => isProbed(pause, pauses[index - 1], isSilence)).length,
    openForMicros: medianOf(silences.filter(({ ended }) => ended).map(lengthOf)),
    reason: null,
  };
}

const lengthOf = ({ fromMicros, untilMicros }: Span): number => untilMicros - fromMicros;

/** Between one burst and the next; from the beginning, and to the end. */
function pausesOf(span: Span, bursts: readonly Burst[]): Pause[] {
  const pauses: Pause[] = [];
  let [beganMicros, quietMicros] = [span.fromMicros, span.fromMicros];
  let attemptsBefore = Infinity;
  const add = (nextMicros: number, ended: boolean): void => {
    const untilMicros = Math.min(nextMicros, span.untilMicros);
    if (untilMicros <= beganMicros) return;
    const fromMicros = Math.min(quietMicros, untilMicros);
    pauses.push({ beganMicros, fromMicros, untilMicros, ended, attemptsBefore });
  };
  for (const burst of bursts) {
    if (burst.firstMicros > span.untilMicros) break;
    if (burst.firstMicros > span.fromMicros) add(burst.firstMicros, true);
    beganMicros = Math.max(span.fromMicros, burst.lastMicros);
    quietMicros = Math.max(beganMicros, burst.quietAtMicros ?? Infinity);
    attemptsBefore = burst.firstMicros >= span.fromMicros ? burst.attempts : Infinity;
  }
  add(span.untilMicros, false);
  return pauses;
}

const longestOf = (silences: readonly Pause[]): Pause[] =>
  [...silences]
    .sort((a, b) => lengthOf(b) - lengthOf(a))
    .slice(0, mostListed)
    .sort((a, b) => a.fromMicros - b.fromMicros);

/** A probe is what stands between two silences, and is short. */
const isProbed = (pause: Pause, before: Pause | undefined, isSilence: (pause: Span) => boolean): boolean =>
  before !== undefined && pause.attemptsBefore <= mostProbes && isSilence(before) && isSilence(pause);

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return median === undefined ? null : Math.round(median);
}
