// summary.md of a comparison: the verdict, the claims, the metrics, the promises; for a GitHub step summary.

import type { Comparison } from '../compare/schema.ts';
import { claimRow } from './claim-rows.ts';
import { code, document, marked, plain, section } from './markdown.ts';
import { formatEstimate, formatValue, plural } from './words.ts';

export function comparisonMarkdown(comparison: Comparison): string {
  const { variants, verdict, notes } = comparison;
  const [before, after] = [plain(variants.before), plain(variants.after)];
  return document([
    `## ${marked(verdict.status)}: ${plain(comparison.scenario.name)}, ${before} against ${after}`,
    '',
    ...verdict.reasons.map((reason) => `- ${plain(reason)}`),
    ...(verdict.reasons.length === 0 ? [] : ['']),
    `${plural(comparison.pairs, 'pair')} of runs, seed ${comparison.seed}. The unit is a whole run, never a request.`,
    '',
    ...section('Claims', {
      columns: ['claim', 'verdict', before, after, 'why'],
      rows: comparison.claims
        .map(claimRow)
        .map((row) => [
          plain(row.says),
          marked(row.verdict),
          plain(row.before),
          plain(row.after),
          plain(row.reason),
        ]),
    }),
    ...section('Metrics', {
      columns: ['metric', 'outcome', before, after, 'change, 95 % interval'],
      rows: comparison.metrics.map((metric) => [
        `${code(metric.metric)}${metric.primary ? ' (primary)' : ''}`,
        marked(metric.outcome),
        plain(formatValue(metric.beforeMedian, metric.unit)),
        plain(formatValue(metric.afterMedian, metric.unit)),
        plain(formatEstimate(metric.estimate, metric.interval, metric.scale)),
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
    `To repeat it: ${code(comparison.command)}`,
  ]);
}

const keptText = ({ passed, failed, other }: Comparison['promises'][number]['after']): string =>
  `${passed} of ${plural(passed + failed + other, 'run')}`;
