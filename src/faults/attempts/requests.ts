// What the load offered meanwhile, by which attempts on a link are measured: requests of its steps, over any stretch.

import { mergeHistograms } from '../../measure/histogram.ts';
import type { Slice } from '../../measure/slice.ts';

/** Times from the start of the load, or on the monotonic clock; one of both throughout. */
export interface Span {
  readonly fromMicros: number;
  readonly untilMicros: number;
}

interface Counted {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** The share of a slice that lies in a span: what happened in it is taken to have been even. */
function shareOf(slice: Counted, span: Span): number {
  const lengthMicros = slice.endMicros - slice.startMicros;
  const insideMicros =
    Math.min(slice.endMicros, span.untilMicros) - Math.max(slice.startMicros, span.fromMicros);
  if (lengthMicros <= 0) return insideMicros >= 0 ? 1 : 0;
  return Math.min(1, Math.max(0, insideMicros / lengthMicros));
}

/** How much of what slices counted lies in any of the spans. */
export const within = <Item extends Counted>(
  slices: readonly Item[],
  spans: readonly Span[],
  value: (slice: Item) => number,
): number =>
  slices.reduce(
    (total, slice) => total + spans.reduce((sum, span) => sum + shareOf(slice, span), 0) * value(slice),
    0,
  );

/** Requests and messages that the load started, by when it did: their attempts are seen then. `slices`: of steps only. */
export const requestsIn = (slices: readonly Slice[], spans: readonly Span[]): number =>
  within(slices, spans, ({ counts }) => counts.begun);

/** Chance alone leaves fewer than so many standard deviations, and fewer than this share of all. */
const deviations = 4;
const tolerable = 0.05;

/**
 * Whether the first or the last slice of the span holds far more requests than the others lead to expect. Slices begin when
 * a fault is asked for and end when it is known to be gone; the proxy knows when it was in effect. Closed load that a fault
 * slows down runs at its old pace in the moments between, which could not be told from requests that met the fault.
 */
export function rushedAtEdges(slices: readonly Slice[], span: Span): boolean {
  const parts = new Map<number, { lengthMicros: number; begun: number }>();
  for (const { startMicros, endMicros, counts } of slices) {
    if (endMicros <= span.fromMicros || startMicros >= span.untilMicros) continue;
    const part = parts.get(startMicros) ?? { lengthMicros: endMicros - startMicros, begun: 0 };
    parts.set(startMicros, { ...part, begun: part.begun + counts.begun });
  }
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const inner = inOrder.slice(1, -1);
  const innerMicros = inner.reduce((total, { lengthMicros }) => total + lengthMicros, 0);
  if (innerMicros === 0) return false;
  const perMicro = inner.reduce((total, { begun }) => total + begun, 0) / innerMicros;
  const all = inOrder.reduce((total, { begun }) => total + begun, 0);
  return [inOrder.at(0), inOrder.at(-1)].some((edge) => {
    if (edge === undefined) return false;
    const expected = perMicro * edge.lengthMicros;
    const more = edge.begun - expected;
    return more > tolerable * all && more > deviations * Math.sqrt(Math.max(expected, 1));
  });
}

/** How many requests were under way at a time, on average (Little: their number times how long they took, over the time). */
export function requestsAtATime(slices: readonly Slice[], span: Span): number {
  const lengthMicros = span.untilMicros - span.fromMicros;
  if (lengthMicros <= 0) return 0;
  const tookMicros = within(slices, [span], ({ histograms }) => {
    const all = mergeHistograms([histograms.service, histograms.serviceFailed]);
    return all.totalCount === 0 ? 0 : all.mean * all.totalCount;
  });
  return tookMicros / lengthMicros;
}

/** The parts of the spans that lie in one of them. */
export const clipped = (spans: readonly Span[], to: Span): Span[] =>
  spans.flatMap((span) => {
    const fromMicros = Math.max(span.fromMicros, to.fromMicros);
    const untilMicros = Math.min(span.untilMicros, to.untilMicros);
    return untilMicros > fromMicros ? [{ fromMicros, untilMicros }] : [];
  });

export const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((total, span) => total + span.untilMicros - span.fromMicros, 0);
