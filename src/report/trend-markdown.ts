// summary.md of a trend: the verdict, the changes with their commits, the forecasts; for a GitHub step summary.

import { titleOf } from '../compare/trend-groups.ts';
import type { Trend, TrendMetric, TrendSeries } from '../compare/trend-schema.ts';
import { code, document, marked, plain, section } from './markdown.ts';
import { changeRows, forecastRow, headingOf, leftOutText } from './trend-words.ts';
import { formatValue, plural } from './words.ts';

export function trendMarkdown(trend: Trend): string {
  const { verdict, series, suppressions, skipped } = trend;
  return document([
    `## ${marked(verdict.status)}: trend of ${plain(headingOf(trend))}`,
    '',
    ...verdict.reasons.map((reason) => `- ${plain(reason)}`),
    ...(verdict.reasons.length === 0 ? [] : ['']),
    ...series.flatMap((one) => ofSeries(one, trend.horizonDays)),
    ...section('Suppressions', {
      columns: ['metric', 'at', 'up to', 'expires', 'state', 'reason'],
      rows: suppressions.map(({ metric, at, upTo, expires, state, says, reason }) => [
        code(metric),
        plain(at),
        plain(upTo),
        plain(expires),
        `${plain(state)}: ${plain(says)}`,
        plain(reason),
      ]),
    }),
    ...skipped.map((line) => `- ${plain(line)}`),
    ...(skipped.length === 0 ? [] : ['']),
    `To repeat it: ${code(trend.command)}`,
  ]);
}

function ofSeries(series: TrendSeries, horizonDays: number): string[] {
  return [
    ...section(plain(titleOf(series)), {
      columns: ['metric', 'outcome', 'levels', 'runs', 'why'],
      rows: series.metrics.map((metric) => [
        `${code(metric.metric)}${metric.gates ? '' : ' (informs)'}`,
        marked(metric.outcome),
        plain(levelsText(metric)),
        String(metric.runs.length),
        plain(`${metric.reason}. ${leftOutText(metric)}`),
      ]),
    }),
    ...section('Changes', {
      columns: ['metric', 'change', 'state', 'last run before', 'first run after', 'look at'],
      rows: series.metrics.flatMap((metric) =>
        changeRows(metric).map((row) => [
          code(metric.metric),
          plain(`${row.from} → ${row.to}, ${row.size} (${row.judged})`),
          plain([row.state, row.accepted].filter((part) => part !== '').join(': ')),
          plain(`${row.lastRun}, commit ${row.lastCommit}`),
          plain(`${row.firstRun}, commit ${row.firstCommit}`),
          plain(row.cause),
        ]),
      ),
    }),
    ...section('Forecasts', {
      columns: ['limit', 'outcome', 'in 30 days, 95 % interval', 'met on', 'earliest', 'latest', 'why'],
      rows: series.metrics.flatMap((metric) =>
        metric.forecasts.map((forecast) => {
          const row = forecastRow(metric, forecast, horizonDays);
          return [
            code(row.limit),
            ...[row.outcome, row.slope, row.crosses, row.earliest, row.latest, row.reason].map(plain),
          ];
        }),
      ),
    }),
    ...series.others.map(
      ({ what, runs }) => `- ${plain(`${plural(runs, 'run')} not comparable with the newest: ${what}`)}`,
    ),
    ...(series.others.length === 0 ? [] : ['']),
  ];
}

const levelsText = ({ levels, unit }: TrendMetric): string =>
  levels.length === 0
    ? '–'
    : levels.map((level) => formatValue(level.median, unit, level.atLeast)).join(' → ');
