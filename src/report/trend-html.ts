// The HTML report of a trend: one file, drawn from trend.json alone.

import { titleOf } from '../compare/trend-groups.ts';
import type { Trend, TrendChange, TrendMetric, TrendSeries } from '../compare/trend-schema.ts';
import { figure } from './charts/figure.ts';
import { trendChart, type TrendMark } from './charts/trend.ts';
import { markup, type Markup, template } from './template.ts';
import {
  changeRows,
  forecastRow,
  headingOf,
  leftOutText,
  runRows,
  stateOf,
  titlesOf,
} from './trend-words.ts';
import { formatEffect, formatMoment, formatValue, plural } from './words.ts';

const render = template('trend.hbs');

export const trendHtml = (trend: Trend): string => render(viewOf(trend));

function viewOf(trend: Trend) {
  const { verdict } = trend;
  return {
    mettle: trend.mettle,
    title: `${verdict.status}: trend of ${headingOf(trend)}`,
    heading: headingOf(trend),
    titles: titlesOf(trend),
    createdAt: formatMoment(trend.createdAt),
    seed: trend.seed,
    verdict,
    allHeld: 'No regression stands, and no limit is met within what can be told.',
    glance: glance(trend),
    series: trend.series.map((series, index) => seriesView(series, index, trend.horizonDays)),
    suppressions: trend.suppressions,
    skipped: trend.skipped,
    command: trend.command,
    facts: [
      { name: 'read from', value: trend.sources.join(', ') },
      { name: 'forecast horizon', value: plural(trend.horizonDays, 'day') },
      { name: 'record', value: trend.id },
    ],
  };
}

function glance({ series, suppressions }: Trend) {
  const metrics = series.flatMap((one) => one.metrics);
  const changes = metrics.flatMap((metric) => metric.changes);
  const standing = changes.filter(({ stands, suppressed }) => stands && suppressed === null);
  const runs = series.map((one) => Math.max(0, ...one.metrics.map((metric) => metric.runs.length)));
  return [
    { name: 'runs looked at', value: String(runs.reduce((sum, count) => sum + count, 0)) },
    { name: 'change points', value: String(changes.length) },
    { name: 'regressions that stand', value: String(standing.length) },
    {
      name: 'suppressions in force',
      value: String(suppressions.filter(({ state }) => state === 'suppresses').length),
    },
  ];
}

function seriesView(series: TrendSeries, at: number, horizonDays: number) {
  return {
    title: titleOf(series),
    hash: series.scenario.hash.slice(0, 12),
    others: series.others.map(({ what, runs, newest }) => ({
      what,
      runs: plural(runs, 'run'),
      newest: formatMoment(newest),
    })),
    metrics: series.metrics.map((metric, index) => ({
      metric: metric.metric,
      gates: metric.gates,
      outcome: metric.outcome,
      outcomeClass: classOf(metric),
      reason: metric.reason,
      leftOut: leftOutText(metric),
      charts: metric.runs.length === 0 ? [] : [chartOf(metric, `trend-${at}-${index}`)],
      changes: changeRows(metric),
      forecasts: metric.forecasts.map((forecast) => forecastRow(metric, forecast, horizonDays)),
    })),
  };
}

const classes: Readonly<Record<TrendMetric['outcome'], string>> = {
  regressed: 'regressed',
  suspected: 'inconclusive',
  suppressed: 'warn',
  improved: 'improved',
  changed: 'inconclusive',
  'no change': 'plain',
  'not told': 'inconclusive',
  'too few runs': 'inconclusive',
};

const classOf = ({ outcome }: TrendMetric): string => classes[outcome];

function markOf(metric: TrendMetric, change: TrendChange): TrendMark[] {
  const [last, first] = [metric.runs[change.index - 1], metric.runs[change.index]];
  if (last === undefined || first === undefined) return [];
  const atMs = (Date.parse(last.startedAt) + Date.parse(first.startedAt)) / 2;
  const { outcome, suppressed } = change;
  const known = outcome === 'regressed' || outcome === 'improved' ? outcome : 'other';
  return [
    {
      atMs,
      label: `${stateOf(change)} ${formatEffect(change.shift, metric)}`,
      className: suppressed === null ? known : 'accepted',
    },
  ];
}

function describe(metric: TrendMetric, format: (value: number) => string): string {
  const levels = metric.levels.map(({ median }) => format(median)).join(', then ');
  const changes = plural(metric.changes.length, 'change point');
  return `${metric.metric} of ${plural(metric.runs.length, 'run')}, ${changes}: ${levels}. ${metric.outcome}: ${metric.reason}.`;
}

/** The fan of the limit that is met first, else of the first one that has a line. */
function fanOf({ forecasts }: TrendMetric): TrendMetric['forecasts'][number]['curve'] {
  const drawn = forecasts.filter(({ curve }) => curve.length > 0);
  const dated = drawn
    .filter(({ crossesOn }) => crossesOn !== null)
    .sort((a, b) => ((a.crossesOn ?? '') < (b.crossesOn ?? '') ? -1 : 1));
  return (dated[0] ?? drawn[0])?.curve ?? [];
}

function chartOf(metric: TrendMetric, id: string): Markup {
  const format = (value: number): string => formatValue(value, metric.unit);
  const at = (index: number): number => Date.parse(metric.runs[index]?.startedAt ?? '');
  const chart = trendChart({
    id,
    title: metric.metric,
    description: describe(metric, format),
    dots: metric.runs.map(({ startedAt, value, atLeast }) => ({
      atMs: Date.parse(startedAt),
      value,
      atLeast,
    })),
    levels: metric.levels.map(({ from, to, median }) => ({ fromMs: at(from), toMs: at(to), median })),
    marks: metric.changes.flatMap((change) => markOf(metric, change)),
    limits: metric.forecasts.map(({ limit, value }) => ({ text: limit, value })),
    fan: fanOf(metric).map((point) => ({ ...point, atMs: Date.parse(point.at) })),
    isLatency: metric.unit === 'µs',
    format,
    table: { columns: ['began', 'run', 'commit', metric.metric, 'level'], rows: runRows(metric) },
  });
  return markup(figure(chart));
}
