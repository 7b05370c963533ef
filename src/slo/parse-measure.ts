// The left side of a promise: `<metric>[(<series>[, <arg>])]` and the phases it is asked for in.

import { parseDuration } from '../kernel/units.ts';
import { Refusal, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { Measure, MetricArgument, Positions } from './expression.ts';
import type { Metric } from './metrics/metric.ts';
import { metricNamed, metrics } from './metrics/registry.ts';
import { suggestionFor } from './suggest.ts';
import { laterConstruct, laterMetric } from './unsupported.ts';

function metricHead(cursor: Cursor): { metric: Metric; name: string; at: number } {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[A-Za-z_][\w.]*/y);
  if (name === null)
    throw new Refusal('expected a metric', at, 'begin with a metric, e.g. `p95(query) < 200ms`');
  const metric = metricNamed(name);
  if (metric !== undefined) return { metric, name, at };
  const later = laterMetric(name);
  if (later !== null) throw new Refusal(later, at);
  if (/^p[\d.]+$/.test(name)) {
    throw new Refusal(
      `\`${name}\` is not a percentile`,
      at,
      'percentiles go from p1 to p99.99; the slowest is `max`',
    );
  }
  const known = metrics.map((entry) => entry.name);
  throw new Refusal(`unknown metric \`${name}\``, at, suggestionFor(name, known));
}

/** What stands between the parentheses, up to the one that closes the first; inner pairs belong to the name. */
function parenthesised(cursor: Cursor): { text: string; at: number } | null {
  const open = cursor.at;
  if (take(cursor, /\(/y) === null) return null;
  const at = cursor.at;
  let depth = 1;
  for (let index = at; index < cursor.text.length; index += 1) {
    if (cursor.text[index] === '(') depth += 1;
    if (cursor.text[index] === ')') depth -= 1;
    if (depth === 0) {
      cursor.at = index + 1;
      return { text: cursor.text.slice(at, index), at };
    }
  }
  throw new Refusal('this `(` is never closed', open, 'add `)` after the series');
}

function argumentOf(metric: Metric, name: string, text: string, at: number): MetricArgument {
  if (metric.argument === 'outcome') {
    if (text === 'ok' || text === 'failed') return { kind: 'outcome', outcome: text };
    throw new Refusal(`unknown argument \`${text}\``, at, 'expected `ok` or `failed`');
  }
  if (metric.argument === 'duration') {
    const micros = parseDuration(text);
    if (micros !== undefined && micros > 0) return { kind: 'duration', micros };
    throw new Refusal(
      `cannot read the threshold \`${text}\``,
      at,
      `expected a duration: \`${name}(query, 500ms)\``,
    );
  }
  throw new Refusal(
    `\`${name}\` takes one argument`,
    at,
    'leave out what follows the comma; a name cannot hold one',
  );
}

interface Inside {
  readonly subject: string | null;
  readonly subjectAt: number;
  readonly argument: MetricArgument | null;
}

/** `(query, ok)`, `(query)`, `(500ms)` for a metric whose argument is required, or nothing. */
function insideOf(cursor: Cursor, metric: Metric, name: string, metricAt: number): Inside {
  const found = parenthesised(cursor);
  const required = metric.argument === 'duration';
  if (found === null) {
    if (metric.subject === 'fault')
      throw new Refusal(`\`${name}\` needs a fault`, metricAt, `write \`${name}(<fault id>)\``);
    if (metric.subject === 'link')
      throw new Refusal(`\`${name}\` needs a dependency`, metricAt, `write \`${name}(<dependency>)\``);
    if (required)
      throw new Refusal(`\`${name}\` needs a threshold`, metricAt, `write \`${name}(query, 500ms)\``);
    return { subject: null, subjectAt: metricAt, argument: null };
  }
  const comma = found.text.lastIndexOf(',');
  const first = (comma === -1 ? found.text : found.text.slice(0, comma)).trim();
  const subjectAt = found.at + found.text.search(/\S|$/);
  if (first === '')
    throw new Refusal(
      'a name is missing between the parentheses',
      found.at,
      'name a series, or leave the parentheses out',
    );
  if (first.includes(','))
    throw new Refusal(`\`${first}\` holds a comma`, subjectAt, 'give the step a `name:` without one');
  if (comma === -1) {
    if (!required) return { subject: first, subjectAt, argument: null };
    return { subject: null, subjectAt, argument: argumentOf(metric, name, first, subjectAt) };
  }
  const second = found.text.slice(comma + 1);
  const secondAt = found.at + comma + 1 + second.search(/\S|$/);
  return { subject: first, subjectAt, argument: argumentOf(metric, name, second.trim(), secondAt) };
}

function phaseOf(cursor: Cursor): { name: string; at: number } {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[\w.:-]+/y);
  if (name === null) throw new Refusal('expected a phase', at, 'e.g. `during steady` or `during fault:<id>`');
  if (name === 'steady' || name === 'warmup' || /^(?:fault|recovery):.+$/.test(name)) return { name, at };
  const known = ['steady', 'warmup', 'fault:<id>', 'recovery:<id>'];
  throw new Refusal(`unknown phase \`${name}\``, at, suggestionFor(name, known));
}

function duringOf(cursor: Cursor, metric: Metric, name: string): { name: string; at: number }[] {
  skipSpace(cursor);
  const at = cursor.at;
  if (take(cursor, /during\b/y) === null) return [];
  if (metric.subject === 'fault') {
    throw new Refusal(`\`${name}\` looks at the fault's own time`, at, 'leave out `during`');
  }
  const phases = [phaseOf(cursor)];
  while (take(cursor, /,/y) !== null) phases.push(phaseOf(cursor));
  const other = phases.find((phase) => !phase.name.startsWith('fault:'));
  if (metric.subject === 'link' && other !== undefined)
    throw new Refusal(`\`${name}\` looks at faults`, other.at, 'write `during fault:<id>`, or leave it out');
  return phases;
}

function expectEnd(cursor: Cursor): void {
  skipSpace(cursor);
  const rest = restOf(cursor);
  if (rest === '') return;
  throw new Refusal(
    laterConstruct(rest) ?? `unexpected \`${rest}\``,
    cursor.at,
    laterConstruct(rest) === null ? 'only `during <phase>` may follow' : null,
  );
}

export interface Head {
  readonly metric: Metric;
  readonly name: string;
  readonly at: number;
  readonly inside: Inside;
}

export function headOf(cursor: Cursor): Head {
  const { metric, name, at } = metricHead(cursor);
  return { metric, name, at, inside: insideOf(cursor, metric, name, at) };
}

/** Reads `during` and the end; what follows is refused. */
export function finish(cursor: Cursor, head: Head): { measure: Measure; positions: Positions } {
  const phases = duringOf(cursor, head.metric, head.name);
  expectEnd(cursor);
  const { subject, subjectAt, argument } = head.inside;
  return {
    measure: { metric: head.name, subject, argument, during: phases.map((phase) => phase.name) },
    positions: { metric: head.at, subject: subjectAt, phases: phases.map((phase) => phase.at) },
  };
}
