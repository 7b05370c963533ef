// The axes of a trend: days on x with calendar ticks, the metric on y with room for its limits.

import { scaleLinear, scaleUtc } from 'd3-scale';
import { latencyScale, type Scale, type Tick } from './scales.ts';

const hourMs = 3_600_000;

const day = (date: Date): string => date.toISOString().slice(5, 10);
const hour = (date: Date): string => date.toISOString().slice(11, 16);

/** Moments in milliseconds since 1970; at most about `most` ticks, as days or, within two days, as hours. All in UTC. */
export function dateScale(
  fromMs: number,
  toMs: number,
  left: number,
  right: number,
  most: number,
): { x: Scale; ticks: Tick[] } {
  const to = Math.max(toMs, fromMs + hourMs);
  const scale = scaleUtc([new Date(fromMs), new Date(to)], [left, right]);
  const text = to - fromMs > 48 * hourMs ? day : hour;
  const ticks = scale.ticks(most).map((at) => ({ at: scale(at), text: text(at) }));
  const distinct = ticks.filter((tick, index) => tick.text !== ticks[index - 1]?.text);
  return { x: (ms) => scale(new Date(ms)), ticks: distinct };
}

/** What is drawn on y. `isLatency`: logarithmic, in µs. */
export interface ValueRange {
  readonly values: readonly number[];
  readonly isLatency: boolean;
  readonly format: (value: number) => string;
}

/** Everything drawn is inside; what lies beyond is drawn at the edge. */
export function valueScale(
  { values, isLatency, format }: ValueRange,
  base: number,
  top: number,
): { y: Scale; ticks: Tick[] } {
  const max = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const min = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (values.length === 0) return { y: () => base, ticks: [] };
  if (isLatency && min > 0) return latencyScale(min, max, base, top);
  const scale = scaleLinear([Math.min(0, min), max > 0 ? max : 1], [base, top]).nice(4);
  const edge = Math.max(...scale.domain());
  return {
    y: (value) => scale(Math.min(edge, Math.max(Math.min(0, min), value))),
    ticks: scale.ticks(4).map((value) => ({ at: scale(value), text: format(value) })),
  };
}
