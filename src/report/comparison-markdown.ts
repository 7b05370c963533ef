// summary.md of a comparison: the verdict, the claims, the metrics, the promises; for a GitHub step summary.

import type { Comparison, MetricComparison } from '../compare/schema.ts';
import {
  afterText,
  beforeText,
  calledText,
  changeText,
  claimsNote,
  designText,
  detectableText,
  forcedLead,
  levelText,
  noiseSource,
  noiseText,
} from './change-words.ts';
import { claimRow } from './claim-rows.ts';
import { keptText } from './comparison-rows.ts';
import { code, document, marked, plain, section } from './markdown.ts';

export function comparisonMarkdown(comparison: Comparison): string {
  const { variants, verdict } = comparison;
  const level = levelText(comparison);
  const notes = [claimsNote(comparison), noiseSource(comparison), ...comparison.notes].filter(
    (note) => note !== null,
  );
  const [before, after] = [plain(variants.before), plain(variants.after)];
  return document([
    `## ${marked(verdict.status)}: ${plain(comparison.scenario.name)}, ${before} against ${after}`,
    '',
    ...verdict.reasons.map((reason) => `- ${plain(reason)}`),
    ...(verdict.reasons.length === 0 ? [] : ['']),
    ...forcedLines(comparison),
    `${designText(comparison)}, seed ${comparison.seed}. The unit is a whole run, never a request.`,
    '',
    ...section('Claims', {
      columns: ['claim', 'verdict', 'documented', before, after, `tested, ${level} interval`, 'why'],
      rows: comparison.claims
        .map(claimRow)
        .map((row) => [
          plain(row.says),
          marked(row.verdict),
          plain(row.documented === '' ? '–' : row.documented),
          plain(row.before),
          plain(row.after),
          plain(`${row.tested}; ${row.condition}`),
          plain(row.reason),
        ]),
    }),
    ...section('Metrics', {
      columns: ['metric', 'outcome', before, after, `change, ${level} interval`, 'could have shown'],
      rows: comparison.metrics.map((metric) => [
        `${code(metric.metric)}${metric.primary ? ' (primary)' : ''}`,
        marked(calledText(metric)),
        plain(beforeText(metric)),
        plain(afterText(metric)),
        plain(changeText(metric)),
        plain(shownText(metric)),
      ]),
    }),
    ...section('Promises', {
      columns: ['promise', `kept by ${before}`, `kept by ${after}`],
      rows: comparison.promises.map((promise) => [
        code(promise.text),
        keptText(promise.before),
        keptText(promise.after),
      ]),
    }),
    ...notes.map((note) => `- ${plain(note)}`),
    ...(notes.length === 0 ? [] : ['']),
    ...repeatLines(comparison),
    `To repeat it: ${code(comparison.command)}`,
  ]);
}

/** What the comparison says nothing without. */
const forcedLines = ({ forced }: Comparison): string[] =>
  forced.length === 0
    ? []
    : [`> **${plain(forcedLead)}**`, ...forced.map((difference) => `> - ${plain(difference)}`), ''];

const repeatLines = ({ repeats }: Comparison): string[] =>
  repeats.length === 0
    ? []
    : [
        ...repeats.map(
          ({ id, pair, reasons }) =>
            `- made again: ${plain(id)} (pair ${pair}): ${plain(reasons.join('; '))}`,
        ),
        '',
      ];

function shownText(metric: MetricComparison): string {
  const noise = noiseText(metric);
  return noise === '' ? detectableText(metric) : `${detectableText(metric)}; noise floor ${noise}`;
}
