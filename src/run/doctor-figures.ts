// From slices to the doctor's figures, one per window: a rate, and how far measured latencies lie from the server's own.

import { createHistogram, mergeHistograms, recordMicros, valueAtRank } from '../measure/histogram.ts';
import { rankOf } from '../measure/quantile.ts';
import type { Slice } from '../measure/slice.ts';
import type { Effort } from './doctor-effort.ts';
import type { Answers } from './doctor-messages.ts';
import { doctorSeries } from './doctor-plans.ts';

/** Measured less known; negative = less was measured than the server took. */
export interface Bias {
  readonly p50Micros: number;
  readonly p99Micros: number;
}

interface Window {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

function windowsOf({ warmupMicros, windowMicros, windows }: Effort): Window[] {
  return Array.from({ length: windows }, (_, index) => {
    const fromMicros = warmupMicros + index * windowMicros;
    return { fromMicros, untilMicros: fromMicros + windowMicros };
  });
}

/** Slices begin at the end of the warm-up and then every second, as windows do, so that none lies in two. */
const inWindow = (slices: readonly Slice[], { fromMicros, untilMicros }: Window): Slice[] =>
  slices.filter(
    ({ series, startMicros }) =>
      series === doctorSeries && startMicros >= fromMicros && startMicros < untilMicros,
  );

/** Good answers a second; windows without any are left out. */
export function ceilingOf(slices: readonly Slice[], effort: Effort): number[] {
  return windowsOf(effort)
    .map((window) => inWindow(slices, window).reduce((sum, { counts }) => sum + counts.okEnded, 0))
    .filter((count) => count > 0)
    .map((count) => (count * 1_000_000) / effort.windowMicros);
}

/** Fewer answers than this say nothing about a p99. */
const fewest = 100;

/** Both sides go through the same histogram, so that its rounding is in neither. */
export function biasOf(
  slices: readonly Slice[],
  { atMicros, tookMicros }: Answers,
  startAtMicros: number,
  effort: Effort,
): Bias[] {
  return windowsOf(effort).flatMap((window) => {
    const measured = mergeHistograms(inWindow(slices, window).map(({ histograms }) => histograms.response));
    const known = createHistogram();
    atMicros.forEach((at, index) => {
      const from = at - startAtMicros;
      if (from >= window.fromMicros && from < window.untilMicros) recordMicros(known, tookMicros[index] ?? 0);
    });
    if (measured.totalCount < fewest || known.totalCount < fewest) return [];
    const difference = (quantile: number): number =>
      valueAtRank(measured, rankOf(quantile, measured.totalCount)) -
      valueAtRank(known, rankOf(quantile, known.totalCount));
    return [{ p50Micros: difference(0.5), p99Micros: difference(0.99) }];
  });
}
