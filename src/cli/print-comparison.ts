// A comparison's result on the terminal: metrics, claims, the verdict, where the report is.

import type { Comparison, MetricComparison } from '../compare/schema.ts';
import {
  afterText,
  beforeText,
  byPhase,
  calledText,
  changeText,
  claimsNote,
  detectableText,
  forcedLead,
  noiseSource,
  noiseText,
} from '../report/change-words.ts';
import { claimRow } from '../report/claim-rows.ts';
import { withoutControls } from '../report/escape.ts';
import { type Output, tone } from './output.ts';

export function printComparison(output: Output, comparison: Comparison, reportPath: string): void {
  output.document({ ...comparison, report: reportPath });
  for (const line of comparisonLines(comparison)) output.result(line);
  output.result(`report:  ${reportPath}`);
}

/** Everything but where the report is. What comes from records moves no cursor. */
function comparisonLines(comparison: Comparison): string[] {
  const { verdict, forced, notes } = comparison;
  const told = [claimsNote(comparison), noiseSource(comparison), ...notes].filter((note) => note !== null);
  return [
    '',
    ...(forced.length === 0 ? [] : [forcedLead, ...forced.map((difference) => `  ${safe(difference)}`), '']),
    ...metricLines(comparison.metrics),
    ...claimLines(comparison),
    ...told.map((note) => `note: ${safe(note)}`),
    '',
    `verdict: ${tone(verdict.status)}${forced.length === 0 ? '' : ' (forced)'}`,
    ...verdict.reasons.map((reason) => `  ${safe(reason)}`),
  ];
}

const safe = withoutControls;

/** Cells below each other; the first is a status and has its colour. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) => {
    const [status = '', ...cells] = row;
    const padding = ' '.repeat((widths[0] ?? 0) - status.length);
    const rest = cells.map((cell, index) => cell.padEnd(widths[index + 1] ?? 0)).join('  ');
    return `  ${tone(status)}${padding}  ${rest}`.trimEnd();
  });
}

function metricRowOf(metric: MetricComparison): string[] {
  const noise = noiseText(metric);
  const detectable = detectableText(metric);
  return [
    calledText(metric),
    `${safe(metric.metric)}${metric.primary ? ' (primary)' : ''}`,
    `${beforeText(metric)} -> ${afterText(metric)}`,
    changeText(metric),
    [
      detectable === '–' ? [] : [`could have shown ${detectable}`],
      noise === '' ? [] : [`noise floor ${noise}`],
    ]
      .flat()
      .join('; '),
  ];
}

/** All aligned alike, the phases under headings of their own. */
function metricLines(metrics: readonly MetricComparison[]): string[] {
  const groups = byPhase(metrics);
  const lines = aligned(groups.flatMap((group) => group.metrics.map(metricRowOf)));
  let at = 0;
  return groups.flatMap((group) => {
    const own = lines.slice(at, at + group.metrics.length);
    at += group.metrics.length;
    return [...(groups.length > 1 ? [`${safe(group.title)}:`] : []), ...own, ''];
  });
}

function claimLines({ claims }: Comparison): string[] {
  if (claims.length === 0) return [];
  const rows = claims.map(claimRow);
  const lines = aligned(
    rows.map((row) => [
      row.verdict,
      safe(row.says),
      `${row.before} -> ${row.after}`,
      row.documented === '' ? '' : `documented ${safe(row.documented)}`,
      `${row.tested}${row.relative ? ' from what is expected' : ''}`,
    ]),
  );
  return ['claims:', ...lines, ''];
}
