// When a fault began to hurt and when the promises held again, from 1 s windows aligned to its effect and its clear.

import type { Slice } from '../measure/slice.ts';
import { badRunFrom, earlierOf, provenRunFrom } from './bad-run.ts';
import type { Gate, Tally } from './gate.ts';
import { mayBeHalfBad } from './half-bad.ts';
import { isBadTogether, pooled, samplesIn, secondMicros, type Window, windowsOf } from './seconds.ts';
import { askedBefore, leavesOpen, pastOf } from './shown.ts';
import { wholeFaultLevel } from './significance.ts';

const stretchMicros = 3 * secondMicros;
const fewestSamples = 30;
/**
 * What beside bad windows in a row shows an impact comes on top of these, which are wrong in less than 2 of 1,000 minutes: a
 * single window, looked at 60 times a minute, may add 0.6; the fault, what follows and both together (wholeFaultLevel) 0.3.
 */
const singleLevel = 1 / 100_000;

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
  /** Not recovered, and this promise had nothing to count any more after the clear; null: none, or it was recovered. */
  readonly unheard: string | null;
  /** False: so little was offered, or nothing in one of its parts, that nothing bad shows nothing. */
  readonly enough: boolean;
  /** Offered from effect on; and from the clear on. */
  readonly samples: number;
  readonly samplesAfterClear: number;
}

/** Binary fractions must not decide: 0.07 · 100 is a little more than 7, other products are a little less. */
const isWithin = ({ bad, total }: Tally, { share }: Gate): boolean =>
  bad <= Math.max(1, share * total) + 1e-9;

const nothing: Tally = { bad: 0, total: 0 };

const sumOf = (a: Tally, b: Tally): Tally => ({ bad: a.bad + b.bad, total: a.total + b.total });

/** What a fault and what followed it are judged by. */
interface Seen {
  readonly during: readonly Window[];
  readonly after: readonly Window[];
  readonly gates: readonly Gate[];
  /** Of each gate: whether it was asked right before the effect. */
  readonly asked: readonly boolean[];
  /** Of each gate: the last window after the clear in which it counts anything; −1: none. */
  readonly lastHeard: readonly number[];
}

/** Of each gate, where a stretch begins with window `from` after the clear. */
const pastsOf = ({ during, after, gates, asked }: Seen, from: number): ReturnType<typeof pastOf>[] => {
  const since = [...during, ...after.slice(0, from)];
  return gates.map((gate, index) => pastOf(since, gate, index, asked[index] ?? false));
};

/** Index of the window that completes the good stretch beginning at `from`, or null when it is none. */
function stretchEnd(seen: Seen, from: number): number | null {
  const { after, gates } = seen;
  const first = after[from];
  if (first === undefined) return null;
  let samples = 0;
  let tallies = gates.map(() => nothing);
  let pasts: ReturnType<typeof pastsOf> | undefined;
  for (let index = from; index < after.length; index += 1) {
    const window = after[index];
    if (window?.state !== 'good') return null;
    samples += window.samples;
    tallies = tallies.map((held, gate) => sumOf(held, window.tallies[gate] ?? nothing));
    const longEnough = window.endMicros - first.startMicros >= stretchMicros - 1;
    if (!longEnough || samples < fewestSamples) continue;
    const known = (pasts ??= pastsOf(seen, from));
    const isOpen = gates.some((gate, at) => {
      const past = known[at];
      return past === undefined || leavesOpen(tallies[at] ?? nothing, gate, past);
    });
    if (isOpen) continue;
    // The shortest is the one that counts: much that is good later must not outweigh what is bad at its begin.
    return gates.every((gate, at) => isWithin(tallies[at] ?? nothing, gate)) ? index : null;
  }
  return null;
}

interface Found {
  readonly atMicros: number | null;
  readonly relapsed: boolean;
}

/** One of the gates counts nothing from this window on, though it is waited for: no later stretch is a good one either. */
function isWaitedInVain({ during, after, gates, asked, lastHeard }: Seen, from: number): boolean {
  return gates.some((gate, at) => {
    if ((lastHeard[at] ?? 0) >= from) return false;
    return pastOf([...during, ...after.slice(0, from)], gate, at, asked[at] ?? false).awaited;
  });
}

/** The first good stretch; bad windows in a row from its begin on start the search again behind them. */
function firstStretch(seen: Seen): Found {
  const { after, gates } = seen;
  let relapsed = false;
  for (let from = 0; from < after.length; from += 1) {
    const end = stretchEnd(seen, from);
    if (end === null && isWaitedInVain(seen, from)) break;
    if (end === null) continue;
    // From its begin: where a window is too thin to be bad, they may begin in the stretch.
    const again =
      badRunFrom(after, gates, from) ?? provenRunFrom(after, gates, end + 1, [after.slice(end + 1)]);
    if (again === null) return { atMicros: after[from]?.startMicros ?? null, relapsed };
    // What ends in the stretch shows that it was none.
    relapsed ||= again.last > end;
    from = again.last;
  }
  return { atMicros: null, relapsed };
}

/** The first gate that counts nothing after the clear, though it was asked before and its load had not ended by itself. */
function unheardOf(seen: Seen): string | null {
  const pasts = pastsOf(seen, 0);
  const isUnheard = (_: Gate, at: number): boolean =>
    pooled(seen.after, at).total === 0 && pasts[at]?.awaited === true;
  return seen.gates.find(isUnheard)?.text ?? null;
}

/**
 * Without bad windows in a row: in no window, nor over all of them together; one bad window among sixty is more often chance
 * than not. So few that half of them might be bad do not show it, nor does a promise that is asked no more.
 */
function neverBad(seen: Seen): boolean {
  const { during, after, gates } = seen;
  const all = [...during, ...after];
  if (all.some((window) => isBadTogether([window], gates, singleLevel))) return false;
  if (gates.some((gate, index) => mayBeHalfBad(pooled(all, index), gate))) return false;
  if (unheardOf(seen) !== null) return false;
  return [during, after, all].every((part) => !isBadTogether(part, gates, wholeFaultLevel));
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
  const proven = provenRunFrom(all, gates, 0, [during, after, all]);
  const shown = earlierOf(badRunFrom(all, gates, 0), proven);
  const detectedAtMicros = shown === null ? null : (all[shown.first]?.startMicros ?? null);
  // Few samples, or none while the fault was in effect, cannot show that nothing happened.
  const enough = samples >= fewestSamples && samplesIn(during) > 0 && samplesAfterClear > 0;
  const counted = { detectedAtMicros, enough, samples, samplesAfterClear, relapsed: false, unheard: null };
  if (gates.length === 0) return { ...counted, recoveredAtMicros: null, impact: true };
  const asked = askedBefore(slices, gates, effectAtMicros);
  const lastHeard = gates.map((_, at) =>
    after.findLastIndex((window) => (window.tallies[at]?.total ?? 0) > 0),
  );
  const seen = { during, after, gates, asked, lastHeard };
  if (enough && shown === null && neverBad(seen)) {
    return { ...counted, recoveredAtMicros: clearedAtMicros, impact: false };
  }
  const { atMicros, relapsed } = firstStretch(seen);
  const unheard = atMicros === null ? unheardOf(seen) : null;
  return { ...counted, recoveredAtMicros: atMicros, impact: true, relapsed, unheard };
}
