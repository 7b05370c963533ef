// When a fault began to hurt and when the promises held again, from 1 s windows aligned to its effect and its clear.

import type { Slice } from '../measure/slice.ts';
import { badRunFrom } from './bad-run.ts';
import type { Gate, Tally } from './gate.ts';
import { mayBeHalfBad } from './half-bad.ts';
import { isBadTogether, pooled, samplesIn, secondMicros, type Window, windowsOf } from './seconds.ts';

const stretchMicros = 3 * secondMicros;
const fewestSamples = 30;
/**
 * What beside bad windows in a row shows an impact comes on top of these, which are wrong in less than 2 of 1,000 minutes: a
 * single window, looked at 60 times a minute, may add 0.6; the fault, what follows and both together 0.3.
 */
const singleLevel = 1 / 100_000;
const wholeLevel = 1 / 10_000;

/** From the start of the load. */
export interface FaultTimes {
  readonly effectAtMicros: number;
  readonly clearedAtMicros: number;
  /** The effect of the next fault, or the end of the load: nothing from here on is looked at. */
  readonly untilMicros: number;
}

/** Null = not before `untilMicros`. */
export interface FaultTimeline {
  /** Start of the first of 2 consecutive bad windows. */
  readonly detectedAtMicros: number | null;
  /** Start of the first good stretch after the clear (the last one, when it relapsed). */
  readonly recoveredAtMicros: number | null;
  /** False: never bad, neither in any window nor over all of them. */
  readonly impact: boolean;
  readonly relapsed: boolean;
  /** False: so little was offered, or nothing in one of its parts, that nothing bad shows nothing. */
  readonly enough: boolean;
  /** Offered from effect on; and from the clear on. */
  readonly samples: number;
  readonly samplesAfterClear: number;
}

const isWithin = ({ bad, total }: Tally, { share }: Gate): boolean => bad <= Math.max(1, share * total);

const nothing: Tally = { bad: 0, total: 0 };

const sumOf = (a: Tally, b: Tally): Tally => ({ bad: a.bad + b.bad, total: a.total + b.total });

/** Of one of the promises, as far as what was counted tells. */
const anyHalfBad = (tallies: readonly Tally[], gates: readonly Gate[]): boolean =>
  gates.some((gate, index) => mayBeHalfBad(tallies[index] ?? nothing, gate));

/** Index of the window that completes the good stretch beginning at `from`, or null when it is none. */
function stretchEnd(windows: readonly Window[], from: number, gates: readonly Gate[]): number | null {
  const first = windows[from];
  if (first === undefined) return null;
  let samples = 0;
  let tallies = gates.map(() => nothing);
  for (let index = from; index < windows.length; index += 1) {
    const window = windows[index];
    if (window?.state !== 'good') return null;
    samples += window.samples;
    tallies = tallies.map((held, gate) => sumOf(held, window.tallies[gate] ?? nothing));
    const longEnough = window.endMicros - first.startMicros >= stretchMicros - 1;
    if (!longEnough || samples < fewestSamples) continue;
    if (anyHalfBad(tallies, gates)) continue;
    // The shortest is the one that counts: much that is good later must not outweigh what is bad at its begin.
    return gates.every((gate, at) => isWithin(tallies[at] ?? nothing, gate)) ? index : null;
  }
  return null;
}

interface Found {
  readonly atMicros: number | null;
  readonly relapsed: boolean;
}

/** The first good stretch; bad windows in a row from its begin on start the search again behind them. */
function firstStretch(after: readonly Window[], gates: readonly Gate[]): Found {
  let relapsed = false;
  for (let from = 0; from < after.length; from += 1) {
    const end = stretchEnd(after, from, gates);
    if (end === null) continue;
    // From its begin: where a window is too thin to be bad, they may begin in the stretch.
    const again = badRunFrom(after, gates, from);
    if (again === null) return { atMicros: after[from]?.startMicros ?? null, relapsed };
    // What ends in the stretch shows that it was none.
    relapsed ||= again.last > end;
    from = again.last;
  }
  return { atMicros: null, relapsed };
}

/**
 * Without bad windows in a row: in no window, nor over all of them together; one bad window among sixty is more often chance
 * than not. So few that half of them might be bad do not show it.
 */
function neverBad(during: readonly Window[], after: readonly Window[], gates: readonly Gate[]): boolean {
  const all = [...during, ...after];
  if (all.some((window) => isBadTogether([window], gates, singleLevel))) return false;
  const tallies = gates.map((_, index) => pooled(all, index));
  if (anyHalfBad(tallies, gates)) return false;
  return [during, after, all].every((part) => !isBadTogether(part, gates, wholeLevel));
}

/** Pure: the same slices give the same answer live and from the record. Without gates nothing is ever recovered. */
export function faultTimelineOf(
  slices: readonly Slice[],
  gates: readonly Gate[],
  times: FaultTimes,
): FaultTimeline {
  const { effectAtMicros, clearedAtMicros, untilMicros } = times;
  const during = windowsOf(slices, gates, effectAtMicros, clearedAtMicros);
  const after = windowsOf(slices, gates, clearedAtMicros, untilMicros);
  const all = [...during, ...after];
  const [samples, samplesAfterClear] = [samplesIn(all), samplesIn(after)];
  const shown = badRunFrom(all, gates, 0);
  const detectedAtMicros = shown === null ? null : (all[shown.first]?.startMicros ?? null);
  // Few samples, or none while the fault was in effect, cannot show that nothing happened.
  const enough = samples >= fewestSamples && samplesIn(during) > 0 && samplesAfterClear > 0;
  const counted = { detectedAtMicros, enough, samples, samplesAfterClear };
  if (gates.length === 0) return { ...counted, recoveredAtMicros: null, impact: true, relapsed: false };
  if (enough && shown === null && neverBad(during, after, gates)) {
    return { ...counted, recoveredAtMicros: clearedAtMicros, impact: false, relapsed: false };
  }
  const { atMicros, relapsed } = firstStretch(after, gates);
  return { ...counted, recoveredAtMicros: atMicros, impact: true, relapsed };
}
