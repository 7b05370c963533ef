// Rates and percentiles of the last seconds: the same rules as in reports (failures rank last, too few samples are told as such).

import type { Histogram } from 'hdr-histogram-js';
import { createHistogram, decodeInto, slowest } from '../measure/histogram.ts';
import { type Offered, quantileOf, type RankedValue, samplesNeeded } from '../measure/quantile.ts';
import { type LiveSecond, type SeriesSecond, spanOf } from './live-seconds.ts';
import type { LatencyView, RateView, SecondView, SeriesView } from './live-view.ts';

const rateSeconds = 2;
/** As few seconds as hold enough samples, but not more than these: a view of now must not show long ago. */
const looksBack = [
  { quantile: 0.99, seconds: 5 },
  { quantile: 0.95, seconds: 10 },
  { quantile: 0.5, seconds: 10 },
] as const;
const longestSeconds = 10;

/** Of a step; 30 s where none is known. */
export type TimeoutOf = (series: string) => number;

interface Part extends SeriesSecond {
  readonly series: string;
}

const partsOf = (seconds: readonly LiveSecond[], series: string | null): Part[] =>
  seconds.flatMap(({ bySeries }) =>
    [...bySeries].flatMap(([name, part]) =>
      series === null || name === series ? [{ series: name, ...part }] : [],
    ),
  );

const doneOf = (parts: readonly SeriesSecond[]): number => parts.reduce((sum, { done }) => sum + done, 0);

function offeredOf(parts: readonly Part[], timeoutOf: TimeoutOf): Offered {
  let good: Histogram | undefined;
  let timeoutMicros = 0;
  for (const part of parts) {
    timeoutMicros = Math.max(timeoutMicros, timeoutOf(part.series));
    for (const encoded of part.encoded) decodeInto((good ??= createHistogram()), encoded);
  }
  return { good, offered: doneOf(parts), timeoutMicros };
}

function enough(data: Offered, quantile: number): RankedValue | null {
  const found = quantileOf(data, quantile);
  return found?.enough === true ? { valueMicros: found.valueMicros, atLeast: found.atLeast } : null;
}

/** One window for all percentiles, so that they can be compared with each other. */
function windowOf(seconds: readonly LiveSecond[]): readonly LiveSecond[] {
  const newestFirst = seconds.map(({ bySeries }) => doneOf([...bySeries.values()])).reverse();
  for (const { quantile, seconds: most } of looksBack) {
    let done = 0;
    const last = newestFirst.slice(0, most).findIndex((count) => (done += count) >= samplesNeeded(quantile));
    if (last !== -1) return seconds.slice(-(last + 1));
  }
  return seconds.slice(-longestSeconds);
}

function latencyOf(parts: readonly Part[], overMicros: number, timeoutOf: TimeoutOf): LatencyView {
  const data = offeredOf(parts, timeoutOf);
  return {
    p50: enough(data, 0.5),
    p95: enough(data, 0.95),
    p99: enough(data, 0.99),
    slowestOkMicros: data.good === undefined ? null : slowest(data.good),
    overMicros,
  };
}

function rateOf(parts: readonly Part[], overMicros: number): RateView {
  const done = doneOf(parts);
  const ok = parts.reduce((sum, part) => sum + part.ok, 0);
  const perSecond = (count: number): number => (overMicros === 0 ? 0 : (count * 1e6) / overMicros);
  return {
    donePerSecond: perSecond(done),
    okPerSecond: perSecond(ok),
    badShare: done === 0 ? null : (done - ok) / done,
    overMicros,
  };
}

export interface Recent {
  readonly rate: RateView | null;
  readonly latency: LatencyView | null;
  readonly series: readonly SeriesView[];
}

export function recentOf(seconds: readonly LiveSecond[], timeoutOf: TimeoutOf): Recent {
  if (seconds.length === 0) return { rate: null, latency: null, series: [] };
  const rated = seconds.slice(-rateSeconds);
  const window = windowOf(seconds);
  const [rateSpan, latencySpan] = [spanOf(rated), spanOf(window)];
  const names = [...new Set(partsOf(window, null).map(({ series }) => series))];
  const series = names.map((name) => ({
    name,
    rate: rateOf(partsOf(rated, name), rateSpan),
    latency: latencyOf(partsOf(window, name), latencySpan, timeoutOf),
  }));
  return {
    rate: rateOf(partsOf(rated, null), rateSpan),
    latency: latencyOf(partsOf(window, null), latencySpan, timeoutOf),
    series: series.sort((a, b) => b.rate.donePerSecond - a.rate.donePerSecond || (a.name < b.name ? -1 : 1)),
  };
}

/** A second as one point of a curve. */
export function pointOf(second: LiveSecond, timeoutOf: TimeoutOf): SecondView {
  const parts = partsOf([second], null);
  const { p50, p95, slowestOkMicros } = latencyOf(parts, 0, timeoutOf);
  const { okPerSecond } = rateOf(parts, spanOf([second]));
  return { second: second.index, okPerSecond, p50, p95, slowestOkMicros };
}
