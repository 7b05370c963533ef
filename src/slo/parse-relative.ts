// `+10% vs last_green`: a change, and the runs that it is counted from.

import { parseShare } from '../kernel/units.ts';
import { Refusal, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Baseline, RelativeLimit } from './expression.ts';
import { parseLimit } from './quantity.ts';
import type { Limited } from './quantity.ts';
import { suggestionFor } from './suggest.ts';

const fewestRuns = 3;
const mostRuns = 100;
/** A hundred times as much is no promise any more. */
const largestShare = 100;

type Change = RelativeLimit['change'];

const shareChange = (share: number): Change => ({ kind: 'share', share });
const amountChange = (amount: number): Change => ({ kind: 'amount', amount });

/** `%` is relative for every metric; what is added to a share are points. */
function changeOf(text: string, at: number, limited: Limited): Change {
  const size = text.slice(1).trim();
  const sign = text.startsWith('-') ? -1 : 1;
  const signed = (value: number): number => (value === 0 ? 0 : sign * value);
  const points = /^(\d+(?:\.\d+)?)\s*points?$/.exec(size)?.[1];
  const share = /^\d/.test(size) ? parseShare(points === undefined ? size : `${points}%`) : undefined;
  if (points !== undefined && limited.unit !== 'share')
    throw new Refusal('only shares change by points', at, 'write a percentage, e.g. `+10%`');
  if (points !== undefined && share !== undefined && share <= 1) return amountChange(signed(share));
  if (points === undefined && share !== undefined && share <= largestShare) {
    if (sign * share > -1) return shareChange(signed(share));
    throw new Refusal(`\`${text}\` leaves nothing`, at, 'a change goes down to `-99%`');
  }
  if (share !== undefined) {
    const most = points === undefined ? `${largestShare * 100}%` : '100 points';
    throw new Refusal(`\`${text}\` is more than ${most}`, at, 'e.g. `+10% vs last_green`');
  }
  if (limited.unit === 'share')
    throw new Refusal(
      `cannot read \`${text}\``,
      at,
      'expected `+10%` of the earlier share, or `+0.5 points` added to it',
    );
  const amount = parseLimit(size, limited.kind);
  if (typeof amount === 'number') return amountChange(signed(amount));
  const suggestion = amount.suggestion.replace('`', `\`${text[0] ?? ''}`);
  throw new Refusal(amount.message, at, suggestion);
}

function inParentheses(cursor: Cursor, needs: string, name: string, example: string): [string, number] {
  const at = cursor.at;
  if (take(cursor, /\(/y) === null)
    throw new Refusal(`\`${name}\` needs ${needs}`, at - name.length, `write \`${example}\``);
  skipSpace(cursor);
  const inside = cursor.at;
  const text = (take(cursor, /[^()]+/y) ?? '').trim();
  if (take(cursor, /\)/y) === null) throw new Refusal('this `(` is never closed', at, `write \`${example}\``);
  return [text, inside];
}

/** As git takes names, without what would mean another commit than the branch's (`main~1`, `a..b`). */
const branchPattern = /^[A-Za-z0-9_](?:[\w/-]|\.(?!\.))*$/;

function branchOf(cursor: Cursor, word: string): string {
  const [branch, at] = inParentheses(cursor, 'the name of a branch', word, 'merge_base(main)');
  if (branchPattern.test(branch)) return branch;
  throw new Refusal(`\`${branch}\` is not the name of a branch`, at, 'e.g. `merge_base(main)`');
}

function baselineOf(cursor: Cursor): Baseline {
  skipSpace(cursor);
  const at = cursor.at;
  const word = take(cursor, /[\w-]+/y);
  if (word === 'last_green') return { kind: 'last_green' };
  if (word === 'pinned') {
    const [run, runAt] = inParentheses(cursor, 'the id of a run', word, 'pinned(<run id>)');
    if (/^[A-Za-z0-9][\w.-]*$/.test(run)) return { kind: 'pinned', run };
    throw new Refusal(`\`${run}\` is not the id of a run`, runAt, 'it is the name of a folder of a record');
  }
  if (word === 'rolling_median') {
    const [text, textAt] = inParentheses(cursor, 'a number of runs', word, 'rolling_median(20)');
    const runs = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (runs >= fewestRuns && runs <= mostRuns) return { kind: 'rolling_median', runs };
    const message = `\`${text}\` is not a number of runs between ${fewestRuns} and ${mostRuns}`;
    throw new Refusal(message, textAt, 'write `rolling_median(20)`');
  }
  if (word === 'merge_base' || word === 'merge-base')
    return { kind: 'merge_base', branch: take(cursor, /(?=\()/y) === null ? null : branchOf(cursor, word) };
  if (word === null) throw new Refusal('expected a baseline', at, 'e.g. `vs last_green`');
  const suggestion = suggestionFor(word, ['last_green', 'pinned', 'rolling_median', 'merge_base']);
  throw new Refusal(`unknown baseline \`${word}\``, at, suggestion);
}

/** Reads the rest of a limit of which `written`, from `at`, is the signed part. Throws Refusal. */
export function relativeOf(cursor: Cursor, written: string, at: number, limited: Limited): RelativeLimit {
  const change = changeOf(written, at, limited);
  if (take(cursor, /vs\b/y) !== null) return { change, baseline: baselineOf(cursor) };
  const relative = `write \`${written} vs last_green\``;
  const below = limited.operation === '-' && written.startsWith('-');
  throw new Refusal(
    `\`${written}\` is a change, and nothing says from what`,
    at,
    below ? `${relative}; for a limit below zero turn the two metrics round` : relative,
  );
}
