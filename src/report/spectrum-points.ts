// A histogram as a curve over quantiles, evenly spaced in nines.

import type { Histogram } from 'hdr-histogram-js';
import { rankOf } from '../measure/quantile.ts';
import { valueAtRank } from '../measure/histogram.ts';

const pointsPerNine = 16;

/** Up to the last quantile that still has ten worse samples; failures rank behind all good answers. */
export function spectrumPoints(good: Histogram, offered: number): { quantile: number; micros: number }[] {
  if (offered === 0 || good.totalCount === 0) return [];
  const nines = Math.max(0.3, Math.log10(Math.max(1, offered / 10)));
  const steps = Math.ceil(nines * pointsPerNine);
  const points: { quantile: number; micros: number }[] = [];
  for (let step = 0; step <= steps; step += 1) {
    const quantile = 1 - 10 ** (-(step / steps) * nines);
    const rank = rankOf(quantile, offered);
    if (rank > good.totalCount) break;
    points.push({ quantile, micros: valueAtRank(good, rank) });
  }
  return points;
}
