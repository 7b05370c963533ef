// The verdict over a trend, one pure function: fail > inconclusive > warn > pass; nothing to look at is never a pass.

import { exitCodes } from '../kernel/errors.ts';
import { titleOf } from './trend-groups.ts';
import type { Trend, TrendMetric, TrendSeries } from './trend-schema.ts';
import { openRuns, openText } from './trend-unknown.ts';

interface Told {
  readonly status: 'fail' | 'inconclusive' | 'warn';
  readonly reason: string;
}

/** Few bounds among the newest runs may be outliers; many are `not told`. */
function ofBounds(metric: TrendMetric): Told[] {
  const open = openRuns(metric);
  if (open === null || open.isMany || !metric.gates) return [];
  return [{ status: 'warn', reason: `${metric.metric}: ${openText(open)}` }];
}

function ofMetric({ gates, metric, outcome, reason }: TrendMetric): Told[] {
  const told = `${metric} ${outcome}: ${reason}`;
  if (outcome === 'regressed') return [{ status: gates ? 'fail' : 'warn', reason: told }];
  if (outcome === 'suppressed')
    return [{ status: 'warn', reason: `${metric} regressed, and is accepted: ${reason}` }];
  if (!gates) return outcome === 'suspected' ? [{ status: 'warn', reason: told }] : [];
  const unsure = ['too few runs', 'not told', 'changed', 'suspected'].includes(outcome);
  return unsure ? [{ status: 'inconclusive', reason: told }] : [];
}

function ofForecasts({ forecasts }: TrendMetric): Told[] {
  return forecasts.flatMap(({ limit, outcome, reason }): Told[] => {
    if (outcome === 'crossed') return [{ status: 'fail', reason: `${limit}: ${reason}` }];
    if (outcome === 'too few runs' || outcome === 'not told')
      return [{ status: 'inconclusive', reason: `${limit}: ${reason}` }];
    return outcome === 'crosses' ? [{ status: 'warn', reason: `${limit}: ${reason}` }] : [];
  });
}

/** What decides or was asked about, and is nowhere in the series: a limit that holds says nothing about the rest. */
function missing(series: TrendSeries, asked: Asked): Told[] {
  const primary = asked.metrics.length > 0 ? null : series.primary;
  const limited = asked.limits.map(({ metric }) => metric);
  const names = [...asked.metrics, ...(primary === null ? [] : [primary]), ...limited];
  const absent = [...new Set(names)].filter((name) => series.metrics.every(({ metric }) => metric !== name));
  const status = series.kind === null ? 'inconclusive' : 'warn';
  const told = absent.map((name): Told => {
    const what = name === primary ? `its primary metric \`${name}\`` : `\`${name}\``;
    return { status, reason: `no run has ${what}` };
  });
  if (names.length > 0) return told;
  return [{ status: 'inconclusive', reason: 'it has no primary metric: name one with --metric' }];
}

interface Asked {
  readonly metrics: readonly string[];
  readonly limits: readonly { readonly metric: string }[];
}

const statuses = ['fail', 'inconclusive', 'warn'] as const;
const codes = { fail: exitCodes.failed, inconclusive: exitCodes.invalid, warn: exitCodes.ok };

export function verdictOf(
  series: readonly TrendSeries[],
  suppressions: Trend['suppressions'],
  asked: Asked,
): Trend['verdict'] {
  const ofSeries = series.flatMap((one) => {
    const title = series.length === 1 ? '' : `${titleOf(one)}: `;
    const told = [
      ...one.metrics.flatMap((metric) => [...ofMetric(metric), ...ofBounds(metric), ...ofForecasts(metric)]),
      ...missing(one, asked),
    ];
    return told.map(({ status, reason }): Told => ({ status, reason: `${title}${reason}` }));
  });
  const ofSuppressions = suppressions
    .filter(({ state }) => state !== 'suppresses')
    .map(({ metric, at, says }): Told => ({
      status: 'warn',
      reason: `suppression of ${metric} at ${at}: ${says}`,
    }));
  const empty: Told[] =
    series.length > 0 ? [] : [{ status: 'inconclusive', reason: 'there are no runs to look at' }];
  const told = [...empty, ...ofSeries, ...ofSuppressions];
  const sorted = statuses.flatMap((status) => told.filter((one) => one.status === status));
  const status = sorted[0]?.status ?? 'pass';
  return {
    status,
    reasons: sorted.map(({ reason }) => reason),
    exitCode: status === 'pass' ? exitCodes.ok : codes[status],
  };
}
