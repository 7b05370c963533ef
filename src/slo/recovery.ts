// When a fault began to hurt and when the promises held again, from 1 s windows aligned to its effect and its clear.

import type { Slice } from '../measure/slice.ts';
import { tallyOf } from './gate.ts';
import type { Gate, Tally } from './gate.ts';
import { speaksOf } from './select.ts';
import { isSignificantlyBad } from './significance.ts';

const secondMicros = 1_000_000;
const stretchMicros = 3 * secondMicros;
const stretchSamples = 30;

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
  /** Offered from effect on; and from the clear on. */
  readonly samples: number;
  readonly samplesAfterClear: number;
}

interface Window {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly samples: number;
  /** One per gate. */
  readonly tallies: readonly Tally[];
  readonly state: 'good' | 'bad' | 'empty';
}

function windowOf(
  startMicros: number,
  endMicros: number,
  slices: readonly Slice[],
  gates: readonly Gate[],
): Window {
  const tallies = gates.map((gate) => tallyOf(gate, slices));
  const samples = slices.reduce((sum, slice) => sum + slice.counts.offered, 0);
  const bad = gates.some((gate, index) => {
    const tally = tallies[index];
    return tally !== undefined && isSignificantlyBad(tally.bad, tally.total, gate.share);
  });
  return { startMicros, endMicros, samples, tallies, state: samples === 0 ? 'empty' : bad ? 'bad' : 'good' };
}

/** 1 s windows from `fromMicros`; the last one may be shorter. Slices belong to the window in which they begin. */
function windowsOf(
  slices: readonly Slice[],
  gates: readonly Gate[],
  fromMicros: number,
  toMicros: number,
): Window[] {
  const concerned = slices.filter((slice) => gates.some((gate) => speaksOf(gate.subject, slice.series)));
  const count = Math.ceil((toMicros - fromMicros) / secondMicros - 1e-6);
  const groups: Slice[][] = Array.from({ length: Math.max(0, count) }, () => []);
  for (const slice of concerned) {
    if (slice.startMicros < fromMicros || slice.startMicros >= toMicros) continue;
    groups[
      Math.min(groups.length - 1, Math.floor((slice.startMicros - fromMicros) / secondMicros + 1e-6))
    ]?.push(slice);
  }
  return groups.map((group, index) => {
    const start = fromMicros + index * secondMicros;
    return windowOf(start, Math.min(start + secondMicros, toMicros), group, gates);
  });
}

function pooled(windows: readonly Window[], gateIndex: number): Tally {
  let bad = 0;
  let total = 0;
  for (const window of windows) {
    bad += window.tallies[gateIndex]?.bad ?? 0;
    total += window.tallies[gateIndex]?.total ?? 0;
  }
  return { bad, total };
}

const withinAllowance = (windows: readonly Window[], gates: readonly Gate[]): boolean =>
  gates.every((gate, index) => {
    const { bad, total } = pooled(windows, index);
    return bad <= Math.max(1, gate.share * total);
  });

const samplesIn = (windows: readonly Window[]): number =>
  windows.reduce((sum, window) => sum + window.samples, 0);

/** Index of the window that completes the good stretch beginning at `from`, or null when it is none. */
function stretchEnd(windows: readonly Window[], from: number, gates: readonly Gate[]): number | null {
  const first = windows[from];
  if (first === undefined) return null;
  let samples = 0;
  for (let index = from; index < windows.length; index += 1) {
    const window = windows[index];
    if (window?.state !== 'good') return null;
    samples += window.samples;
    const longEnough = window.endMicros - first.startMicros >= stretchMicros - 1;
    if (longEnough && samples >= stretchSamples) {
      return withinAllowance(windows.slice(from, index + 1), gates) ? index : null;
    }
  }
  return null;
}

const badPairFrom = (windows: readonly Window[], from: number): number =>
  windows.findIndex(
    (window, index) => index >= from && window.state === 'bad' && windows[index + 1]?.state === 'bad',
  );

interface Found {
  readonly atMicros: number | null;
  readonly relapsed: boolean;
}

/** The first good stretch; a bad pair after it starts the search again behind that pair. */
function firstStretch(after: readonly Window[], gates: readonly Gate[]): Found {
  let relapsed = false;
  for (let from = 0; from < after.length; from += 1) {
    const end = stretchEnd(after, from, gates);
    if (end === null) continue;
    const pair = badPairFrom(after, end + 1);
    if (pair === -1) return { atMicros: after[from]?.startMicros ?? null, relapsed };
    relapsed = true;
    from = pair + 1;
  }
  return { atMicros: null, relapsed };
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
  const samples = samplesIn(all);
  const samplesAfterClear = samplesIn(after);
  const detectedAtMicros = all[badPairFrom(all, 0)]?.startMicros ?? null;
  // Few samples, or none while the fault was in effect, cannot show that nothing happened.
  const seen = samples >= stretchSamples && samplesIn(during) > 0 && samplesAfterClear > 0;
  const untouched = all.every((window) => window.state !== 'bad') && withinAllowance(all, gates);
  if (gates.length > 0 && seen && untouched) {
    return {
      detectedAtMicros,
      recoveredAtMicros: clearedAtMicros,
      impact: false,
      relapsed: false,
      samples,
      samplesAfterClear,
    };
  }
  const found = gates.length === 0 ? { atMicros: null, relapsed: false } : firstStretch(after, gates);
  return {
    detectedAtMicros,
    recoveredAtMicros: found.atMicros,
    impact: true,
    relapsed: found.relapsed,
    samples,
    samplesAfterClear,
  };
}
