// Good answers per second: how many the steady phases had, and how many of those are missing in a stretch of the run.

import type { Slice } from '../measure/slice.ts';
import type { PhaseRecord } from '../record/schema.ts';
import type { FaultTimes } from './recovery.ts';
import { secondMicros } from './seconds.ts';
import { isFlowSeries } from './select.ts';
import { undisturbed } from './undisturbed.ts';

/** Over the steps, by due time, while load was offered; null when the steady phases had none. */
export function steadyGoodput(
  slices: readonly Slice[],
  phases: readonly PhaseRecord[],
  elapsedMicros: number,
): number | null {
  let [good, offered, lengthMicros] = [0, 0, 0];
  for (const { startMicros, endMicros } of undisturbed(phases)) {
    const untilMicros = Math.min(endMicros, elapsedMicros);
    if (untilMicros <= startMicros) continue;
    lengthMicros += untilMicros - startMicros;
    for (const { series, startMicros: at, counts } of slices) {
      if (isFlowSeries(series) || at < startMicros || at >= untilMicros) continue;
      good += counts.ok;
      offered += counts.offered;
    }
  }
  return offered === 0 || lengthMicros === 0 ? null : good / (lengthMicros / secondMicros);
}

/** Over the seconds as they were stored, which begin anew at every edge of a fault: also of another one in between. */
export const deficitOf = (slices: readonly Slice[], steadyPerSecond: number, times: FaultTimes): number =>
  missingAnswers(slices, steadyPerSecond, times.effectAtMicros, times.clearedAtMicros) +
  missingAnswers(slices, steadyPerSecond, times.clearedAtMicros, times.untilMicros);

/**
 * Σ max(0, steady − good answers) over stored seconds, each by its own length; one that has more than steady makes up for no
 * other. Where none is stored nothing came.
 */
function missingAnswers(
  slices: readonly Slice[],
  steadyPerSecond: number,
  fromMicros: number,
  toMicros: number,
): number {
  const seconds = storedSeconds(slices, fromMicros, toMicros);
  const expected = (micros: number): number => (steadyPerSecond * micros) / secondMicros;
  let [missing, reachedMicros] = [0, fromMicros];
  for (const [index, { startMicros, endMicros, good }] of seconds.entries()) {
    const untilMicros = Math.min(endMicros, toMicros, seconds[index + 1]?.startMicros ?? toMicros);
    missing += expected(startMicros - reachedMicros);
    missing += Math.max(0, expected(untilMicros - startMicros) - good);
    reachedMicros = untilMicros;
  }
  return missing + expected(Math.max(0, toMicros - reachedMicros));
}

interface StoredSecond {
  readonly startMicros: number;
  readonly endMicros: number;
  /** Good answers of all steps. */
  readonly good: number;
}

/** In order. Those of all series begin and end at the same moments. */
function storedSeconds(slices: readonly Slice[], fromMicros: number, toMicros: number): StoredSecond[] {
  const seconds = new Map<number, StoredSecond>();
  for (const { series, startMicros, endMicros, counts } of slices) {
    if (isFlowSeries(series) || startMicros < fromMicros || startMicros >= toMicros) continue;
    const held = seconds.get(startMicros) ?? { startMicros, endMicros, good: 0 };
    seconds.set(startMicros, { ...held, good: held.good + counts.ok });
  }
  return [...seconds.values()].sort((a, b) => a.startMicros - b.startMicros);
}
