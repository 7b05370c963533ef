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
