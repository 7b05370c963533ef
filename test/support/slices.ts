// Slices made by hand: the smallest piece of a synthetic run, with counts that always add up.

import type { Histogram } from 'hdr-histogram-js';
import { createHistogram, recordMicros } from '../../src/measure/histogram.ts';
import { emptyCounts } from '../../src/measure/slice.ts';
import type { ObservedKind, Slice, SliceCounts, SliceHistograms } from '../../src/measure/slice.ts';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = createHistogram();
  for (const value of values) recordMicros(histogram, value);
  return histogram;
}

/** What happened in one slice; latencies in microseconds. Service latencies default to the response ones. */
export interface SliceContent {
  readonly okMicros?: readonly number[];
  readonly okServiceMicros?: readonly number[];
  /** Answered with the wrong status (class `status`). */
  readonly wrongMicros?: readonly number[];
  /** Never answered in time (class `timeout`). */
  readonly timedOutMicros?: readonly number[];
  readonly censoredMicros?: readonly number[];
  readonly connectMicros?: readonly number[];
  readonly dropped?: number;
  readonly unsent?: number;
  readonly skipped?: number;
  /** Durations beside the latencies, in microseconds. */
  readonly observedMicros?: Partial<Record<ObservedKind, readonly number[]>>;
  readonly tallies?: SliceCounts['tallies'];
  /** Good answers that ended in this slice; default: as many as were due in it. */
  readonly okEnded?: number;
  /** Begun in this slice; default: as many as were due in it. */
  readonly begun?: number;
}

export function sliceOf(
  series: string,
  startMicros: number,
  endMicros: number,
  content: SliceContent,
): Slice {
  const { okMicros = [], wrongMicros = [], timedOutMicros = [], censoredMicros = [] } = content;
  const { dropped = 0, unsent = 0, skipped = 0, connectMicros = [] } = content;
  const bad = [...wrongMicros, ...timedOutMicros, ...censoredMicros];
  const started = okMicros.length + bad.length;
  const timeouts = timedOutMicros.length + censoredMicros.length;
  const histograms: SliceHistograms = {};
  if (okMicros.length > 0) {
    histograms.response = histogramOf(okMicros);
    histograms.service = histogramOf(content.okServiceMicros ?? okMicros);
  }
  if (bad.length > 0) {
    histograms.responseFailed = histogramOf(bad);
    histograms.serviceFailed = histogramOf(bad);
  }
  if (connectMicros.length > 0) histograms.connect = histogramOf(connectMicros);
  for (const [kind, values] of Object.entries(content.observedMicros ?? {})) {
    if (values.length > 0) histograms[kind as ObservedKind] = histogramOf(values);
  }
  const counts = {
    ...emptyCounts(),
    tallies: { ...content.tallies },
    offered: started + dropped + unsent,
    started,
    ok: okMicros.length,
    failed: wrongMicros.length + timedOutMicros.length,
    censored: censoredMicros.length,
    dropped,
    unsent,
    skipped,
    answered: okMicros.length + wrongMicros.length,
    okEnded: content.okEnded ?? okMicros.length,
    begun: content.begun ?? started,
    bytes: (okMicros.length + wrongMicros.length) * 512,
    errors: {
      ...(wrongMicros.length > 0 ? { status: wrongMicros.length } : {}),
      ...(timeouts > 0 ? { timeout: timeouts } : {}),
      ...(dropped > 0 ? { dropped } : {}),
      ...(unsent > 0 ? { unsent } : {}),
    },
    statuses: {
      ...(okMicros.length > 0 ? { '200': okMicros.length } : {}),
      ...(wrongMicros.length > 0 ? { '503': wrongMicros.length } : {}),
    },
  };
  return { series, startMicros, endMicros, counts, histograms };
}

/** `count` equal latencies. */
export const repeated = (count: number, valueMicros: number): number[] =>
  Array.from({ length: count }, () => valueMicros);
