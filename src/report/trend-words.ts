// Trends in words, for the page and the summary alike: levels, changes with their commits, forecasts, what is left out.

import { titleOf } from '../compare/trend-groups.ts';
import type { Trend, TrendChange, TrendForecast, TrendMetric, TrendRun } from '../compare/trend-schema.ts';
import { significant } from '../kernel/units.ts';
import { formatEffect, formatMoment, formatValue, hasPoints, plural } from './words.ts';

export const headingOf = ({ series }: Trend): string => {
  const [only, second] = series;
  if (only === undefined) return 'No runs';
  return second === undefined ? only.scenario.name : plural(series.length, 'series', 'series');
};

export const titlesOf = ({ series }: Trend): string => series.map(titleOf).join('; ');

const commitText = ({ commit }: TrendRun): string =>
  commit === null
    ? 'not known'
    : `${commit.sha.slice(0, 10)}${commit.dirty ? ' and changes of its own' : ''}`;

const isSameCommit = (last: TrendRun, first: TrendRun): boolean =>
  last.commit !== null &&
  first.commit !== null &&
  last.commit.sha === first.commit.sha &&
  !last.commit.dirty &&
  !first.commit.dirty;

/** What to look at for the cause. */
function causeOf(last: TrendRun, first: TrendRun): string {
  if (last.commit === null || first.commit === null) return 'no commit is known of one of them';
  if (isSameCommit(last, first)) return 'the same commit: it is not the code alone';
  const dirty = last.commit.dirty || first.commit.dirty ? ', and what was not committed' : '';
  return `git log ${last.commit.sha.slice(0, 10)}..${first.commit.sha.slice(0, 10)}${dirty}`;
}

/** What became of a change, in a word or a few. */
export function stateOf({ outcome, stands, suppressed }: TrendChange): string {
  if (suppressed !== null) return stands ? 'regressed, accepted' : 'regressed, accepted, no longer';
  return outcome === 'regressed' && !stands ? 'regressed, no longer' : outcome;
}

/** The class of a badge. */
function toneOf({ outcome, stands, suppressed }: TrendChange): string {
  if (outcome === 'regressed') return stands && suppressed === null ? 'regressed' : 'inconclusive';
  return outcome === 'improved' ? 'improved' : 'plain';
}

function toleranceText(metric: TrendMetric, tolerance: number): string {
  if (hasPoints(metric)) return `${(tolerance * 100).toFixed(1)} points`;
  return metric.scale === 'log' ? `${(tolerance * 100).toFixed(1)}%` : significant(tolerance);
}

function judgedText(metric: TrendMetric, change: TrendChange, position: number): string {
  const tolerance = toleranceText(metric, change.tolerance);
  if (change.against === position) return `tolerance ${tolerance}`;
  return `${formatEffect(change.judgedShift, metric)} with the changes before it; tolerance ${tolerance}`;
}

export interface ChangeRow {
  readonly size: string;
  readonly judged: string;
  readonly state: string;
  readonly tone: string;
  readonly from: string;
  readonly to: string;
  readonly lastRun: string;
  readonly lastCommit: string;
  readonly firstRun: string;
  readonly firstCommit: string;
  readonly cause: string;
  readonly p: string;
  readonly accepted: string;
}

export function changeRows(metric: TrendMetric): ChangeRow[] {
  return metric.changes.flatMap((change, index): ChangeRow[] => {
    const [last, first] = [metric.runs[change.index - 1], metric.runs[change.index]];
    const [before, after] = [metric.levels[index], metric.levels[index + 1]];
    if (last === undefined || first === undefined || before === undefined || after === undefined) return [];
    const { suppressed } = change;
    return [
      {
        size: formatEffect(change.shift, metric),
        judged: judgedText(metric, change, index),
        state: stateOf(change),
        tone: toneOf(change),
        from: formatValue(before.median, metric.unit, before.atLeast),
        to: formatValue(after.median, metric.unit, after.atLeast),
        lastRun: last.id,
        lastCommit: commitText(last),
        firstRun: first.id,
        firstCommit: commitText(first),
        cause: causeOf(last, first),
        p: change.p < 0.0001 ? '< 0.0001' : change.p.toFixed(4),
        accepted: suppressed === null ? '' : `until ${suppressed.expires}: ${suppressed.reason}`,
      },
    ];
  });
}

export function leftOutText({ leftOut }: TrendMetric): string {
  const { unfit, withoutValue, older, sinceLast, examples } = leftOut;
  const parts = [
    unfit === 0 ? [] : [`${plural(unfit, 'run')} not measured whole`],
    withoutValue === 0 ? [] : [`${plural(withoutValue, 'run')} without a value`],
    older === 0 ? [] : [plural(older, 'older run')],
  ].flat();
  if (parts.length === 0) return '';
  const since = sinceLast === 0 ? '' : ` The newest ${plural(sinceLast, 'run')} are among them.`;
  const why = examples.length === 0 ? '' : ` For example ${examples.at(-1) ?? ''}.`;
  return `Left out: ${parts.join(', ')}.${since}${why}`;
}

const day = (date: string | null, none: string): string => date ?? none;

const forecastTones: Readonly<Partial<Record<TrendForecast['outcome'], string>>> = {
  crossed: 'fail',
  crosses: 'warn',
  'not told': 'inconclusive',
};

export function forecastRow(metric: TrendMetric, forecast: TrendForecast, horizonDays: number) {
  const none =
    forecast.outcome === 'crosses' || forecast.outcome === 'not within horizon'
      ? `not within ${horizonDays} days`
      : '–';
  const { per30Days: slope } = forecast;
  return {
    limit: forecast.limit,
    outcome: forecast.outcome,
    tone: forecastTones[forecast.outcome] ?? 'plain',
    slope:
      slope === null
        ? '–'
        : `${formatEffect(slope.value, metric)} (${formatEffect(slope.low, metric)} … ${formatEffect(slope.high, metric)})`,
    crosses: day(forecast.crossesOn, none),
    earliest: day(forecast.earliest, none),
    latest: day(forecast.latest, none),
    runs: forecast.runs,
    reason: forecast.reason,
  };
}

/** Rows of the data table of a chart: every run, the first of a level says so. */
export function runRows(metric: TrendMetric): string[][] {
  const starts = new Set(metric.changes.map(({ index }) => index));
  return metric.runs.map((run, index) => [
    formatMoment(run.startedAt),
    run.id,
    commitText(run),
    formatValue(run.value, metric.unit, run.atLeast),
    starts.has(index) ? 'a new level' : '',
  ]);
}
