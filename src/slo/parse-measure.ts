// One metric and what it is asked of: `<metric>[(<subject>[, <argument>])]`.

import { Refusal, restOf, skipSpace, take } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { MetricArgument } from './expression.ts';
import type { Metric } from './metrics/metric.ts';
import { metricNamed, metrics } from './metrics/registry.ts';
import { argumentOf, exampleOf, isStatistic, needsArgument } from './parse-arguments.ts';
import { printSelector, readSelector } from './selector.ts';
import { suggestionFor } from './suggest.ts';

interface Inside {
  readonly subject: string | null;
  readonly subjectAt: number;
  readonly argument: MetricArgument | null;
  /** Where there is none: where the metric is. */
  readonly argumentAt: number;
}

export interface Head {
  readonly metric: Metric;
  readonly name: string;
  readonly at: number;
  readonly inside: Inside;
}

type Named = Omit<Head, 'inside'>;

function namedOf(cursor: Cursor): Named {
  skipSpace(cursor);
  const at = cursor.at;
  const name = take(cursor, /[A-Za-z_][\w.]*/y);
  if (name === null)
    throw new Refusal('expected a metric', at, 'begin with a metric, e.g. `p95(query) < 200ms`');
  const metric = metricNamed(name);
  if (metric !== undefined) return { metric, name, at };
  if (/^p[\d.]+$/.test(name)) {
    throw new Refusal(
      `\`${name}\` is not a percentile`,
      at,
      'percentiles go from p1 to p99.99; the slowest is `max`',
    );
  }
  const small = name.toLowerCase();
  if (metricNamed(small) !== undefined)
    throw new Refusal(`unknown metric \`${name}\``, at, `did you mean \`${small}\`?`);
  const known = metrics.map((entry) => entry.name);
  throw new Refusal(`unknown metric \`${name}\``, at, suggestionFor(name, known));
}

const neverClosed = (open: number): Refusal =>
  new Refusal('this `(` is never closed', open, 'add `)` after the series');

/** What stands between the parentheses, up to the one that closes the first; inner pairs belong to the name. */
function parenthesised(cursor: Cursor, open: number): string {
  const at = cursor.at;
  let depth = 1;
  for (let index = at; index < cursor.text.length; index += 1) {
    if (cursor.text[index] === '(') depth += 1;
    if (cursor.text[index] === ')') depth -= 1;
    if (depth === 0) {
      cursor.at = index + 1;
      return cursor.text.slice(at, index);
    }
  }
  throw neverClosed(open);
}

/** `(rag_pool_in_use)`, `(http_requests_total{code!="500"}, max)`: its quotes may hold anything. */
function scrapedOf(cursor: Cursor, open: number, { metric, name, at }: Named): Inside {
  skipSpace(cursor);
  const subjectAt = cursor.at;
  const subject = printSelector(readSelector(cursor));
  let argument: MetricArgument | null = null;
  let argumentAt = at;
  if (take(cursor, /,/y) !== null) {
    skipSpace(cursor);
    argumentAt = cursor.at;
    argument = argumentOf(metric, name, (take(cursor, /[^(),]+/y) ?? '').trim(), argumentAt);
  }
  if (take(cursor, /\)/y) !== null) return { subject, subjectAt, argument, argumentAt };
  if (restOf(cursor) === '') throw neverClosed(open);
  throw new Refusal('expected `)`', cursor.at, 'labels stand in braces: `metric(name{label="x"})`');
}

/** Without parentheses a metric is about all steps, or about the target; some cannot be. */
function withoutSubject({ metric, name, at }: Named): Inside {
  const need = (what: string): Refusal =>
    new Refusal(`\`${name}\` needs ${what}`, at, `write ${exampleOf(metric, name)}`);
  if (metric.subject === 'fault') throw need('a fault');
  if (metric.subject === 'link') throw need('a dependency');
  if (metric.subject === 'scraped') throw need("the name of one of the target's metrics");
  if (needsArgument(metric)) throw need(metric.argument === 'target' ? 'a target' : 'a threshold');
  const subject = metric.subject === 'observed' ? 'target' : null;
  return { subject, subjectAt: at, argument: null, argumentAt: at };
}

/** An argument that stands alone is about all steps, or about the target. */
function loneArgument({ metric, name }: Named, text: string, at: number): Inside | null {
  const pooled = metric.subject === 'series' || metric.subject === 'observed';
  const isArgument = needsArgument(metric) || (metric.argument === 'statistic' && isStatistic(text));
  if (!isArgument) return null;
  if (!pooled) {
    const what = metric.argument === 'target' ? 'a target' : 'a threshold';
    throw new Refusal(`\`${name}\` needs ${what}`, at, `write ${exampleOf(metric, name)}`);
  }
  const subject = metric.subject === 'observed' ? 'target' : null;
  return { subject, subjectAt: at, argument: argumentOf(metric, name, text, at), argumentAt: at };
}

function insideOf(cursor: Cursor, named: Named): Inside {
  skipSpace(cursor);
  const open = cursor.at;
  if (take(cursor, /\(/y) === null) return withoutSubject(named);
  if (named.metric.subject === 'scraped') return scrapedOf(cursor, open, named);
  const at = cursor.at;
  const text = parenthesised(cursor, open);
  const comma = text.lastIndexOf(',');
  const first = (comma === -1 ? text : text.slice(0, comma)).trim();
  const subjectAt = at + text.search(/\S|$/);
  if (first === '')
    throw new Refusal(
      'a name is missing between the parentheses',
      at,
      'name a series, or leave the parentheses out',
    );
  if (first.includes(','))
    throw new Refusal(`\`${first}\` holds a comma`, subjectAt, 'give the step a `name:` without one');
  if (comma === -1) {
    const alone = { subject: first, subjectAt, argument: null, argumentAt: named.at };
    return loneArgument(named, first, subjectAt) ?? alone;
  }
  const second = text.slice(comma + 1);
  const secondAt = at + comma + 1 + second.search(/\S|$/);
  const argument = argumentOf(named.metric, named.name, second.trim(), secondAt);
  return { subject: first, subjectAt, argument, argumentAt: secondAt };
}

/** Reads a metric and what stands in its parentheses. Throws Refusal. */
export function headOf(cursor: Cursor): Head {
  const named = namedOf(cursor);
  return { ...named, inside: insideOf(cursor, named) };
}
