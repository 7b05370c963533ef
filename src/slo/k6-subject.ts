// The left side of a threshold of k6: its metric, and the tags that say what it is about.

import { Refusal, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { k6Counterparts, k6Refusals } from './k6-metrics.ts';
import type { K6Counterpart } from './k6-metrics.ts';
import { suggestionFor } from './suggest.ts';

interface Tag {
  readonly name: string;
  readonly value: string;
  readonly at: number;
  readonly valueAt: number;
}

export interface K6Metric {
  readonly name: string;
  readonly at: number;
  readonly counterpart: K6Counterpart;
  readonly tags: readonly Tag[];
}

function tagsOf(cursor: Cursor): Tag[] {
  skipSpace(cursor);
  const open = cursor.at;
  if (take(cursor, /\{/y) === null) return [];
  const at = cursor.at;
  const inside = take(cursor, /[^}]*(?=\})/y);
  if (inside === null) throw new Refusal('this `{` is never closed', open, 'add `}` after the tags');
  take(cursor, /\}/y);
  let offset = cursor.at - 1 - inside.length;
  return inside.split(',').map((written) => {
    const tagAt = offset + written.search(/\S|$/);
    const colon = written.indexOf(':');
    if (colon === -1) throw new Refusal(`\`${written.trim()}\` is not a tag`, tagAt, 'e.g. `{name:query}`');
    const value = written.slice(colon + 1);
    const valueAt = offset + colon + 1 + value.search(/\S|$/);
    offset += written.length + 1;
    if (value.trim() === '')
      throw new Refusal('a tag has no value', Math.max(at, tagAt), 'e.g. `{name:query}`');
    return { name: written.slice(0, colon).trim(), value: value.trim(), at: tagAt, valueAt };
  });
}

/** Reads `http_req_duration{name:query}:`. Throws Refusal. */
export function metricIn(cursor: Cursor): K6Metric {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[A-Za-z_]\w*/y) ?? '';
  const counterpart = Object.hasOwn(k6Counterparts, name) ? k6Counterparts[name] : undefined;
  const instead = Object.hasOwn(k6Refusals, name) ? k6Refusals[name] : undefined;
  if (instead !== undefined) throw new Refusal(`\`${name}\` of k6 has no counterpart here`, at, instead);
  if (counterpart === undefined) {
    const known = Object.keys(k6Counterparts);
    throw new Refusal(`unknown k6 metric \`${name}\``, at, suggestionFor(name, known));
  }
  const tags = tagsOf(cursor);
  skipSpace(cursor);
  if (take(cursor, /:/y) === null)
    throw new Refusal('expected `:` after the metric', cursor.at, `e.g. \`${name}: p(95)<500\``);
  return { name, at, counterpart, tags };
}

export interface Subject {
  readonly text: string | null;
  readonly at: number;
  /** `expected_response:true`: good answers alone. */
  readonly okOnly: boolean;
}

/** As names are inside the parentheses of a promise. */
function isBalanced(name: string): boolean {
  let depth = 0;
  for (const character of name) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** What the tags mean here. Throws Refusal. */
export function subjectOf({ name, at, counterpart, tags }: K6Metric): Subject {
  const subject = tags.find((tag) => counterpart.tags.includes(tag.name));
  const ok = tags.find((tag) => tag.name === 'expected_response');
  const other = tags.find((tag) => tag !== subject && tag !== ok);
  const names = counterpart.tags.map((tag) => `\`${tag}\``).join(' or ');
  if (other !== undefined)
    throw new Refusal(`the tag \`${other.name}\` has no counterpart here`, other.at, `use ${names}`);
  if (ok !== undefined && (ok.value !== 'true' || counterpart.of !== 'latency'))
    throw new Refusal(
      `\`${name}\` cannot be held to \`expected_response:${ok.value}\``,
      ok.at,
      'failures count in every metric but `p95(query, ok)` and `p95(query, failed)`',
    );
  if (subject === undefined && (ok !== undefined || counterpart.needsSubject))
    throw new Refusal(`\`${name}\` has to name what it is about`, at, counterpart.example);
  if (subject !== undefined && !isBalanced(subject.value))
    throw new Refusal(
      `\`${subject.value}\` has a parenthesis alone`,
      subject.valueAt,
      'give the step another `name:`',
    );
  const text = subject === undefined ? null : `${counterpart.prefix}${subject.value}`;
  return { text, at: subject?.valueAt ?? at, okOnly: ok !== undefined };
}
