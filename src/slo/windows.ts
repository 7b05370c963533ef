// A promise with a `window` holds in every stretch of that length, not only over the whole: the same rules for each.

import { formatDuration } from '../kernel/units.ts';
import type { Slice } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';

const secondMicros = 1_000_000;

export interface Stretch {
  readonly startMicros: number;
  readonly endMicros: number;
  /** The record as if nothing else had been measured, but for `whole`. */
  readonly data: RunData;
}

/**
 * Stretches side by side from the end of the warm-up to the end of the load; the last one may be shorter. They begin and
 * end with a second as it was measured: behind the edge of a fault seconds roll from that edge, and a stretch that were
 * cut through one would have its work or its time, and not both. So one may be up to a second longer or shorter.
 * `whole`: one that would be shorter than the window begins earlier, and shares that time with the one before.
 */
export function stretchesOf(data: RunData, windowMicros: number, whole = false): Stretch[] {
  const { warmupMicros, elapsedMicros } = data.run.load;
  const begins = beginsOf(data);
  const count = Math.max(0, Math.ceil((elapsedMicros - warmupMicros) / windowMicros));
  const bounds = Array.from({ length: count + 1 }, (_, index) =>
    Math.min(secondsAround(begins, warmupMicros + index * windowMicros).next, elapsedMicros),
  );
  const spans = bounds.flatMap((startMicros, index) => {
    const endMicros = bounds[index + 1] ?? startMicros;
    return endMicros > startMicros ? [{ startMicros, endMicros }] : [];
  });
  const slices = inOrder(data.slices);
  return spans.map(({ startMicros: at, endMicros }, index) => {
    const earlier = Math.max(warmupMicros, secondsAround(begins, endMicros - windowMicros).last);
    const startMicros = whole ? Math.min(at, earlier) : at;
    const last = index === spans.length - 1;
    const to = last ? slices.length : firstFrom(slices, endMicros);
    const inside = slices.slice(firstFrom(slices, startMicros), to);
    return { startMicros, endMicros, data: within(data, { startMicros, endMicros, last, slices: inside }) };
  });
}

/** Where seconds are known to begin, in order. */
function beginsOf({ run, slices }: RunData): number[] {
  const begins = new Set([0, run.load.warmupMicros]);
  for (const { startMicros, endMicros } of slices) begins.add(startMicros).add(endMicros);
  for (const { effectAtMicros, clearedAtMicros } of run.faults) {
    for (const edge of [effectAtMicros, clearedAtMicros]) if (edge !== null) begins.add(Math.round(edge));
  }
  return [...begins].sort((a, b) => a - b);
}

/** The last second that begins at this moment or before, and the next that begins at it or behind. */
function secondsAround(begins: readonly number[], atMicros: number): { last: number; next: number } {
  let [low, high] = [0, begins.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((begins[middle] ?? Infinity) <= atMicros) low = middle;
    else high = middle;
  }
  const [begin = 0, following = Infinity] = begins.slice(low, low + 2);
  // In seconds without any work nothing was kept: they roll on from the last one that is known.
  const rolled = (atMicros - begin) / secondMicros;
  return {
    last: begin + Math.floor(rolled) * secondMicros,
    next: Math.min(begin + Math.ceil(rolled) * secondMicros, following),
  };
}

/** By their start: of many stretches each then finds its own without a look at all the others. */
const inOrder = (slices: readonly Slice[]): Slice[] =>
  [...slices].sort((a, b) => a.startMicros - b.startMicros);

/** The place of the first slice, of those in order, that begins at this moment or later. */
function firstFrom(slices: readonly Slice[], atMicros: number): number {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((slices[middle]?.startMicros ?? Infinity) < atMicros) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Cut {
  readonly startMicros: number;
  readonly endMicros: number;
  /** It is the last stretch. */
  readonly last: boolean;
  /** What began in it. */
  readonly slices: readonly Slice[];
}

/**
 * A second belongs to the stretch in which it begins; what began after the load, to the last one. What was watched and
 * scraped stays whole: its metrics take what lies in the phases, and need what came before for what was added since.
 */
function within(data: RunData, { startMicros, endMicros, last, slices }: Cut): RunData {
  const { run } = data;
  const phases = run.phases.flatMap((phase) => {
    const from = Math.max(phase.startMicros, startMicros);
    const to = last ? phase.endMicros : Math.min(phase.endMicros, endMicros);
    return to > from ? [{ ...phase, startMicros: from, endMicros: to }] : [];
  });
  const elapsedMicros = Math.min(run.load.elapsedMicros, endMicros);
  const load = { ...run.load, elapsedMicros };
  return { ...data, run: { ...run, phases, load }, slices, whole: data.whole ?? data };
}

export const stretchWords = ({ startMicros, endMicros }: Stretch): string =>
  `from ${startMicros === 0 ? '0s' : formatDuration(startMicros)} to ${formatDuration(endMicros)}`;
