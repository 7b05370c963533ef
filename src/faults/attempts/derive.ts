// From what the proxy saw of attempts, and what the load offered meanwhile, to the figures of the record. Pure.

import type { Slice } from '../../measure/slice.ts';
import type { AttemptsRecord } from '../../record/attempts-schema.ts';
import { amplificationOf, fewest, type Ratio } from './amplification.ts';
import {
  clipped,
  lengthOf,
  requestsAtATime,
  requestsIn,
  rushedAtEdges,
  type Span,
  within,
} from './requests.ts';
import type { AttemptsBefore, AttemptsSeen } from './seen.ts';
import { silenceOf } from './silence.ts';
import { spacingOf } from './spacing.ts';
import { timelineOf } from './timeline.ts';

/** Times from the start of the load. */
export interface LoadMeanwhile {
  /** Of steps, not of flows. */
  readonly slices: readonly Slice[];
  /** Without warm-up, faults and recoveries. */
  readonly steady: readonly Span[];
  readonly endMicros: number;
}

/** A shorter steady time is no yardstick. */
const leastSteadyMicros = 1_000_000;

/** `startAtMicros`: of the load, on the proxy's clock. */
export function deriveAttempts(
  seen: AttemptsSeen,
  before: AttemptsBefore | null,
  startAtMicros: number,
  load: LoadMeanwhile,
): AttemptsRecord {
  const { figures, refused } = seen;
  const span = {
    fromMicros: seen.sinceMicros - startAtMicros,
    untilMicros: seen.untilMicros - startAtMicros,
  };
  const total = figures.started + (refused ?? 0);
  const steady = before === null ? null : steadyRatio(before, startAtMicros, span.fromMicros, load);
  const requests = requestsIn(load.slices, [span]);
  const amplification = amplificationOf(
    {
      ...{ attempts: refused === null ? null : total, requests, withoutData: figures.withoutData },
      rushed: rushedAtEdges(load.slices, span),
    },
    steady,
  );
  const silence = silenceOf({
    span,
    bursts: figures.bursts.map((burst) => fromStart(burst, startAtMicros)),
    expected: refused === null ? null : expectedFrom(steady, load),
    reason: amplification.reason,
  });
  return {
    fromMicros: Math.round(span.fromMicros),
    untilMicros: Math.round(span.untilMicros),
    complete: seen.complete,
    total,
    answered: figures.answered,
    ...{ givenUp: figures.givenUp, serverEnded: figures.serverEnded, cut: figures.cut, refused },
    ...{ open: figures.open, withoutData: figures.withoutData },
    answerMicros: figures.answerMicros,
    connectionLifeMicros: figures.lifeMicros,
    amplification,
    spacing: spacingOf({
      pausesMicros: figures.pausesMicros,
      amplification: outsideSilence(amplification, silence, load, requests),
      requestsAtATime: requestsAtATime(load.slices, span),
      answeredShare: total === 0 ? 0 : figures.answered / total,
    }),
    hold: holdOf(seen),
    silence,
    timeline: timelineOf([before, seen], startAtMicros),
  };
}

/** What the steady state would have tried in a stretch; nothing is called for where the load has ended. */
function expectedFrom(steady: Ratio | null, load: LoadMeanwhile): ((stretch: Span) => number) | null {
  if (steady === null || steady.attempts < fewest || steady.requests < fewest) return null;
  const whole = { fromMicros: 0, untilMicros: load.endMicros };
  return (stretch) =>
    (steady.attempts / steady.requests) * requestsIn(load.slices, clipped([stretch], whole));
}

/** Requests that an open breaker turned away make no attempts, and say nothing of retries. */
function outsideSilence(
  { value }: AttemptsRecord['amplification'],
  { list }: AttemptsRecord['silence'],
  load: LoadMeanwhile,
  requests: number,
): number | null {
  const silent = list.map(({ fromMicros, forMicros }) => ({
    fromMicros,
    untilMicros: fromMicros + forMicros,
  }));
  const left = requests - requestsIn(load.slices, silent);
  return value === null || left < 1 ? value : (value * requests) / left;
}

function steadyRatio(
  before: AttemptsBefore,
  startAtMicros: number,
  effectMicros: number,
  load: LoadMeanwhile,
): Ratio | null {
  const seen = {
    fromMicros: before.sinceMicros - startAtMicros,
    untilMicros: Math.min(before.untilMicros - startAtMicros, effectMicros),
  };
  const spans = clipped(load.steady, seen);
  if (lengthOf(spans) < leastSteadyMicros) return null;
  const slices = before.slices.map((slice) => ({
    ...slice,
    startMicros: slice.startMicros - startAtMicros,
    endMicros: slice.endMicros - startAtMicros,
  }));
  return {
    attempts: within(slices, spans, ({ attempts }) => attempts),
    requests: requestsIn(load.slices, spans),
  };
}

function holdOf({ figures }: AttemptsSeen): AttemptsRecord['hold'] {
  const { holdMicros, longestHoldMicros, longestOpenMicros, longestCutMicros } = figures;
  return {
    p50Micros: holdMicros?.p50 ?? null,
    maxMicros: holdMicros === null ? null : Math.round(longestHoldMicros),
    count: holdMicros?.count ?? 0,
    waitingMicros: Math.round(Math.max(longestOpenMicros, longestCutMicros)),
  };
}

const fromStart = (burst: AttemptsSeen['figures']['bursts'][number], startAtMicros: number) => ({
  firstMicros: burst.firstMicros - startAtMicros,
  lastMicros: burst.lastMicros - startAtMicros,
  attempts: burst.attempts,
  quietAtMicros: burst.quietAtMicros === null ? null : burst.quietAtMicros - startAtMicros,
});
