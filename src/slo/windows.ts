// A promise with a `window` holds in every stretch of that length, not only over the whole: the same rules for each.

import { formatDuration } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';

export interface Stretch {
  readonly startMicros: number;
  readonly endMicros: number;
  /** The record as if nothing else had been measured. */
  readonly data: RunData;
}

/** Stretches side by side from the end of the warm-up to the end of the load; the last one may be shorter. */
export function stretchesOf(data: RunData, windowMicros: number): Stretch[] {
  const { warmupMicros, elapsedMicros } = data.run.load;
  const count = Math.max(0, Math.ceil((elapsedMicros - warmupMicros) / windowMicros));
  return Array.from({ length: count }, (_, index) => {
    const startMicros = warmupMicros + index * windowMicros;
    const endMicros = Math.min(startMicros + windowMicros, elapsedMicros);
    return { startMicros, endMicros, data: within(data, startMicros, endMicros, index === count - 1) };
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
