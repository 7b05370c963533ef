// When bad windows are more than bad luck: two in a row, and enough in them that a look every second is not wrong by chance.

import type { Gate, Tally } from './gate.ts';
import { pooled, secondMicros, type Window } from './seconds.ts';
import { everySecondLevel, isSignificantlyBad, isTooFewToTell, wholeFaultLevel } from './significance.ts';

/** Places in a list of windows. */
interface BadRun {
  readonly first: number;
  readonly last: number;
}

const fewestWindows = 2;

/** The first one that begins at or after `from`. */
export function badRunFrom(windows: readonly Window[], gates: readonly Gate[], from: number): BadRun | null {
  for (let first = from; first < windows.length; first += 1) {
    if (windows[first]?.state === 'empty') continue;
    const ends = gates.flatMap((gate, index) => endOfRun(windows, first, gate, index) ?? []);
    if (ends.length > 0) return { first, last: Math.min(...ends) };
  }
  return null;
}

/**
 * The first two bad windows in a row of a promise that is broken over one of the `parts` as a whole. Where that is beyond
 * chance, the two need not be so alone: they only say when it began. Windows in which it counts nothing are passed over.
 */
export function provenRunFrom(
  windows: readonly Window[],
  gates: readonly Gate[],
  from: number,
  parts: readonly (readonly Window[])[],
): BadRun | null {
  const runs = gates.flatMap((gate, index) => {
    const isProven = parts.some((part) => {
      const { bad, total } = pooled(part, index);
      return isSignificantlyBad(bad, total, gate.share, wholeFaultLevel);
    });
    return isProven ? (pairFrom(windows, from, gate, index) ?? []) : [];
  });
  return runs.reduce<BadRun | null>(earlierOf, null);
}

/** Of two runs, or none. */
export const earlierOf = (one: BadRun | null, other: BadRun | null): BadRun | null =>
  one === null || (other !== null && other.first < one.first) ? other : one;

function pairFrom(windows: readonly Window[], from: number, gate: Gate, gateIndex: number): BadRun | null {
  let first: number | null = null;
  for (let index = from; index < windows.length; index += 1) {
    const { bad, total } = windows[index]?.tallies[gateIndex] ?? { bad: 0, total: 0 };
    if (total === 0) continue;
    const isBad = isSignificantlyBad(bad, total, gate.share);
    if (isBad && first !== null) return { first, last: index };
    first = isBad ? index : null;
  }
  return null;
}

/**
 * Windows from `first` on, each bad, or too thin to be called so and beyond what is allowed; as many as it takes until
 * this promise could be shown to be broken over all of them, at least two. It is looked at once, there. Empty windows in
 * between are passed over: where all users of a load hang, nothing is due until the first of them gives up. One bad window
 * with nothing behind it for a second is enough, if it alone is beyond chance: that is what hangs until the fault is over.
 */
function endOfRun(windows: readonly Window[], first: number, gate: Gate, gateIndex: number): number | null {
  let [bad, total, count] = [0, 0, 0];
  for (let index = first; index < windows.length; index += 1) {
    const window = windows[index];
    const tally = window?.tallies[gateIndex];
    if (window === undefined || tally === undefined) return null;
    if (index > first && isSilent(window, tally)) continue;
    const suspect = isTooFewToTell(tally.total, gate.share) && tally.bad > gate.share * tally.total;
    if (window.state === 'good' && !suspect) return null;
    bad += tally.bad;
    total += tally.total;
    count += 1;
    const hangs = index === first && silenceAfter(windows, first, gateIndex) >= secondMicros - 1;
    if (hangs && isSignificantlyBad(bad, total, gate.share, everySecondLevel)) return index;
    if (count < fewestWindows || isTooFewToTell(total, gate.share, everySecondLevel)) continue;
    return isSignificantlyBad(bad, total, gate.share, everySecondLevel) ? index : null;
  }
  return null;
}

/** For this promise: nothing it counts was due. */
const isSilent = (window: Window, { total }: Tally): boolean =>
  window.state === 'empty' || (window.state === 'good' && total === 0);

/** How long nothing is due from the end of a window on. */
function silenceAfter(windows: readonly Window[], at: number, gateIndex: number): number {
  let micros = 0;
  for (const window of windows.slice(at + 1)) {
    const tally = window.tallies[gateIndex];
    if (tally === undefined || !isSilent(window, tally)) break;
    micros += window.endMicros - window.startMicros;
  }
  return micros;
}
