// Picks from a record what a measure speaks of: the slices of its series in its phases, each counted once.

import type { Histogram } from 'hdr-histogram-js';
import { addCounts } from '../measure/counts.ts';
import { mergeHistograms } from '../measure/histogram.ts';
import { emptyCounts, histogramKinds } from '../measure/slice.ts';
import type { Slice, SliceCounts, SliceHistograms } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import type { PhaseRecord, SeriesRecord } from '../record/schema.ts';

/** The histograms of a view, each merged when first asked for; empty where nothing was recorded. */
export type ViewHistograms = Readonly<Record<keyof SliceHistograms, Histogram>>;

export interface View {
  readonly counts: SliceCounts;
  readonly histograms: ViewHistograms;
  /** Length of the selected phases while load was offered, warm-up excluded. */
  readonly durationMicros: number;
  /** Good answers among those offered in that time; later steps of the last iterations are not. */
  readonly okWhileOffered: number;
  /** The longest timeout among the series. */
  readonly timeoutMicros: number;
  /** False when none of the series has due times: its latencies are service latencies. */
  readonly hasDueTime: boolean;
}

interface Span {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** Iterations are series of their own, named `flow:<name>`; they are never pooled with steps. */
export const isFlowSeries = (name: string): boolean => name.startsWith('flow:');

/** True for slices a subject speaks of; null pools every step. */
export const speaksOf = (subject: string | null, series: string): boolean =>
  subject === null ? !isFlowSeries(series) : series === subject;

const contains = (span: Span, atMicros: number): boolean =>
  atMicros >= span.startMicros && atMicros < span.endMicros;

/** Phases reach over the last steps of iterations; time in which nothing new is offered would thin out every rate. */
const until = (endMicros: number, spans: readonly Span[]): Span[] =>
  spans.map((span) => ({ startMicros: span.startMicros, endMicros: Math.min(span.endMicros, endMicros) }));

function unionMicros(spans: readonly Span[]): number {
  let total = 0;
  let reachedMicros = Number.NEGATIVE_INFINITY;
  for (const span of [...spans].sort((a, b) => a.startMicros - b.startMicros)) {
    const from = Math.max(span.startMicros, reachedMicros);
    if (span.endMicros > from) total += span.endMicros - from;
    reachedMicros = Math.max(reachedMicros, span.endMicros);
  }
  return total;
}

/** The phases asked for, without the parts that are warm-up (unless warm-up itself is asked for). */
function phasesOf(
  phases: readonly PhaseRecord[],
  during: readonly string[],
): { asked: PhaseRecord[]; without: PhaseRecord[] } {
  const asked = phases.filter((phase) =>
    during.length === 0 ? phase.name !== 'warmup' : during.includes(phase.name),
  );
  const without = during.includes('warmup') ? [] : phases.filter((phase) => phase.name === 'warmup');
  return { asked, without };
}

/** Why a view cannot be had; `null` when it can. One sentence. */
export function missingFrom(data: RunData, subject: string | null, during: readonly string[]): string | null {
  const names = data.run.series.map((entry) => entry.name);
  if (subject !== null && !names.includes(subject)) {
    return `the series \`${subject}\` is not in this record (it has: ${names.join(', ')})`;
  }
  const phase = during.find((name) => !data.run.phases.some((entry) => entry.name === name));
  return phase === undefined ? null : `the run had no phase \`${phase}\``;
}

function lazyHistograms(slices: readonly Slice[]): ViewHistograms {
  const merged: Partial<Record<keyof SliceHistograms, Histogram>> = {};
  const view = {};
  for (const kind of histogramKinds) {
    Object.defineProperty(view, kind, {
      enumerable: true,
      get: () => (merged[kind] ??= mergeHistograms(slices.map((slice) => slice.histograms[kind]))),
    });
  }
  return view as ViewHistograms;
}

/** What a series (null: all steps) did in the given phases (none: everything but the warm-up). */
export function viewOf(data: RunData, subject: string | null, during: readonly string[]): View {
  const { asked, without } = phasesOf(data.run.phases, during);
  const inPhase = (slice: Slice): boolean => asked.some((phase) => contains(phase, slice.startMicros));
  const slices = data.slices.filter(
    (slice) =>
      speaksOf(subject, slice.series) &&
      (during.length === 0 || inPhase(slice)) &&
      !without.some((phase) => contains(phase, slice.startMicros)),
  );
  const { elapsedMicros } = data.run.load;
  const counts = emptyCounts();
  let okWhileOffered = 0;
  for (const slice of slices) {
    // Answers that ended after the load belong to no second of it: they are no throughput of the load.
    const offered = inPhase(slice) && slice.startMicros < elapsedMicros;
    addCounts(counts, offered ? slice.counts : { ...slice.counts, okEnded: 0 });
    if (offered) okWhileOffered += slice.counts.ok;
  }
  const series: SeriesRecord[] = data.run.series.filter((entry) => speaksOf(subject, entry.name));
  return {
    counts,
    histograms: lazyHistograms(slices),
    durationMicros:
      unionMicros(until(elapsedMicros, [...asked, ...without])) - unionMicros(until(elapsedMicros, without)),
    okWhileOffered,
    timeoutMicros: Math.max(0, ...series.map((entry) => entry.timeoutMicros)),
    hasDueTime: series.some((entry) => entry.hasDueTime),
  };
}
