// Thresholds of k6, `http_req_duration{name:query}: p(95)<500`, as promises of Mettle's own.

import { Refusal, guarded, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Parsed } from './expression.ts';
import { metricIn, subjectOf } from './k6-subject.ts';
import type { K6Metric, Subject } from './k6-subject.ts';
import { printLimit } from './quantity.ts';
import type { Unit } from './quantity.ts';

/** Where the colon of a threshold stands in a text that begins as one; null: it does not. */
export function k6ColonIn(text: string): number | null {
  const cursor = { text, at: 0 };
  if (take(cursor, /[A-Za-z_]\w*/y) === null) return null;
  skipSpace(cursor);
  const open = text[cursor.at] === '{';
  const close = open ? text.indexOf('}', cursor.at) : -1;
  if (close !== -1) cursor.at = close + 1;
  // Tags that are never closed are said to be so, wherever their colon is.
  if (open && close === -1) cursor.at = Math.max(cursor.at, text.indexOf(':', cursor.at));
  skipSpace(cursor);
  return text[cursor.at] === ':' ? cursor.at : null;
}

const trendWords: Readonly<Record<string, string>> = { avg: 'mean', med: 'p50', max: 'max' };

/** `p(95)`, `avg`: as a percentile or a statistic of Mettle. */
function trendOf(aggregation: string, at: number, isStatistic: boolean): string {
  const percent = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/.exec(aggregation)?.[1];
  if (percent !== undefined) {
    const name = `p${Number(percent)}`;
    if (/^p[1-9]\d?(?:\.\d{1,2})?$/.test(name)) return name;
    throw new Refusal(`\`${aggregation}\` is not a percentile`, at, 'p(1) to p(99.99); the slowest is `max`');
  }
  const word = trendWords[aggregation];
  if (word !== undefined) return word;
  if (aggregation === 'min' && isStatistic) return 'min';
  throw new Refusal(`\`${aggregation}\` of a time is not promised`, at, 'use `p(N)`, `med`, `avg` or `max`');
}

const inParentheses = (...parts: (string | null)[]): string => {
  const given = parts.filter((part) => part !== null);
  return given.length === 0 ? '' : `(${given.join(', ')})`;
};

interface Head {
  /** As Mettle writes it. */
  readonly text: string;
  /** Of the limit. */
  readonly unit: Unit;
}

function headFor({ counterpart }: K6Metric, subject: Subject, aggregation: string, at: number): Head {
  const { of, example } = counterpart;
  if (of === 'latency') {
    const trend = trendOf(aggregation, at, false);
    if (subject.okOnly && !trend.startsWith('p'))
      throw new Refusal('only percentiles can leave failures out', at, 'use `p(N)` or `med`');
    return { text: `${trend}${inParentheses(subject.text, subject.okOnly ? 'ok' : null)}`, unit: 'µs' };
  }
  if ('metric' in of) {
    const trend = trendOf(aggregation, at, true);
    return { text: `${of.metric}${inParentheses(subject.text, trend)}`, unit: 'µs' };
  }
  const named = aggregation === 'rate' || aggregation === 'count' ? of[aggregation] : undefined;
  if (named === undefined) throw new Refusal(`\`${aggregation}\` has no counterpart here`, at, example);
  return { text: `${named.metric}${inParentheses(subject.text)}`, unit: named.unit };
}

const numberWords: Readonly<Partial<Record<Unit, string>>> = {
  µs: 'of milliseconds',
  share: 'between 0 and 1',
  '1/s': 'per second',
};

function numberOf(cursor: Cursor, unit: Unit): string {
  skipSpace(cursor);
  const at = cursor.at;
  const written = take(cursor, /\S+/y);
  if (written === null) throw new Refusal('expected a number', at, 'e.g. `p(95)<500`');
  const value = /^\d+(?:\.\d+)?$/.test(written) ? Number(written) : Number.NaN;
  if (!(value <= 1e12)) {
    const expected = ['expected a number', numberWords[unit] ?? ''].join(' ').trim();
    throw new Refusal(`\`${written}\` is not a number as k6 writes it`, at, expected);
  }
  // Told in the number that was written, not in the percentage that it would be.
  if (unit === 'share' && value > 1) {
    const share = Number((value / 100).toPrecision(12));
    const meant = value < 100 ? `for ${value}% write ${share}` : 'expected a number between 0 and 1';
    throw new Refusal(`\`${written}\` is no share as k6 writes it, from 0 to 1`, at, meant);
  }
  return printLimit(unit === 'µs' ? Math.round(value * 1_000) : value, unit);
}

function thresholdOf(cursor: Cursor, metric: K6Metric, subject: Subject): string {
  skipSpace(cursor);
  const at = cursor.at;
  const written = take(cursor, /[A-Za-z]+(?:\s*\([^()]*\))?/y)?.replaceAll(/\s/g, '') ?? null;
  if (written === null) throw new Refusal('expected an aggregation', at, metric.counterpart.example);
  const head = headFor(metric, subject, written, at);
  skipSpace(cursor);
  const operatorAt = cursor.at;
  const operator = take(cursor, /[<>=!]+/y);
  if (operator === null || !['<', '<=', '>', '>='].includes(operator)) {
    const message = operator === null ? 'expected a comparison' : `unknown comparison \`${operator}\``;
    throw new Refusal(message, operatorAt, 'use `<`, `<=`, `>` or `>=`');
  }
  const limit = numberOf(cursor, head.unit);
  skipSpace(cursor);
  if (restOf(cursor) !== '')
    throw new Refusal(`unexpected \`${restOf(cursor)}\``, cursor.at, 'one threshold is one comparison');
  return `${head.text} ${operator} ${limit}`;
}

/**
 * `http_req_duration{name:query}` and `p(95)<500` become `p95(query) < 500ms`. Positions and the offset of a problem are
 * those in `<metric>:<threshold>`, without a blank between them. Never throws.
 */
export function fromK6(metric: string, threshold: string): Parsed<string> {
  return guarded(() => {
    const cursor = { text: `${metric}:${threshold}`, at: 0 };
    const named = metricIn(cursor);
    const subject = subjectOf(named);
    const value = thresholdOf(cursor, named, subject);
    const isPooled = subject.text === null && named.counterpart.isHttp;
    const httpAlone = isPooled ? { httpAlone: named.name } : {};
    const positions = { metric: named.at, subject: subject.at, phases: [], ...httpAlone };
    return { ok: true, value, positions };
  });
}
