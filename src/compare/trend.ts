// The trend of a history: every series, its gating metrics and its forecasts, and what that means together.

import { deriveSeed } from '../kernel/random.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { forecast } from './trend-forecast.ts';
import type { TrendLimit } from './trend-meeting.ts';
import { titleOf, trendGroups, type TrendChoice, type TrendGroup } from './trend-groups.ts';
import { metricOutcome } from './trend-outcome.ts';
import { levelsOf } from './trend-levels.ts';
import type { Trend, TrendMetric, TrendSeries } from './trend-schema.ts';
import { suppress, type Suppression } from './trend-suppressions.ts';
import { trendValues } from './trend-values.ts';
import { verdictOf } from './trend-verdict.ts';

export interface TrendQuestion extends TrendChoice {
  /** Canonical texts; empty: the primary metric of each series. */
  readonly metrics: readonly string[];
  readonly limits: readonly TrendLimit[];
  readonly suppressions: readonly Suppression[];
  readonly horizonDays: number;
  readonly seed: number;
  readonly now: Date;
}

/** What promises say of a metric without a better side of its own. */
function betterBy(limits: readonly TrendLimit[]): TrendMetric['better'] {
  const wanted = new Set(limits.map(({ operator }) => (operator.startsWith('<') ? 'lower' : 'higher')));
  const [only] = wanted;
  return wanted.size === 1 && only !== undefined ? only : null;
}

/** Null: none of the group's runs has ever heard of the metric. */
function metricTrend(
  group: TrendGroup,
  metric: string,
  gates: boolean,
  question: TrendQuestion,
): TrendMetric | null {
  const values = trendValues(group.entries, metric);
  if (values === null) return null;
  const own = question.limits.filter((limit) => limit.metric === metric);
  const scale = { ...values.scale, better: values.scale.better ?? betterBy(own) };
  const seed = deriveSeed(question.seed, `trend ${titleOf(group)} ${metric}`);
  const { levels, changes, suspected } = levelsOf(scale, values.runs, seed);
  const { horizonDays, now } = question;
  const known = {
    runs: [...values.runs],
    leftOut: values.leftOut,
    levels: [...levels],
    changes: [...changes],
  };
  const input = { ...known, scale, seed, horizonDays, now };
  return {
    ...{ metric, gates, unit: scale.unit, scale: scale.scale, better: scale.better },
    ...{ ...known, suspected },
    // Known once suppressions are.
    ...{ outcome: 'not told', reason: '' },
    forecasts: own.map((limit) => forecast(input, limit)),
  };
}

function seriesOf(group: TrendGroup, question: TrendQuestion): TrendSeries {
  const primary = group.entries.findLast((entry) => entry.primary !== null)?.primary ?? null;
  const gating = question.metrics.length > 0 ? question.metrics : primary === null ? [] : [primary];
  const names = [...new Set([...gating, ...question.limits.map(({ metric }) => metric)])];
  const metrics = names.flatMap((name) => metricTrend(group, name, gating.includes(name), question) ?? []);
  const { scenario, target, variant, traits, kind, others } = group;
  return { scenario, target, variant, traits, primary, kind, others: [...others], metrics };
}

export type Judged = Pick<Trend, 'series' | 'suppressions' | 'verdict'>;

/** Pure: the same runs, in any order, give the same answer anywhere. */
export function judgeTrend(entries: readonly HistoryEntry[], question: TrendQuestion): Judged {
  const found = trendGroups(entries, question).map((group) => seriesOf(group, question));
  const { series, suppressions } = suppress(found, question.suppressions, question.now);
  const told = series.map((one) => ({
    ...one,
    metrics: one.metrics.map((metric) => ({ ...metric, ...metricOutcome(metric) })),
  }));
  return { series: told, suppressions, verdict: verdictOf(told, suppressions, question) };
}
