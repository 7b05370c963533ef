// When a metric meets a limit: the day on which its line does, the earliest and the latest, or why none is told.

import type { Operator } from '../slo/expression.ts';
import {
  curveOf,
  dateOf,
  fewestForLine,
  type Fitted,
  isSloped,
  newestLine,
  type Stretch,
} from './trend-line.ts';
import type { TrendForecast, TrendLevel } from './trend-schema.ts';
import { openMedian } from './trend-levels.ts';
import { scaled, unscaled } from './trend-values.ts';
import { effectText } from './words.ts';

export interface TrendLimit {
  /** As written. */
  readonly text: string;
  /** Canonical text of what is limited. */
  readonly metric: string;
  readonly operator: Operator;
  /** In the metric's unit. */
  readonly value: number;
}

export interface ForecastInput extends Stretch {
  readonly levels: readonly TrendLevel[];
  readonly horizonDays: number;
}

function breaks({ operator, value: limit }: TrendLimit, value: number): boolean {
  if (operator === '<') return value >= limit;
  if (operator === '<=') return value > limit;
  return operator === '>' ? value <= limit : value < limit;
}

type Dates = Pick<TrendForecast, 'crossesOn' | 'earliest' | 'latest'>;
type Said = Dates & Pick<TrendForecast, 'outcome' | 'reason'>;

const noDates: Dates = { crossesOn: null, earliest: null, latest: null };

function slopeOf({ line }: Fitted): NonNullable<TrendForecast['per30Days']> {
  return { value: 30 * line.slopePerDay, low: 30 * line.slope.low, high: 30 * line.slope.high };
}

/** `+4.1 % in 30 days (95 %: +2 % to +6.3 %)` */
function slopeText({ scale, runs }: ForecastInput, fitted: Fitted): string {
  const { value, low, high } = slopeOf(fitted);
  const bounds = runs.slice(fitted.from).filter((run) => run.atLeast).length;
  const open = bounds === 0 ? '' : `; ${bounds} of the values are lower bounds, so it may be earlier`;
  return `${effectText(value, scale)} in 30 days (95 %: ${effectText(low, scale)} to ${effectText(high, scale)})${open}`;
}

/** A warning where the line reaches much further ahead than the runs reach back. */
function farText(days: number, { firstDays, lastDays }: Fitted): string {
  const times = (days - lastDays) / (lastDays - firstDays);
  return times > 3 ? `; that is ${times.toFixed(0)} times as far ahead as the runs reach back` : '';
}

interface Met {
  readonly line: number | null;
  readonly earliest: number | null;
  readonly latest: number | null;
}

const neverMet: Met = { line: null, earliest: null, latest: null };

function metBy({ scale, horizonDays }: ForecastInput, { operator, value }: TrendLimit, fitted: Fitted): Met {
  const side = operator.startsWith('<') ? 'above' : 'below';
  const { slopePerDay } = fitted.line;
  const isTowards = side === 'above' ? slopePerDay > 0 : slopePerDay < 0;
  if (!isSloped(fitted) || !isTowards) return neverMet;
  return fitted.line.meets(scaled(scale, value), side, horizonDays);
}

function say(input: ForecastInput, limit: TrendLimit, fitted: Fitted, met: Met): Said {
  const slope = slopeText(input, fitted);
  if (!isSloped(fitted)) {
    const reason = `no trend can be told from ${fitted.line.n} runs: ${slope}`;
    return { ...noDates, outcome: 'no trend', reason };
  }
  const dates = { crossesOn: dateOf(met.line), earliest: dateOf(met.earliest), latest: dateOf(met.latest) };
  const { crossesOn, earliest, latest } = dates;
  if (met.line === null) {
    const isTowards = fitted.line.slopePerDay > 0 === limit.operator.startsWith('<');
    const early = earliest === null ? '' : `, at the earliest on ${earliest}`;
    const where = isTowards ? `not within ${input.horizonDays} days${early}` : 'it moves away from the limit';
    return { ...dates, outcome: 'not within horizon', reason: `${where}: ${slope}` };
  }
  const until = latest === null ? `no latest day within ${input.horizonDays} days` : `latest ${latest}`;
  const reason = `met on ${crossesOn ?? ''} (earliest ${earliest ?? crossesOn ?? ''}, ${until}): ${slope}${farText(met.line, fitted)}`;
  return { ...dates, outcome: 'crosses', reason };
}

/** What breaks it already, however few runs there are; null: nothing does. */
function broken(
  { scale, levels, runs }: ForecastInput,
  limit: TrendLimit,
  fitted: Fitted | null,
): string | null {
  const level = levels.at(-1);
  // What is only bounded breaks every upper limit: it ranks among the failures.
  const own = level === undefined ? [] : runs.slice(level.from, level.to + 1);
  const middle = level === undefined ? null : limit.operator.startsWith('<') ? openMedian(own) : level.median;
  if (middle !== null && breaks(limit, middle)) {
    const count = own.length;
    return `the median of the last ${count === 1 ? 'run' : `${count} runs`} breaks it already`;
  }
  if (fitted === null || !isSloped(fitted)) return null;
  const today = unscaled(scale, fitted.line.at(fitted.lastDays).value);
  return breaks(limit, today) ? 'the line through the last runs breaks it already' : null;
}

/** Never a date where no trend can be told, and never less than `crossed` where the newest level breaks the limit. */
export function forecast(input: ForecastInput, limit: TrendLimit): TrendForecast {
  const { text, operator, value } = limit;
  const level = input.levels.at(-1);
  const count = level === undefined ? 0 : level.to - level.from + 1;
  const fitted = newestLine(input);
  const now = broken(input, limit, fitted);
  const base = { limit: text, operator, value };
  if (fitted === null) {
    const few = `${count} runs since the last change are too few, or too close together: at least ${fewestForLine} over a day or more are needed`;
    const outcome = now === null ? 'too few runs' : 'crossed';
    const told = {
      outcome,
      reason: now ?? few,
      per30Days: null,
      runs: count,
      from: level?.from ?? 0,
    } as const;
    return { ...base, ...noDates, ...told, curve: [] };
  }
  const met = now === null ? metBy(input, limit, fitted) : neverMet;
  const said: Said =
    now === null ? say(input, limit, fitted, met) : { ...noDates, outcome: 'crossed', reason: now };
  const curve = curveOf(input.scale, fitted, [met.line, met.earliest, met.latest], input.horizonDays);
  return { ...base, ...said, per30Days: slopeOf(fitted), runs: fitted.line.n, from: fitted.from, curve };
}
