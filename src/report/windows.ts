// A run's slices in the windows a chart can show: long runs are merged into fewer, wider ones. Histograms are merged,
// never percentiles averaged, and no window reaches over the moment at which a fault took or lost effect.

import type { Histogram } from 'hdr-histogram-js';
import { addCounts } from '../measure/counts.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { emptyCounts, type Slice, type SliceCounts } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';

export interface Span {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Spans between the same two edges have the same number. */
  readonly segment: number;
  readonly counts: SliceCounts;
  /** Response latency of the good answers; undefined where there was none. */
  readonly good: Histogram | undefined;
}

const secondMicros = 1_000_000;
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600].map(
  (seconds) => seconds * secondMicros,
);
const mostWindows = 150;

/** Until when something happened: the load, its last answers, the last fault. */
export function endOf(data: RunData): number {
  const slices = data.slices.map((slice) => slice.endMicros);
  const cleared = data.run.faults.map((fault) => fault.clearedAtMicros ?? 0);
  return [...slices, ...cleared].reduce((a, b) => Math.max(a, b), data.run.load.elapsedMicros);
}

/** Begins of all windows: each edge, and every so many seconds after it. */
function startsOf(data: RunData): { at: number; segment: number }[] {
  const end = endOf(data);
  const width = widths.find((candidate) => end / candidate <= mostWindows) ?? end;
  const moments = data.run.faults.flatMap((fault) => [fault.effectAtMicros, fault.clearedAtMicros]);
  const known = moments.filter((at) => at !== null).map((at) => Math.round(at));
  const edges = [...new Set([0, data.run.load.warmupMicros, ...known])]
    .filter((at) => at < end)
    .sort((a, b) => a - b);
  return edges.flatMap((edge, segment) => {
    const next = edges[segment + 1] ?? end;
    const count = Math.max(1, Math.ceil((next - edge) / width));
    return Array.from({ length: count }, (_, index) => ({ at: edge + index * width, segment }));
  });
}

/** The given slices in windows that cover the run without a hole: nothing measured means empty counts, not no window. */
export function spansOf(data: RunData, slices: readonly Slice[]): Span[] {
  const starts = startsOf(data);
  const held = starts.map((): Slice[] => []);
  for (const slice of slices) {
    const index = starts.findLastIndex((start) => start.at <= slice.startMicros);
    held[Math.max(0, index)]?.push(slice);
  }
  const end = endOf(data);
  return starts.map(({ at, segment }, index) => ({
    fromMicros: at,
    toMicros: starts[index + 1]?.at ?? end,
    segment,
    ...summed(held[index] ?? []),
  }));
}

export const seriesSpans = (data: RunData, name: string): Span[] =>
  spansOf(
    data,
    data.slices.filter((slice) => slice.series === name),
  );

function summed(slices: readonly Slice[]): Pick<Span, 'counts' | 'good'> {
  const counts = emptyCounts();
  for (const slice of slices) addCounts(counts, slice.counts);
  return { counts, good: pooled(slices.map((slice) => slice.histograms.response)) };
}

function pooled(histograms: readonly (Histogram | undefined)[]): Histogram | undefined {
  const held = histograms.filter((histogram) => histogram !== undefined);
  return held.length === 0 ? undefined : mergeHistograms(held);
}

/** Adjacent spans as one; at least one is needed. */
export function joined(spans: readonly [Span, ...Span[]]): Span {
  const [first] = spans;
  const counts = emptyCounts();
  for (const span of spans) addCounts(counts, span.counts);
  return {
    fromMicros: first.fromMicros,
    toMicros: (spans.at(-1) ?? first).toMicros,
    segment: first.segment,
    counts,
    good: pooled(spans.map((span) => span.good)),
  };
}

/** At most `most` spans, equally many joined each time, whatever lies between them. */
export function coarser(spans: readonly Span[], most: number): Span[] {
  const size = Math.ceil(spans.length / most);
  const groups: Span[] = [];
  for (let at = 0; at < spans.length; at += size) {
    const [first, ...rest] = spans.slice(at, at + size);
    if (first !== undefined) groups.push(joined([first, ...rest]));
  }
  return groups;
}

/** Splinters between two edges join their neighbour, so that counts per second mean something. */
export function withoutSplinters(spans: readonly Span[], shortestMicros = secondMicros / 2): Span[] {
  const kept: Span[] = [];
  for (const span of spans) {
    const last = kept.at(-1);
    const short = span.toMicros - span.fromMicros < shortestMicros;
    const lastShort = last !== undefined && last.toMicros - last.fromMicros < shortestMicros;
    if (last !== undefined && (short || lastShort)) kept[kept.length - 1] = joined([last, span]);
    else kept.push(span);
  }
  return kept;
}
