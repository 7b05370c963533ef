// A single run beside earlier ones: outside of where such runs lie it is suspected, which is no proof and no verdict.

import { changePoints } from '../compare/change-points.ts';
import { predictionInterval } from '../compare/prediction.ts';
import { stepOf } from '../compare/resolution.ts';
import type { Interval } from '../compare/signed-rank.ts';
import type { HistoryEntry, HistoryValue } from '../record/history-schema.ts';
import type { Suspicion } from '../record/suspicion-schema.ts';
import { parseMeasure } from '../slo/parse.ts';
import { showValue } from '../slo/quantity.ts';
import { metricOf } from '../slo/reading.ts';

/** The last so many runs, and the fewest that say anything. */
const mostRuns = 20;
const fewestRuns = 10;
const confidence = 0.99;
/** A change that is older than so many runs is no news to the last 20, and its search takes time. */
const mostSearched = 200;
/** Fewer have no change points. */
const fewestSearched = 15;
/** The same runs have the same change points on every machine. */
const changeSeed = 1;

/**
 * `now`: the entry that this run would leave; `earlier`: comparable ones before it, oldest first. null: there is no primary
 * metric to be suspicious of. Pure.
 */
export function suspicionOf(now: HistoryEntry, earlier: readonly HistoryEntry[]): Suspicion | null {
  const value = valueIn(now, now.primary);
  if (value === undefined) return null;
  const known = earlier.flatMap((entry) => {
    const one = entry.unfit === null ? valueIn(entry, value.metric) : undefined;
    return one?.value == null || one.unit !== value.unit
      ? []
      : [{ id: entry.id, value: one.value, scaled: scaledValue(one.value, value) }];
  });
  const told = {
    ...{ metric: value.metric, unit: value.unit, value: value.value, atLeast: value.atLeast },
    ...{ interval: null, runs: known.length },
  };
  const notJudged = (reason: string, more: Partial<Suspicion> = {}): Suspicion => ({
    ...told,
    ...more,
    outcome: 'not judged',
    reason,
  });
  if (now.unfit !== null) return notJudged(`this run is none to compare: ${now.unfit}`);
  if (value.value === null) return notJudged(value.why ?? 'it has no value');
  // Zero counts as the smallest that can be told from none; without one it has no ratio either.
  const least = value.resolution > 0 ? 0 : Number.MIN_VALUE;
  if (value.scale === 'log' && [value, ...known].some(({ value: one }) => one !== null && one < least))
    return notJudged(`${value.metric} is not above zero in some of these runs: they have no ratio`);
  const level = sinceLastChange(known);
  const runs = level.runs.length;
  if (runs < fewestRuns) return notJudged(`${level.words}, ${fewestRuns} are needed`, { runs });
  const expected = expectedOf(
    level.runs.map(({ scaled }) => scaled),
    value,
  );
  if (expected === null) return notJudged('the earlier runs have no interval', { runs });
  return { ...told, runs, interval: expected, ...judged(value, value.value, expected, runs) };
}

const valueIn = ({ values }: HistoryEntry, wanted: string | null): HistoryValue | undefined =>
  values.find(({ metric }) => metric === wanted);

/** Zeros count as the smallest value that can be told from none. */
const scaledValue = (value: number, { scale, resolution }: HistoryValue): number =>
  scale === 'log' ? Math.log(Math.max(value, resolution)) : value;

interface Known {
  readonly id: string;
  readonly scaled: number;
}

function sinceLastChange(known: readonly Known[]): {
  readonly runs: readonly Known[];
  readonly words: string;
} {
  const searched = known.slice(-mostSearched);
  const values = searched.map(({ scaled }) => scaled);
  const points = values.length < fewestSearched ? [] : changePoints(values, { seed: changeSeed });
  const from = points.at(-1)?.index ?? 0;
  const runs = searched.slice(from).slice(-mostRuns);
  const first = from === 0 ? undefined : searched[from];
  const number = runs.length === 1 ? '1 comparable run' : `${runs.length} comparable runs`;
  const words =
    first === undefined ? `${number} in the history` : `${number} since its level changed with ${first.id}`;
  return { runs, words };
}

/** In the metric's unit. At least as wide as the tolerance: what is no change in a comparison is none here. */
function expectedOf(scaled: readonly number[], value: HistoryValue): Interval | null {
  const interval = predictionInterval(scaled, confidence);
  if (interval === null) return null;
  const middle = (interval.low + interval.high) / 2;
  const tolerated = toleratedAround(middle, value);
  const low = Math.min(interval.low, tolerated.low);
  const high = Math.max(interval.high, tolerated.high);
  // What is below the smallest that can be told from none may be none.
  if (value.scale === 'log')
    return { low: low <= Math.log(value.resolution) ? 0 : Math.exp(low), high: Math.exp(high) };
  // Where nothing was ever below zero, nothing can be.
  return { low: scaled.every((one) => one >= 0) ? Math.max(0, low) : low, high };
}

/** As comparisons tolerate it: a share of the value, at least what can be told apart; points as they are. */
function toleratedAround(middle: number, value: HistoryValue): Interval {
  const { scale, tolerance } = value;
  if (scale === 'points') return { low: middle - tolerance, high: middle + tolerance };
  const share = Math.max(tolerance, unitStep(value) / Math.exp(middle));
  const low = share >= 1 ? Number.NEGATIVE_INFINITY : middle + Math.log(1 - share);
  return { low, high: middle + Math.log(1 + share) };
}

/** As comparisons have it; what another version knew has none. */
function unitStep({ metric, unit }: HistoryValue): number {
  const parsed = parseMeasure(metric);
  return parsed.ok ? stepOf({ unit, resolution: metricOf(parsed.value).resolution }) : 0;
}

type Judged = Pick<Suspicion, 'outcome' | 'reason'>;

function judged(told: HistoryValue, value: number, { low, high }: Interval, runs: number): Judged {
  const { metric, unit, better, atLeast } = told;
  const show = (one: number): string => showValue(one, unit);
  const is = `${metric} is ${atLeast ? '≥ ' : ''}${show(value)}`;
  const expected = `the last ${runs} comparable runs let ${show(low)} to ${show(high)} be expected (99 %)`;
  const above = value > high;
  const below = value < low;
  if (atLeast && !above)
    return { outcome: 'not judged', reason: `${is}, which does not decide: ${expected}` };
  if (!above && !below) return { outcome: 'as before', reason: `${is}; ${expected}` };
  if (better === null) {
    const unknown = 'nothing says whether less or more is better';
    return { outcome: 'not judged', reason: `${is}; ${expected}; ${unknown}` };
  }
  const worse = above === (better === 'lower');
  return { outcome: worse ? 'suspected worse' : 'suspected better', reason: `${is}; ${expected}` };
}
