// A histogram as a curve over quantiles, evenly spaced in nines, with the usual percentiles among them.

import type { Histogram } from 'hdr-histogram-js';
import { rankOf } from '../measure/quantile.ts';
import { valueAtRank } from '../measure/histogram.ts';

const pointsPerNine = 16;
const usual = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/** Up to the last quantile that still has ten worse samples; failures rank behind all good answers. */
export function spectrumPoints(good: Histogram, offered: number): { quantile: number; micros: number }[] {
  if (offered === 0 || good.totalCount === 0) return [];
  const nines = Math.log10(Math.max(1, offered / 10));
  const steps = Math.ceil(nines * pointsPerNine);
  const even = Array.from({ length: steps }, (_, step) => 1 - 10 ** -(((step + 1) / steps) * nines));
  const last = even.at(-1) ?? 0;
  const quantiles = [...new Set([0, ...usual.filter((quantile) => quantile <= last), ...even])];
  return quantiles
    .sort((a, b) => a - b)
    .map((quantile) => ({ quantile, rank: rankOf(quantile, offered) }))
    .filter(({ rank }) => rank <= good.totalCount)
    .map(({ quantile, rank }) => ({ quantile, micros: valueAtRank(good, rank) }));
}
