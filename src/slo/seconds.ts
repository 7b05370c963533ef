// The time of a fault in 1 s windows: what was due in each, what each steady promise counted, and whether that is bad.

import type { Slice } from '../measure/slice.ts';
import { tallyOf } from './gate.ts';
import type { Gate, Tally } from './gate.ts';
import { speaksOf } from './select.ts';
import { isSignificantlyBad } from './significance.ts';

export const secondMicros = 1_000_000;

/** Edges are whole microseconds; times that were added up may be a fraction off. */
const roundingSeconds = 1e-6;

export interface SlicesOfSecond {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly slices: readonly Slice[];
}

/**
 * Side by side from `fromMicros`, 1 s each; the last one may be shorter. Slices begin at the edges of faults, so that they
 * fit where no other fault's edge lies between; else one belongs to the window in which it begins.
 */
export function secondsOf(slices: readonly Slice[], fromMicros: number, toMicros: number): SlicesOfSecond[] {
  const count = Math.max(0, Math.ceil((toMicros - fromMicros) / secondMicros - roundingSeconds));
  const groups = Array.from({ length: count }, (): Slice[] => []);
  for (const slice of slices) {
    if (slice.startMicros < fromMicros || slice.startMicros >= toMicros) continue;
    const index = Math.floor((slice.startMicros - fromMicros) / secondMicros + roundingSeconds);
    groups[Math.min(count - 1, index)]?.push(slice);
  }
  return groups.map((group, index) => {
    const startMicros = fromMicros + index * secondMicros;
    return { startMicros, endMicros: Math.min(startMicros + secondMicros, toMicros), slices: group };
  });
}

export interface Window {
  readonly startMicros: number;
  readonly endMicros: number;
  /** Due in it; none where no promise counts any of them. */
  readonly samples: number;
  /** One per gate. */
  readonly tallies: readonly Tally[];
  /** `bad`: one of the promises is significantly broken in it. `empty`: none of them counts anything in it. */
  readonly state: 'good' | 'bad' | 'empty';
}

export function windowsOf(
  slices: readonly Slice[],
  gates: readonly Gate[],
  fromMicros: number,
  toMicros: number,
): Window[] {
  const concerned = slices.filter((slice) => gates.some((gate) => speaksOf(gate.subject, slice.series)));
  return secondsOf(concerned, fromMicros, toMicros).map(({ slices: own, ...times }) => {
    const tallies = gates.map((gate) => tallyOf(gate, own));
    if (tallies.every(({ total }) => total === 0)) return { ...times, samples: 0, tallies, state: 'empty' };
    const samples = own.reduce((sum, slice) => sum + slice.counts.offered, 0);
    return { ...times, samples, tallies, state: isBad(tallies, gates) ? 'bad' : 'good' };
  });
}

const isBad = (tallies: readonly Tally[], gates: readonly Gate[], level?: number): boolean =>
  gates.some((gate, index) => {
    const tally = tallies[index];
    return tally !== undefined && isSignificantlyBad(tally.bad, tally.total, gate.share, level);
  });

/** Is one of the promises broken over all of these windows together, at this level of significance? */
export const isBadTogether = (windows: readonly Window[], gates: readonly Gate[], level: number): boolean =>
  isBad(
    gates.map((_, index) => pooled(windows, index)),
    gates,
    level,
  );

export function pooled(windows: readonly Window[], gateIndex: number): Tally {
  let bad = 0;
  let total = 0;
  for (const window of windows) {
    bad += window.tallies[gateIndex]?.bad ?? 0;
    total += window.tallies[gateIndex]?.total ?? 0;
  }
  return { bad, total };
}

export const samplesIn = (windows: readonly Window[]): number =>
  windows.reduce((sum, window) => sum + window.samples, 0);
