// Slices with what engines measure beside the latency, and metrics asked for by hand: no text, no parser.

import { createHistogram, recordMicros } from '../../src/measure/histogram.ts';
import type { Slice, SliceCounts, SliceHistograms } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import type { Measure, Operator } from '../../src/slo/expression.ts';
import type { Reading } from '../../src/slo/metrics/metric.ts';
import { readMeasure } from '../../src/slo/reading.ts';
import { sliceOf } from './slices.ts';
import type { SliceContent } from './slices.ts';

const second = 1_000_000;

interface MeasuredContent extends SliceContent {
  /** Any durations, in microseconds. */
  readonly measured?: Partial<Record<keyof SliceHistograms, readonly number[]>>;
  /** Added to the counts as they are, failures by class. */
  readonly failures?: SliceCounts['errors'];
  readonly bytes?: number;
  /** Seconds; default: 1. */
  readonly lasts?: number;
}

/** What happened in one slice that begins `at` seconds after the start of the load. */
export function measuredSlice(series: string, at: number, content: MeasuredContent): Slice {
  const { measured = {}, failures = {}, bytes, lasts = 1, ...rest } = content;
  const slice = sliceOf(series, at * second, (at + lasts) * second, rest);
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const { counts } = slice;
  const histograms: SliceHistograms = { ...slice.histograms };
  for (const [kind, values] of Object.entries(measured)) {
    const histogram = createHistogram();
    for (const value of values) recordMicros(histogram, value);
    histograms[kind as keyof SliceHistograms] = histogram;
  }
  return {
    ...slice,
    histograms,
    counts: {
      ...counts,
      offered: counts.offered + failed,
      started: counts.started + failed,
      begun: counts.begun + failed,
      failed: counts.failed + failed,
      bytes: bytes ?? counts.bytes,
      errors: { ...counts.errors, ...failures },
    },
  };
}

export const measureOf = (metric: string, asked: Partial<Measure> = {}): Measure => ({
  metric,
  subject: null,
  argument: null,
  during: [],
  ...asked,
});

export const statistic = (name: string): Measure['argument'] => ({ kind: 'statistic', statistic: name });
export const target = (share: number): Measure['argument'] => ({ kind: 'target', share });

export const read = (
  data: RunData,
  measure: Measure,
  operator: Operator | null = '<',
  limit: number | null = null,
): Reading => readMeasure(measure, data, [], operator, limit).reading;

/** 1, 2 … n milliseconds. */
export const rising = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (index + 1) * 1_000);
