// p1…p99.99 over everything offered: failures rank above every good answer, so a percentile cannot hide them.

import { countAbove } from '../../measure/histogram.ts';
import { quantileOf, rankOf, samplesNeeded } from '../../measure/quantile.ts';
import { valueAtRank } from '../../measure/histogram.ts';
import type { Measure } from '../expression.ts';
import type { View } from '../select.ts';
import { noData, noReading } from './metric.ts';
import type { Allowance, Metric, Reading } from './metric.ts';

const quantileIn = (name: string): number => Number(name.slice(1)) / 100;

const outcomeOf = (measure: Measure): 'ok' | 'failed' | null =>
  measure.argument?.kind === 'outcome' ? measure.argument.outcome : null;

/** Good answers alone: what failed is left out because the promise says so. */
function readGood(view: View, quantile: number): Reading {
  const { response } = view.histograms;
  const samples = response.totalCount;
  if (samples === 0) return noReading('no data: no good answer');
  return { value: valueAtRank(response, rankOf(quantile, samples)), atLeast: false, samples, note: null };
}

/** How long failures took. Work cut off at the end of the run took at least as long, so it makes a lower bound. */
function readFailed(view: View, quantile: number): Reading {
  const { responseFailed } = view.histograms;
  const samples = responseFailed.totalCount;
  if (samples === 0) return noReading('no data: nothing failed');
  const value = valueAtRank(responseFailed, rankOf(quantile, samples));
  return { value, atLeast: view.counts.censored > 0, samples, note: null };
}

function readAll(view: View, quantile: number): Reading {
  const { offered } = view.counts;
  const good = view.histograms.response;
  const found = quantileOf({ good, offered, timeoutMicros: view.timeoutMicros }, quantile);
  if (found === undefined) return noData;
  return { value: found.valueMicros, atLeast: found.atLeast, samples: offered, note: null };
}

function allowanceOf(measure: Measure, operator: string, limit: number): Allowance | null {
  const outcome = outcomeOf(measure);
  if (outcome === 'failed' || operator.startsWith('>')) return null;
  const threshold = operator === '<' ? limit - 1 : limit;
  return {
    // 1 − 0.9 is a little less than 0.1: one bad of ten would be beyond it.
    share: Number((1 - quantileIn(measure.metric)).toFixed(12)),
    // Of good answers alone a total outage has none that is slow.
    gates: outcome !== 'ok',
    count: (counts, { response }) => {
      const slow = response === undefined ? 0 : countAbove(response, threshold);
      return outcome === 'ok'
        ? { bad: slow, total: counts.ok }
        : { bad: counts.offered - counts.ok + slow, total: counts.offered };
    },
  };
}

export const percentile = {
  name: 'p1…p99.99',
  pattern: /^p[1-9]\d?(?:\.\d{1,2})?$/,
  unit: 'µs',
  better: 'lower',
  scale: 'log',
  subject: 'series',
  argument: 'outcome',
  resolution: 1_000,
  tolerance: (name) => (quantileIn(name) <= 0.5 ? 0.05 : 0.1),
  tooFew: (measure, samples) => {
    const needed = samplesNeeded(quantileIn(measure.metric));
    return samples >= needed
      ? null
      : `${measure.metric} needs at least ${needed} samples, there are ${samples}`;
  },
  allowance: allowanceOf,
  compute: (measure, { view }) => {
    const quantile = quantileIn(measure.metric);
    if (view.counts.offered === 0) return noData;
    const outcome = outcomeOf(measure);
    if (outcome === null) return readAll(view, quantile);
    return outcome === 'ok' ? readGood(view, quantile) : readFailed(view, quantile);
  },
} as const satisfies Metric;
