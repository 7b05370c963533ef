// The promise language: `<measure> [/|- <measure>] <op> <limit> [during <phases>] [over <window>]`, with positions.

import { Refusal, guarded, restOf, skipSpace } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Measure, Parsed, PromiseExpression } from './expression.ts';
import { fromK6, k6ColonIn } from './k6.ts';
import { limitedOf, measureOf, readSides } from './parse-combination.ts';
import type { Sides } from './parse-combination.ts';
import { limitOf, operatorOf } from './parse-limit.ts';
import { duringOf } from './parse-phases.ts';
import type { During } from './parse-phases.ts';
import { burnWindowsOf, checkBurnLimit, hasBurnWindows, overOf, windowOf } from './parse-windows.ts';
import type { Over } from './parse-windows.ts';
import { suggestionFor } from './suggest.ts';

interface Tail {
  readonly during: During | null;
  readonly over: Over | null;
}

const twice = (word: string, at: number): Refusal =>
  new Refusal(`\`${word}\` is said twice`, at, 'leave one of them out');

/** `during …` and `over …`, in either order. */
function tailOf(cursor: Cursor, { left }: Sides): Tail {
  let during: During | null = null;
  let over: Over | null = null;
  for (;;) {
    const phases = duringOf(cursor);
    const windows = phases === null ? overOf(cursor, left.head) : null;
    if (phases === null && windows === null) return { during, over };
    if (phases !== null && during !== null) throw twice('during', phases.at);
    if (windows !== null && over !== null) throw twice('over', windows.at);
    during ??= phases;
    over ??= windows;
  }
}

function expectEnd(cursor: Cursor): void {
  skipSpace(cursor);
  const rest = restOf(cursor);
  if (rest === '') return;
  const word = /^[a-z]+/.exec(rest)?.[0] ?? '';
  const near = suggestionFor(word, ['during', 'over', 'vs']);
  throw new Refusal(
    `unexpected \`${rest}\``,
    cursor.at,
    near?.startsWith('did') === true ? near : 'only `during <phase>` and `over <window>` may follow',
  );
}

/** Of the promise's measure; a burn rate has its own. */
function windowsOf({ left, right }: Sides, over: Over | null): Pick<Measure, 'windows'> {
  if (!hasBurnWindows(left.head) || right !== null) return {};
  return { windows: burnWindowsOf(left.head, over) };
}

function parseOwn(text: string): Parsed<PromiseExpression> {
  const cursor = { text, at: 0 };
  const sides = readSides(cursor);
  const operator = operatorOf(cursor);
  const limit = limitOf(cursor, limitedOf(sides), operator);
  const { during, over } = tailOf(cursor, sides);
  expectEnd(cursor);
  const { measure, positions } = measureOf(sides, during, windowsOf(sides, over));
  if (measure.windows !== undefined) checkBurnLimit(sides.left.head, operator, limit);
  const value = { measure, operator, limit };
  if (over === null || measure.windows !== undefined) return { ok: true, value, positions };
  if (typeof limit !== 'number')
    throw new Refusal(
      'what is relative to other runs has no windows',
      over.at,
      'leave out `over`, or promise a fixed limit',
    );
  const heads = [sides.left.head, ...(sides.right === null ? [] : [sides.right.head])];
  return { ok: true, value: { ...value, windowMicros: windowOf(heads, over) }, positions };
}

/** A threshold of k6: read as what it becomes, its places those in the text as written. */
function parseK6(text: string, colon: number): Parsed<PromiseExpression> {
  const own = fromK6(text.slice(0, colon), text.slice(colon + 1));
  if (!own.ok) return own;
  const parsed = parsePromise(own.value);
  if (parsed.ok) return { ...parsed, positions: own.positions };
  const offset = colon + 1 + text.slice(colon + 1).search(/\S|$/);
  return { ok: false, problem: { ...parsed.problem, offset } };
}

/** `p95(query) < 2s during steady`. Never throws: what is wrong comes back with its offset. */
export function parsePromise(text: string): Parsed<PromiseExpression> {
  return guarded(() => {
    const colon = k6ColonIn(text);
    return colon === null ? parseOwn(text) : parseK6(text, colon);
  });
}

/** `p95(query) during steady`: a metric without a limit, as `primary` and claims name it. */
export function parseMeasure(text: string): Parsed<Measure> {
  return guarded(() => {
    const cursor = { text, at: 0 };
    const sides = readSides(cursor);
    const over = overOf(cursor, sides.left.head);
    expectEnd(cursor);
    const { measure, positions } = measureOf(sides, null, windowsOf(sides, over));
    if (over !== null && measure.windows === undefined)
      throw new Refusal('only a promise has a window', over.at, 'leave out `over`');
    return { ok: true, value: measure, positions };
  });
}
