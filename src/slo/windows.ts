// A promise with a `window` holds in every stretch of that length, not only over the whole: the same rules for each.

import { formatDuration } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';

const secondMicros = 1_000_000;

export interface Stretch {
  readonly startMicros: number;
  readonly endMicros: number;
  /** The record as if nothing else had been measured. */
  readonly data: RunData;
}

/**
 * Stretches side by side from the end of the warm-up to the end of the load; the last one may be shorter. They begin and
 * end with a second as it was measured: behind the edge of a fault seconds roll from that edge, and a stretch that were
 * cut through one would have its work or its time, and not both. So one may be up to a second longer or shorter.
 */
export function stretchesOf(data: RunData, windowMicros: number): Stretch[] {
  const bounds = boundsOf(data, windowMicros);
  const spans = bounds.flatMap((startMicros, index) => {
    const endMicros = bounds[index + 1] ?? startMicros;
    return endMicros > startMicros ? [{ startMicros, endMicros }] : [];
  });
  return spans.map(({ startMicros, endMicros }, index) => ({
    startMicros,
    endMicros,
    data: within(data, startMicros, endMicros, index === spans.length - 1),
  }));
}

/** In order, from the end of the warm-up to the end of the load; each is where the next second begins. */
function boundsOf({ run, slices }: RunData, windowMicros: number): number[] {
  const { warmupMicros, elapsedMicros } = run.load;
  const begun = new Set([0, warmupMicros]);
  for (const { startMicros, endMicros } of slices) begun.add(startMicros).add(endMicros);
  for (const { effectAtMicros, clearedAtMicros } of run.faults) {
    for (const edge of [effectAtMicros, clearedAtMicros]) if (edge !== null) begun.add(Math.round(edge));
  }
  const begins = [...begun].sort((a, b) => a - b);
  const count = Math.max(0, Math.ceil((elapsedMicros - warmupMicros) / windowMicros));
  let last = 0;
  return Array.from({ length: count + 1 }, (_, index) => {
    const atMicros = warmupMicros + index * windowMicros;
    while ((begins[last + 1] ?? Infinity) <= atMicros) last += 1;
    const begin = begins[last] ?? 0;
    // In seconds without any work nothing was kept: they roll on from the last one that is known.
    const rolled = begin + Math.ceil((atMicros - begin) / secondMicros) * secondMicros;
    return Math.min(rolled, begins[last + 1] ?? Infinity, elapsedMicros);
  });
}

/**
 * A second belongs to the stretch in which it begins; what began after the load, to the last one. What was watched and
 * scraped stays whole: its metrics take what lies in the phases, and need what came before for what was added since.
 */
function within(data: RunData, startMicros: number, endMicros: number, last: boolean): RunData {
  const { run, slices } = data;
  const phases = run.phases.flatMap((phase) => {
    const from = Math.max(phase.startMicros, startMicros);
    const to = last ? phase.endMicros : Math.min(phase.endMicros, endMicros);
    return to > from ? [{ ...phase, startMicros: from, endMicros: to }] : [];
  });
  const inside = slices.filter(
    (slice) => slice.startMicros >= startMicros && (last || slice.startMicros < endMicros),
  );
  const elapsedMicros = Math.min(run.load.elapsedMicros, endMicros);
  return { ...data, run: { ...run, phases, load: { ...run.load, elapsedMicros } }, slices: inside };
}

export const stretchWords = ({ startMicros, endMicros }: Stretch): string =>
  `from ${startMicros === 0 ? '0s' : formatDuration(startMicros)} to ${formatDuration(endMicros)}`;
