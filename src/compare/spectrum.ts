// The merged latency spectrum of each step before and after: values at quantiles spaced evenly in nines.

import { mergeHistograms, valueAtRank } from '../measure/histogram.ts';
import { rankOf } from '../measure/quantile.ts';
import type { RunData } from '../record/data.ts';
import { viewOf } from '../slo/select.ts';
import type { ComparedPair } from './pair-values.ts';
import type { Comparison } from './schema.ts';

type Spectrum = Comparison['spectra'][number];

const pointCount = 60;
/** Those that people ask for by name are exact, not between two others. */
const named = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

function pointsOf(good: ReturnType<typeof mergeHistograms>, offered: number): Spectrum['points'] {
  // The last quantile that the number of samples can show: 1 − 1/n.
  const nines = Math.log10(offered);
  const spaced = Array.from(
    { length: pointCount },
    (_, index) => 1 - 10 ** -((nines * index) / (pointCount - 1)),
  );
  const quantiles = [...spaced, ...named.filter((quantile) => -Math.log10(1 - quantile) <= nines)];
  const points: Spectrum['points'] = [];
  for (const quantile of [...new Set(quantiles)].sort((a, b) => a - b)) {
    const rank = rankOf(quantile, offered);
    if (rank > good.totalCount) break;
    points.push({ quantile, micros: valueAtRank(good, rank) });
  }
  return points;
}

function spectrumOf(series: string, role: Spectrum['role'], runs: readonly RunData[]): Spectrum[] {
  const views = runs.map((run) => viewOf(run, series, []));
  const offered = views.reduce((sum, view) => sum + view.counts.offered, 0);
  if (offered === 0) return [];
  const good = mergeHistograms(views.map((view) => view.histograms.response));
  const okShare = good.totalCount / offered;
  return [{ series, role, samples: offered, points: pointsOf(good, offered), okShare }];
}

/** Warm-up excluded, in the order of the scenario; series that never ran are left out. */
export function spectraOf(pairs: readonly ComparedPair[]): Spectrum[] {
  const runs = pairs.flatMap(({ before, after }) => [before, after]);
  const steps = runs.flatMap(({ run }) =>
    run.series.filter((entry) => entry.kind === 'step').map((entry) => entry.name),
  );
  return [...new Set(steps)].flatMap((series) => [
    ...spectrumOf(
      series,
      'before',
      pairs.map((pair) => pair.before),
    ),
    ...spectrumOf(
      series,
      'after',
      pairs.map((pair) => pair.after),
    ),
  ]);
}
