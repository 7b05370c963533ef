// The right side of a promise: its comparison, and a limit that is fixed or relative to other runs.

import { Refusal, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Operator, RelativeLimit } from './expression.ts';
import { relativeOf } from './parse-relative.ts';
import { parseLimit } from './quantity.ts';
import type { Limited } from './quantity.ts';

export function operatorOf(cursor: Cursor): Operator {
  skipSpace(cursor);
  const at = cursor.at;
  const found = take(cursor, /[<>=!]+/y);
  if (found === '<' || found === '<=' || found === '>' || found === '>=') return found;
  if (found === null && /^over\b/.test(restOf(cursor)))
    throw new Refusal('`over` stands after the limit', at, 'e.g. `p95 < 200ms over 10s`');
  throw new Refusal(
    found === null ? 'expected a comparison' : `unknown comparison \`${found}\``,
    at,
    'use `<`, `<=`, `>` or `>=`',
  );
}

/** No number of samples shows that nothing at all fails, or that nothing at all differs. */
function checkAllowance(limit: number, operator: Operator, limited: Limited, text: string, at: number): void {
  if (limited.unit !== 'share' || !limited.isCounted) return;
  const lower = limited.better === 'lower';
  const towardsGood = operator.startsWith(lower ? '<' : '>');
  const alone = limited.operation === null;
  const nothing = alone ? towardsGood && (lower ? limit : 1 - limit) <= 0 : limit === 0;
  if (!nothing) return;
  const instead = alone && !lower ? '`>= 99.9%`' : '`< 0.1%`';
  throw new Refusal(`no number of samples can show \`${text}\``, at, `allow a small share, e.g. ${instead}`);
}

/** What every run would keep is no promise: an availability of at least 0 %, a time of 0 s or more. */
function checkBreakable(limit: number, operator: Operator, limited: Limited, text: string, at: number): void {
  const { isBounded, isSigned } = limited;
  const always =
    (operator === '>=' && limit <= 0 && !isSigned) || (operator === '<=' && limit >= 1 && isBounded);
  if (!always) return;
  const range = isBounded ? 'it is never outside of its range' : 'it is never below zero';
  throw new Refusal(
    `nothing can break \`${operator} ${text}\`: ${range}`,
    at,
    'promise a limit that a bad run would miss',
  );
}

/** With the unit that may stand apart from it: `5 %`. */
const writtenLimit = /[+-]?\s*[^\s,]+(?:\s+(?:us|µs|ms|s|m|min|h|%|B|KiB|MiB|GiB|points?)(?![\w:]))?/y;

/** Reads `200ms`, or `+10% vs last_green`. Throws Refusal. */
export function limitOf(cursor: Cursor, limited: Limited, operator: Operator): number | RelativeLimit {
  skipSpace(cursor);
  const at = cursor.at;
  const written = take(cursor, writtenLimit);
  if (written === null) throw new Refusal('expected a limit', at, 'e.g. `< 200ms`');
  if (/^[+-]/.test(written)) return relativeOf(cursor, written, at, limited);
  skipSpace(cursor);
  if (/^vs\b/.test(restOf(cursor)))
    throw new Refusal('a limit against other runs has a sign', at, `write \`+${written} vs …\``);
  const limit = parseLimit(written, limited.kind);
  if (typeof limit !== 'number') throw new Refusal(limit.message, at, limit.suggestion);
  if (limited.isCounter && written.endsWith('%'))
    throw new Refusal(
      `a counter is read per second, \`${written}\` is a share`,
      at,
      'write `metric(errors_total) / metric(requests_total) < 1%`, or a limit such as `5/s`',
    );
  checkAllowance(limit, operator, limited, written, at);
  checkBreakable(limit, operator, limited, written, at);
  return limit;
}
