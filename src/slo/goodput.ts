// Good answers per second: how many the steady phases had, and how many of those are missing in a stretch of the run.

import type { Slice } from '../measure/slice.ts';
import type { PhaseRecord } from '../record/schema.ts';
import type { FaultTimes } from './recovery.ts';
import { secondMicros, secondsOf } from './seconds.ts';
import { isFlowSeries } from './select.ts';

/** Over the steps, by due time, while load was offered; null when the steady phases had none. */
export function steadyGoodput(
  slices: readonly Slice[],
  phases: readonly PhaseRecord[],
  elapsedMicros: number,
): number | null {
  let [good, offered, lengthMicros] = [0, 0, 0];
  for (const { name, startMicros, endMicros } of phases) {
    const untilMicros = Math.min(endMicros, elapsedMicros);
    if (name !== 'steady' || untilMicros <= startMicros) continue;
    lengthMicros += untilMicros - startMicros;
    for (const { series, startMicros: at, counts } of slices) {
      if (isFlowSeries(series) || at < startMicros || at >= untilMicros) continue;
      good += counts.ok;
      offered += counts.offered;
    }
  }
  return offered === 0 || lengthMicros === 0 ? null : good / (lengthMicros / secondMicros);
}

/** Seconds are aligned to the effect and to the clear. */
export const deficitOf = (slices: readonly Slice[], steadyPerSecond: number, times: FaultTimes): number =>
  missingAnswers(slices, steadyPerSecond, times.effectAtMicros, times.clearedAtMicros) +
  missingAnswers(slices, steadyPerSecond, times.clearedAtMicros, times.untilMicros);

/** Σ max(0, steady − good answers) over seconds; one that has more than steady makes up for no other. */
function missingAnswers(
  slices: readonly Slice[],
  steadyPerSecond: number,
  fromMicros: number,
  toMicros: number,
): number {
  const steps = slices.filter((slice) => !isFlowSeries(slice.series));
  let missing = 0;
  for (const { startMicros, endMicros, slices: own } of secondsOf(steps, fromMicros, toMicros)) {
    const good = own.reduce((sum, slice) => sum + slice.counts.ok, 0);
    missing += Math.max(0, (steadyPerSecond * (endMicros - startMicros)) / secondMicros - good);
  }
  return missing;
}
