// Which changes of a history are accepted: found where a suppression says, within its size, and before it expires.

import { titleOf } from './trend-groups.ts';
import type { TrendChange, TrendMetric, TrendRun, TrendSeries, TrendSuppression } from './trend-schema.ts';

export interface Suppression {
  /** Canonical text. */
  readonly metric: string;
  readonly scenario: string | null;
  readonly variant: string | null;
  readonly at:
    | { readonly kind: 'run'; readonly id: string }
    | { readonly kind: 'commit'; readonly sha: string }
    /** ISO 8601 days, UTC, both included. */
    | { readonly kind: 'days'; readonly from: string; readonly to: string };
  /** As written. */
  readonly atText: string;
  /** On the scale of changes: of logarithms, or of shares. */
  readonly most: number;
  readonly upTo: string;
  readonly reason: string;
  /** ISO 8601 day, UTC; the last on which it suppresses. */
  readonly expires: string;
}

/** As more runs come, where a change is found may move by so many. Two changes are further apart. */
const slack = 2;

const dayOf = (iso: string): string => new Date(iso).toISOString().slice(0, 10);

/** Of a commit its first run decides: the later ones may be anywhere, also at the next change. */
function isAt({ at }: Suppression, change: TrendChange, runs: readonly TrendRun[]): boolean {
  const [last, first] = [runs[change.index - 1], runs[change.index]];
  if (last === undefined || first === undefined) return false;
  if (at.kind === 'days') return dayOf(first.startedAt) >= at.from && dayOf(last.startedAt) <= at.to;
  const place = runs.findIndex(({ id, commit }) =>
    at.kind === 'run' ? id === at.id : commit?.sha.startsWith(at.sha) === true,
  );
  return place >= 0 && Math.abs(place - change.index) <= slack;
}

const isOf = ({ metric, scenario, variant }: Suppression, series: TrendSeries, of: TrendMetric): boolean =>
  metric === of.metric &&
  (scenario === null || scenario === series.scenario.name) &&
  (variant === null || variant === series.variant);

/** Rounding of `20%` is no reason to refuse a change of 20 %. */
const rounding = 1e-9;

/** The step itself, and what crept up after it. How large one to a bound is nobody knows. */
function within({ most }: Suppression, { judgedShift, reached }: TrendChange): boolean {
  const grown = Math.sign(judgedShift) * reached.shift;
  return !reached.atLeast && Math.max(Math.abs(judgedShift), grown) <= most + rounding;
}

interface Match {
  readonly suppression: Suppression;
  readonly series: TrendSeries;
  readonly metric: TrendMetric;
  readonly change: TrendChange;
}

const isExpired = ({ expires }: Suppression, today: string): boolean => today > expires;

function sizeText({ most, upTo }: Suppression, { judgedShift, reached }: TrendChange): string {
  if (reached.atLeast) return `leads to values that are only bounds, which may be larger than ${upTo}`;
  return Math.abs(judgedShift) <= most + rounding
    ? `has grown since to more than ${upTo}`
    : `is larger than ${upTo}`;
}

function stateOf(
  suppression: Suppression,
  matches: readonly Match[],
  isLookedAt: boolean,
  today: string,
): Pick<TrendSuppression, 'state' | 'says'> {
  const [first] = matches;
  if (isExpired(suppression, today)) {
    const still = first === undefined ? 'nothing is left of what it accepted' : 'it accepts nothing any more';
    return { state: 'expired', says: `expired on ${suppression.expires}: ${still}` };
  }
  if (!isLookedAt) return { state: 'matches nothing', says: 'its metric was not looked at' };
  if (first === undefined)
    return { state: 'matches nothing', says: 'no regression of this metric is found there' };
  const large = matches.find(({ change }) => !within(suppression, change));
  const where = `${titleOf(first.series)}: the change at ${first.metric.runs[first.change.index]?.id ?? ''}`;
  if (large !== undefined)
    return { state: 'too small', says: `${where} ${sizeText(suppression, large.change)}` };
  return { state: 'suppresses', says: `${where}, until ${suppression.expires}` };
}

/** Marks what is accepted. Only regressions are: nobody has to accept that something became better. */
export function suppress(
  series: readonly TrendSeries[],
  suppressions: readonly Suppression[],
  now: Date,
): { readonly series: TrendSeries[]; readonly suppressions: TrendSuppression[] } {
  const today = dayOf(now.toISOString());
  const matches = suppressions.flatMap((suppression) =>
    series.flatMap((one) =>
      one.metrics
        .filter((metric) => isOf(suppression, one, metric))
        .flatMap((metric) =>
          metric.changes
            .filter((change) => change.outcome === 'regressed' && isAt(suppression, change, metric.runs))
            // One accepts one: of several on the days that are named, the first.
            .slice(0, 1)
            .map((change): Match => ({ suppression, series: one, metric, change })),
        ),
    ),
  );
  const accepted = (change: TrendChange): TrendChange => {
    const found = matches.find(
      (match) =>
        match.change === change && within(match.suppression, change) && !isExpired(match.suppression, today),
    );
    if (found === undefined) return change;
    const { reason, expires } = found.suppression;
    return { ...change, suppressed: { reason, expires } };
  };
  return {
    series: series.map((one) => ({
      ...one,
      metrics: one.metrics.map((metric) => ({ ...metric, changes: metric.changes.map(accepted) })),
    })),
    suppressions: suppressions.map((suppression) => ({
      ...{ metric: suppression.metric, at: suppression.atText, upTo: suppression.upTo },
      ...{ reason: suppression.reason, expires: suppression.expires },
      ...stateOf(
        suppression,
        matches.filter((match) => match.suppression === suppression),
        series.some((one) => one.metrics.some((metric) => isOf(suppression, one, metric))),
        today,
      ),
    })),
  };
}
