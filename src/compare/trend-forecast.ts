// When a metric meets a limit: the day on which its line does, the earliest and the latest, or why none is told.

import { curveOf, dateOf, fewestForLine, type Fitted, isSloped, newestLine } from './trend-line.ts';
import { openMedian } from './trend-levels.ts';
import {
  ageDays,
  type ForecastInput,
  fromLastDays,
  type Met,
  metBy,
  neverMet,
  type TrendLimit,
} from './trend-meeting.ts';
import type { TrendForecast } from './trend-schema.ts';
import { newestUnknown } from './trend-unknown.ts';
import { isBelowScale, unscaled } from './trend-values.ts';
import { effectText } from './words.ts';

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

/** An age that is worth a word. */
const oldDays = 7;

const ageText = (age: number): string =>
  age < oldDays ? '' : `; the newest run is ${Math.floor(age)} days old`;

function say(input: ForecastInput, limit: TrendLimit, fitted: Fitted, met: Met): Said {
  const age = ageDays(input, fitted);
  const slope = `${slopeText(input, fitted)}${ageText(age)}`;
  if (!isSloped(fitted)) {
    const reason = `no trend can be told from ${fitted.line.n} runs: ${slope}`;
    return { ...noDates, outcome: 'no trend', reason };
  }
  if (met.line !== null && age > 0 && met.line <= fitted.lastDays + age) {
    const reason = `the line met it on ${dateOf(met.line) ?? ''}, but no run says so: the newest is ${Math.floor(age)} days old`;
    return { ...noDates, outcome: 'not told', reason };
  }
  const dates = { crossesOn: dateOf(met.line), earliest: dateOf(met.earliest), latest: dateOf(met.latest) };
  return met.line === null
    ? { ...dates, ...notMet(input, limit, fitted, dates, slope) }
    : { ...dates, ...meets(input, fitted, met.line, dates, slope) };
}

type Words = Pick<Said, 'outcome' | 'reason'>;

function notMet(
  input: ForecastInput,
  { operator }: TrendLimit,
  fitted: Fitted,
  dates: Dates,
  slope: string,
): Words {
  const isTowards = fitted.line.slopePerDay > 0 === operator.startsWith('<');
  const early = dates.earliest === null ? '' : `, at the earliest on ${dates.earliest}`;
  const where = isTowards ? `not within ${input.horizonDays} days${early}` : 'it moves away from the limit';
  return { outcome: 'not within horizon', reason: `${where}: ${slope}` };
}

function meets(
  { horizonDays }: ForecastInput,
  fitted: Fitted,
  at: number,
  dates: Dates,
  slope: string,
): Words {
  const on = dates.crossesOn ?? '';
  const until = dates.latest === null ? `no latest day within ${horizonDays} days` : `latest ${dates.latest}`;
  const reason = `met on ${on} (earliest ${dates.earliest ?? on}, ${until}): ${slope}${farText(at, fitted)}`;
  return { outcome: 'crosses', reason };
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

/** Without a line. */
function untold(
  input: ForecastInput,
  now: string | null,
  unknown: string | null,
): Omit<TrendForecast, keyof Asked> {
  const level = input.levels.at(-1);
  const count = level === undefined ? 0 : level.to - level.from + 1;
  const few = `${count} runs since the last change are too few, or too close together: at least ${fewestForLine} over a day or more are needed`;
  const outcome = now !== null ? 'crossed' : unknown !== null ? 'not told' : 'too few runs';
  const said = { ...noDates, outcome, reason: now ?? unknown ?? few, per30Days: null } as const;
  return { ...said, runs: count, from: level?.from ?? 0, curve: [] };
}

type Asked = Pick<TrendForecast, 'limit' | 'operator' | 'value'>;

/**
 * Never a date where no trend can be told, never one that is past, and never less than `crossed` where the newest level
 * breaks the limit.
 */
export function forecast(input: ForecastInput, limit: TrendLimit): TrendForecast {
  const { text, operator, value } = limit;
  const base: Asked = { limit: text, operator, value };
  const unknown = newestUnknown({ ...input, scale: input.scale.scale });
  const fitted = isBelowScale(input.scale, input.runs) ? null : newestLine(input);
  const now = broken(input, limit, fitted);
  if (fitted === null || (now === null && unknown !== null))
    return { ...base, ...untold(input, now, unknown) };
  const met = now === null ? metBy(input, limit, fitted) : neverMet;
  const said: Said =
    now === null ? say(input, limit, fitted, met) : { ...noDates, outcome: 'crossed', reason: now };
  const told = [met.line, met.earliest, met.latest];
  const curve = curveOf(input.scale, fitted, told, fromLastDays(input, fitted));
  return { ...base, ...said, per30Days: slopeOf(fitted), runs: fitted.line.n, from: fitted.from, curve };
}
