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
  /** How many faults are in effect. */
  readonly faults: number;
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

/** The given slices' counts in windows that cover the run without a hole: nothing measured means empty counts, not no window. */
export const countSpans = (data: RunData, slices: readonly Slice[]): Span[] =>
  spansOf(data, slices, () => undefined);

function spansOf(
  data: RunData,
  slices: readonly Slice[],
  goodOf: (slice: Slice) => Histogram | undefined,
): Span[] {
  const starts = startsOf(data);
  const held = starts.map((): Slice[] => []);
  for (const slice of slices) {
    const index = starts.findLastIndex((start) => start.at <= slice.startMicros);
    held[Math.max(0, index)]?.push(slice);
  }
  const end = endOf(data);
  const spans = starts.map(({ at, segment }, index): Span => ({
    fromMicros: at,
    toMicros: starts[index + 1]?.at ?? end,
    segment,
    faults: faultsAt(data, at),
    ...summed(held[index] ?? [], goodOf),
  }));
  return withoutSplinters(spans);
}

const faultsAt = (data: RunData, atMicros: number): number =>
  data.run.faults.filter(
    ({ effectAtMicros: effect, clearedAtMicros: cleared }) =>
      effect !== null &&
      Math.round(effect) <= atMicros &&
      (cleared === null || Math.round(cleared) > atMicros),
  ).length;

/**
 * Faults that begin or end within moments of each other leave splinters between them, of which nothing can be said. Each
 * joins a neighbour, whole, so that counts and durations stay right: one of its own segment, else the more faulted one.
 */
function withoutSplinters(given: readonly Span[]): Span[] {
  const spans = [...given];
  for (
    let at = spans.findIndex(isSplinter);
    at !== -1 && spans.length > 1;
    at = spans.findIndex(isSplinter)
  ) {
    const [before, splinter, after] = [spans[at - 1], spans[at], spans[at + 1]];
    if (splinter === undefined) break;
    const backwards =
      before !== undefined &&
      (after === undefined || closeness(before, splinter) >= closeness(after, splinter));
    const host = backwards ? before : after;
    if (host === undefined) break;
    const { segment, faults } = host;
    const merged = { ...joined(backwards ? [host, splinter] : [splinter, host]), segment, faults };
    spans.splice(backwards ? at - 1 : at, 2, merged);
  }
  return spans;
}

const isSplinter = (span: Span): boolean => span.toMicros - span.fromMicros < secondMicros / 2;
const closeness = (host: Span, splinter: Span): number =>
  host.segment === splinter.segment ? Infinity : host.faults;

/** One series in the same windows, with its response latency. */
export const seriesSpans = (data: RunData, name: string): Span[] =>
  spansOf(
    data,
    data.slices.filter((slice) => slice.series === name),
    (slice) => slice.histograms.response,
  );

function summed(
  slices: readonly Slice[],
  goodOf: (slice: Slice) => Histogram | undefined,
): Pick<Span, 'counts' | 'good'> {
  const counts = emptyCounts();
  for (const slice of slices) addCounts(counts, slice.counts);
  return { counts, good: pooled(slices.map(goodOf)) };
}

function pooled(histograms: readonly (Histogram | undefined)[]): Histogram | undefined {
  const held = histograms.filter((histogram) => histogram !== undefined);
  return held.length > 1 ? mergeHistograms(held) : held[0];
}

/** Adjacent spans as one; at least one is needed. */
export function joined(spans: readonly [Span, ...Span[]]): Span {
  const [first] = spans;
  if (spans.length === 1) return first;
  const counts = emptyCounts();
  for (const span of spans) addCounts(counts, span.counts);
  return {
    fromMicros: first.fromMicros,
    toMicros: (spans.at(-1) ?? first).toMicros,
    segment: first.segment,
    faults: first.faults,
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
