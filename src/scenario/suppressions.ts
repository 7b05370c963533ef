// A file of suppressions: changes of a history that somebody accepts, how large, why, and until when.

import { resolve } from 'node:path';
import { z } from 'zod';
import type { Suppression } from '../compare/trend-suppressions.ts';
import { parseShare } from '../kernel/units.ts';
import type { Measure } from '../slo/expression.ts';
import { parseMeasure } from '../slo/parse.ts';
import { printMeasure } from '../slo/print.ts';
import { metricOf } from '../slo/reading.ts';
import { invalidFile } from './diagnostics.ts';
import { quoted } from './issue-words.ts';
import { parseValue, type Problem } from './issues.ts';
import { placeProblems } from './place.ts';
import { readSource } from './read-file.ts';

const text = z.string().min(1);

const entryInput = z.strictObject({
  metric: text.describe('The metric that changed, e.g. `p95(query)`.'),
  at: text.describe(
    'Where: the id of the first run after the change, its commit (7 characters or more), a day or days: `2026-11-03`, `2026-11-01..2026-11-05`.',
  ),
  up_to: text.describe('The largest change that is accepted: `20%`, or `0.5 points` for shares.'),
  reason: text.describe('Why it is accepted; shown in every report.'),
  expires: text.describe('The last day on which it is, e.g. `2027-03-31`.'),
  scenario: text.optional().describe('Only of the scenario of this name.'),
  variant: text.optional().describe('Only of this variant.'),
});

/** As written: a list. */
export const suppressionsInput = z.array(entryInput).min(1, 'there is no suppression');

type Entry = z.output<typeof entryInput>;

/** A day that the calendar has. */
function isDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

type Read<Value> = { readonly value: Value } | Omit<Problem, 'path' | 'part'>;

function placeIn(written: string): Read<Suppression['at']> {
  if (/^\d{4}-\d{2}-\d{2}(\.\.|$)/.test(written)) {
    const [from = '', to = from] = written.split('..');
    const wrong = [from, to].find((day) => !isDay(day));
    if (wrong !== undefined)
      return { message: `${quoted(wrong)} is not a day`, suggestion: 'write e.g. 2026-11-03' };
    if (to < from) return { message: `${quoted(written)} ends before it begins` };
    return { value: { kind: 'days', from, to } };
  }
  if (/^[0-9a-f]{7,64}$/i.test(written)) return { value: { kind: 'commit', sha: written.toLowerCase() } };
  if (/^[0-9a-f]{1,6}$/i.test(written))
    return {
      message: `${quoted(written)} is too short for a commit`,
      suggestion: 'give 7 characters or more',
    };
  return { value: { kind: 'run', id: written } };
}

/** On the scale on which changes of the metric are counted; a fall and a rise of the same share are not the same there. */
function mostOf(written: string, measure: Measure): Read<number> {
  const { scale, better } = metricOf(measure);
  const points = /^(\d+(?:\.\d+)?)\s*points?$/.exec(written.trim())?.[1];
  if (scale === 'points') {
    if (points !== undefined && Number(points) > 0) return { value: Number(points) / 100 };
    const suggestion = 'write e.g. `0.5 points`';
    return {
      message: `${quoted(written)} is no change of \`${printMeasure(measure)}\`, which is counted in points`,
      suggestion,
    };
  }
  const share = parseShare(written);
  if (share === undefined || share <= 0 || (better === 'higher' && share >= 1))
    return { message: `${quoted(written)} is no size of a change`, suggestion: 'write e.g. `20%`' };
  return { value: better === 'higher' ? -Math.log(1 - share) : Math.log(1 + share) };
}

function suppressionOf(entry: Entry, index: number): { value: Suppression | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const at = (key: string, { message, suggestion, offset }: Omit<Problem, 'path' | 'part'>): null => {
    const place = { path: [index, key], part: 'value' } as const;
    problems.push({ ...place, message, suggestion, ...(offset === undefined ? {} : { offset }) });
    return null;
  };
  const parsed = parseMeasure(entry.metric);
  const measure = parsed.ok
    ? parsed.value
    : at('metric', { ...parsed.problem, suggestion: parsed.problem.suggestion ?? undefined });
  const place = placeIn(entry.at.trim());
  const where = 'value' in place ? place.value : at('at', place);
  const size = measure === null ? null : mostOf(entry.up_to, measure);
  const most = size === null ? null : 'value' in size ? size.value : at('up_to', size);
  const day = isDay(entry.expires.trim())
    ? entry.expires.trim()
    : at('expires', {
        message: `${quoted(entry.expires)} is not a day`,
        suggestion: 'write e.g. 2027-03-31',
      });
  if (measure === null || where === null || most === null || day === null) return { value: null, problems };
  const { scenario = null, variant = null, reason } = entry;
  const own = { metric: printMeasure(measure), scenario, variant, at: where, atText: entry.at.trim() };
  return { value: { ...own, most, upTo: entry.up_to.trim(), reason, expires: day }, problems };
}

/** Throws INVALID_FILE with every problem (exit code 2). */
export async function loadSuppressions(path: string, cwd: string = process.cwd()): Promise<Suppression[]> {
  const { document, diagnostics } = await readSource(resolve(cwd, path), cwd);
  if (document === undefined) throw invalidFile(diagnostics);
  const { value, problems } = parseValue<Entry[]>(suppressionsInput, document.value);
  if (value === undefined) throw invalidFile(placeProblems(document, problems));
  const read = value.map(suppressionOf);
  const wrong = read.flatMap((one) => one.problems);
  if (wrong.length > 0) throw invalidFile(placeProblems(document, wrong));
  return read.flatMap((one) => one.value ?? []);
}
