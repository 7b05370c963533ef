// `over 10s`: the windows in which a promise holds, and the two of a burn rate, `over 60s/5s`.

import { formatDuration, parseDuration } from '../kernel/units.ts';
import { unbreakableBurn } from './burn-limit.ts';
import { Refusal, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { BurnWindows, Operator, PromiseExpression } from './expression.ts';
import type { Head } from './parse-measure.ts';

const secondMicros = 1_000_000;

interface Length {
  readonly micros: number;
  readonly at: number;
}

export interface Over {
  readonly at: number;
  readonly first: Length;
  readonly second: Length | null;
}

export const hasBurnWindows = ({ name }: Head): boolean => name === 'burn';

/** Records hold whole seconds, so windows are made of them. */
function lengthOf(cursor: Cursor, example: string): Length {
  skipSpace(cursor);
  const at = cursor.at;
  const text = take(cursor, /[^\s,/]+/y);
  if (text === null) throw new Refusal('expected a window', at, `e.g. \`over ${example}\``);
  const micros = parseDuration(text);
  if (micros === undefined && /^\d+$/.test(text))
    throw new Refusal(`\`${text}\` needs a unit`, at, `write \`${text}s\``);
  if (micros === undefined || !Number.isSafeInteger(micros))
    throw new Refusal(`cannot read the window \`${text}\``, at, `e.g. \`over ${example}\``);
  if (micros >= secondMicros && micros % secondMicros === 0) return { micros, at };
  throw new Refusal(`\`${text}\` is not a number of whole seconds`, at, `e.g. \`over ${example}\``);
}

/** The windows that stand here; null when none do. */
export function overOf(cursor: Cursor, head: Head): Over | null {
  skipSpace(cursor);
  const at = cursor.at;
  if (take(cursor, /over\b/y) === null) return null;
  const first = lengthOf(cursor, hasBurnWindows(head) ? '60s/5s' : '10s');
  const second = take(cursor, /\//y) === null ? null : lengthOf(cursor, '60s/5s');
  return { at, first, second };
}

/** The windows that a burn rate must have. Throws Refusal. */
export function burnWindowsOf(head: Head, over: Over | null): BurnWindows {
  if (over === null)
    throw new Refusal(`\`${head.name}\` needs its windows`, head.at, 'end the promise with `over 60s/5s`');
  const { first, second } = over;
  if (second === null) {
    const written = formatDuration(first.micros);
    throw new Refusal(
      `\`${head.name}\` has two windows`,
      over.at,
      `write the long and the short one: \`over ${written}/5s\``,
    );
  }
  if (second.micros > first.micros)
    throw new Refusal('the long window comes first', first.at, 'e.g. `over 60s/5s`');
  return { longMicros: first.micros, shortMicros: second.micros };
}

/** A burn rate that even a total outage would keep promises nothing. Throws Refusal, at the target. */
export function checkBurnLimit(
  { inside: { argument, argumentAt } }: Head,
  operator: Operator,
  limit: PromiseExpression['limit'],
): void {
  if (argument?.kind !== 'target' || typeof limit !== 'number') return;
  const unbreakable = unbreakableBurn(operator, limit, argument.share);
  if (unbreakable !== null) throw new Refusal(unbreakable.message, argumentAt, unbreakable.suggestion);
}

/** The window of a promise about other metrics. Throws Refusal. */
export function windowOf(heads: readonly Head[], over: Over): number {
  const whole = heads.find(({ metric }) => metric.subject === 'fault' || metric.subject === 'link');
  if (whole !== undefined) {
    throw new Refusal(
      `\`${whole.name}\` is about a whole fault: it has no windows`,
      over.at,
      'leave out `over`',
    );
  }
  if (over.second !== null)
    throw new Refusal('only `burn` has two windows', over.second.at, 'write one, e.g. `over 10s`');
  return over.first.micros;
}
