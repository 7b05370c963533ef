// Whether a stretch without bad windows shows of a promise that it holds again: what is asked no more shows nothing.

import type { Slice } from '../measure/slice.ts';
import { type Gate, type Tally, tallyOf } from './gate.ts';
import { mayHideHalfBad } from './half-bad.ts';
import { pooled, secondMicros, type Window } from './seconds.ts';

const lookBackMicros = 3 * secondMicros;
const lastWindows = 3;

/** What is known of a promise where a stretch begins. */
interface Past {
  /** Something of it was bad since the effect. */
  readonly wasBad: boolean;
  /** It was asked, and nothing tells that its load had ended by itself: without anything more it has shown nothing. */
  readonly awaited: boolean;
}

/** Of each promise: did it count anything in the seconds right before the effect? Else its load was over, or had not begun. */
export function askedBefore(
  slices: readonly Slice[],
  gates: readonly Gate[],
  effectAtMicros: number,
): boolean[] {
  const recent = slices.filter(
    ({ startMicros: at }) => at >= effectAtMicros - lookBackMicros && at < effectAtMicros,
  );
  return gates.map((gate) => tallyOf(gate, recent).total > 0);
}

/**
 * Of the promise at `index`. `since`: the windows from the effect to the begin of the stretch. A load that ends by itself
 * leaves good answers behind, at least 3 s after the effect; what hangs counts as bad in the second in which it began.
 */
export function pastOf(since: readonly Window[], gate: Gate, index: number, asked: boolean): Past {
  const counted = since.filter((window) => (window.tallies[index]?.total ?? 0) > 0);
  const wasBad = pooled(counted, index).bad > 0;
  const last = counted.at(-1);
  if (last === undefined) return { wasBad, awaited: asked };
  const lasted = last.endMicros - (since[0]?.startMicros ?? 0) >= lookBackMicros - 1;
  const { bad, total } = pooled(counted.slice(-lastWindows), index);
  const endedWell = lasted && pooled([last], index).bad === 0 && bad <= gate.share * total;
  return { wasBad, awaited: !endedWell };
}

/** `tally`: what the promise counted in the stretch. */
export const leavesOpen = (tally: Tally, gate: Gate, { wasBad, awaited }: Past): boolean =>
  tally.total === 0 ? awaited : mayHideHalfBad(tally, gate, wasBad || tally.bad > 0);
