// The promise language: `<metric>[(<series>[, <arg>])] <op> <value> [during <phase>[, <phase>…]]`, with positions.

import { Refusal, guarded, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Measure, Operator, Parsed, PromiseExpression } from './expression.ts';
import type { Metric } from './metrics/metric.ts';
import { finish, headOf } from './parse-measure.ts';
import { parseLimit } from './quantity.ts';
import { laterConstruct, notSupported } from './unsupported.ts';

function operatorOf(cursor: Cursor): Operator {
  skipSpace(cursor);
  const at = cursor.at;
  const found = take(cursor, /[<>=!]+/y);
  if (found === '<' || found === '<=' || found === '>' || found === '>=') return found;
  const later = found === null ? laterConstruct(restOf(cursor)) : null;
  if (later !== null) throw new Refusal(later, at);
  throw new Refusal(
    found === null ? 'expected a comparison' : `unknown comparison \`${found}\``,
    at,
    'use `<`, `<=`, `>` or `>=`',
  );
}

function limitOf(cursor: Cursor, metric: Metric, operator: Operator): number {
  skipSpace(cursor);
  const at = cursor.at;
  const written = take(cursor, /[^\s,]+(?:\s+(?:us|µs|ms|s|m|min|h|%)(?![\w:]))?/y);
  if (written === null) throw new Refusal('expected a limit', at, 'e.g. `< 200ms`');
  if (/^[+-]/.test(written)) throw new Refusal(notSupported('relative promises'), at);
  const limit = parseLimit(written, metric.unit);
  if (typeof limit !== 'number') throw new Refusal(limit.message, at, limit.suggestion);
  const allowed = metric.better === 'lower' ? limit : 1 - limit;
  const towardsGood = operator.startsWith(metric.better === 'lower' ? '<' : '>');
  if (metric.unit === 'share' && towardsGood && allowed <= 0) {
    const instead = metric.better === 'lower' ? '`< 0.1%`' : '`>= 99.9%`';
    throw new Refusal(
      `no number of samples can show \`${written}\``,
      at,
      `allow a small share, e.g. ${instead}`,
    );
  }
  return limit;
}

/** `p95(query) < 2s during steady`. Never throws: what is wrong comes back with its offset. */
export function parsePromise(text: string): Parsed<PromiseExpression> {
  return guarded(() => {
    const cursor = { text, at: 0 };
    const head = headOf(cursor);
    const operator = operatorOf(cursor);
    const limit = limitOf(cursor, head.metric, operator);
    const { measure, positions } = finish(cursor, head);
    return { ok: true, value: { measure, operator, limit }, positions };
  });
}

/** `p95(query) during steady`: a metric without a limit, as `primary` and claims name it. */
export function parseMeasure(text: string): Parsed<Measure> {
  return guarded(() => {
    const cursor = { text, at: 0 };
    const { measure, positions } = finish(cursor, headOf(cursor));
    return { ok: true, value: measure, positions };
  });
}
