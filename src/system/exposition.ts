// The text in which a target tells its own metrics: Prometheus 0.0.4 and OpenMetrics 1.0, line by line.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/
// What cannot be read is counted and told; the lines around it are kept. Timestamps and exemplars are passed over.

import type { ScrapedKind } from '../record/scrape-log.ts';

interface ExposedSample {
  /** Name and labels as written: `requests_total{code="200"}`. */
  readonly series: string;
  readonly value: number;
}

interface MalformedLine {
  /** Counted from 1. */
  readonly number: number;
  /** As it stands, credentials and all. */
  readonly line: string;
  /** `no value` */
  readonly why: string;
}

export interface Exposition {
  readonly samples: readonly ExposedSample[];
  /** By family, as declared: `counter`, `histogram`, `gaugehistogram` … */
  readonly types: ReadonlyMap<string, string>;
  readonly malformed: number;
  /** The first line that could not be read; null: there is none. */
  readonly first: MalformedLine | null;
  /** Names that such lines begin with: at least one series of theirs has no value here. */
  readonly unread: ReadonlySet<string>;
  /** OpenMetrics says where it ends: what does not was cut off. */
  readonly hasEnd: boolean;
}

/** Empty lines and comments are nothing; after `# EOF` nothing counts. */
export function parseExposition(body: string): Exposition {
  const samples: ExposedSample[] = [];
  const types = new Map<string, string>();
  const unread = new Set<string>();
  let malformed = 0;
  let first: MalformedLine | null = null;
  let number = 0;
  let hasEnd = false;
  for (const raw of linesOf(body)) {
    number += 1;
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      hasEnd = /^#\s*EOF$/.test(line);
      if (hasEnd) break;
      const declared = /^#\s*TYPE\s+(\S+)\s+(\S+)$/.exec(line);
      if (declared !== null) types.set(declared[1] ?? '', (declared[2] ?? '').toLowerCase());
      continue;
    }
    const sample = sampleOf(line);
    if (typeof sample !== 'string') samples.push(sample);
    else {
      malformed += 1;
      first ??= { number, line, why: sample };
      const name = /^[A-Za-z_:][\w:]*(?=[{\s]|$)/.exec(line)?.[0];
      if (name !== undefined) unread.add(name);
    }
  }
  return { samples, types, malformed, first, unread, hasEnd };
}

/** One after the other: a body may have a hundred thousand. */
function* linesOf(body: string): Generator<string> {
  for (let from = 0; from < body.length;) {
    const end = body.indexOf('\n', from);
    yield body.slice(from, end === -1 ? body.length : end);
    if (end === -1) return;
    from = end + 1;
  }
}

/** A sample, or what is wrong with the line. */
function sampleOf(line: string): ExposedSample | string {
  const end = endOfSeries(line);
  if (end === null) return 'the labels are never closed';
  const series = line.slice(0, end);
  const [value = '', timestamp, ...more] = beforeExemplar(line.slice(end)).split(/\s+/);
  if (series === '') return 'no name';
  if (value === '') return 'no value';
  const number = parseValue(value);
  if (number === undefined) return 'its value is no number';
  if (timestamp !== undefined && !plainNumber.test(timestamp)) return 'its timestamp is no number';
  return more.length > 0 ? 'more than a value and a timestamp' : { series, value: number };
}

/** After the closing brace, or after a name without labels. */
function endOfSeries(line: string): number | null {
  const open = line.search(/[{\s]/);
  if (open === -1) return line.length;
  const brace = /^\s*\{/.exec(line.slice(open));
  if (brace === null) return open;
  let quoted = false;
  for (let at = open + brace[0].length; at < line.length; at += 1) {
    const character = line[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === '}' && !quoted) return at + 1;
  }
  return null;
}

/** ` # {trace_id="…"} 0.67`: of OpenMetrics. Labels are behind us, so any `#` begins one. */
const beforeExemplar = (text: string): string => (text.split('#', 1)[0] ?? '').trim();

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** As Go reads it; undefined: it is none. */
function parseValue(text: string): number | undefined {
  if (plainNumber.test(text)) return Number(text);
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special === null) return undefined;
  if (special[2]?.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

export interface SeriesName {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const mostLabels = 64;
const mostNameCharacters = 300;
const mostValueCharacters = 1_024;

/** Name and labels (in order of their names), or what is wrong with them. */
export function parseSeries(series: string): SeriesName | string {
  const head = /^([A-Za-z_:][\w:]*)\s*(?:\{(.*)\})?$/s.exec(series);
  const name = head?.[1];
  if (name === undefined) return 'no name of a metric';
  if (name.length > mostNameCharacters) return `a name of more than ${mostNameCharacters} characters`;
  const labels = new Map<string, string>();
  const pair = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/gsy;
  const inside = head?.[2] ?? '';
  let end = 0;
  for (let match = pair.exec(inside); match !== null; match = pair.exec(inside)) {
    const [, label = '', value = '', comma] = match;
    // Prometheus keeps these for itself.
    if (label.startsWith('__')) return 'a label that begins with `__` is reserved';
    if (labels.has(label)) return 'a label stands twice';
    if (label.length > mostNameCharacters || value.length > mostValueCharacters) {
      return `a label of more than ${mostValueCharacters} characters`;
    }
    labels.set(label, value.replace(/\\([\\"n])/g, unescaped));
    end = pair.lastIndex;
    if (comma !== ',') break;
  }
  if (inside.slice(end).trim() !== '') return 'labels that cannot be read';
  if (labels.size > mostLabels) return `more than ${mostLabels} labels`;
  const inOrder = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, labels: Object.fromEntries(inOrder) };
}

const unescaped = (_: string, character: string): string => (character === 'n' ? '\n' : character);

/** What is declared decides, and only what is known: the words come from the target. */
const plainKinds = new Map<string, ScrapedKind>([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gauge'],
  ['summary', 'summary'],
  ['info', 'gauge'],
  ['stateset', 'gauge'],
]);

/** `<type of the family> <suffix of the sample>` */
const suffixedKinds = new Map<string, ScrapedKind>([
  ['counter total', 'counter'],
  ['counter created', 'gauge'],
  ['histogram bucket', 'histogram'],
  ['histogram sum', 'histogram'],
  ['histogram count', 'histogram'],
  ['histogram created', 'gauge'],
  ['gaugehistogram bucket', 'gauge'],
  ['gaugehistogram gsum', 'gauge'],
  ['gaugehistogram gcount', 'gauge'],
  ['summary sum', 'summary'],
  ['summary count', 'summary'],
  ['summary created', 'gauge'],
  ['info info', 'gauge'],
]);

/** What a sample of that name is, by the types that were declared. */
export function kindOf(name: string, types: Exposition['types']): ScrapedKind {
  const own = plainKinds.get(types.get(name) ?? '');
  if (own !== undefined) return own;
  const [, family = '', suffix = ''] = /^(.+)_([a-z]+)$/.exec(name) ?? [];
  return suffixedKinds.get(`${types.get(family) ?? ''} ${suffix}`) ?? 'untyped';
}
