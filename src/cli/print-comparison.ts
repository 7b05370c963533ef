// A comparison's result on the terminal: claims, metrics, the verdict, where the report is.

import type { Comparison } from '../compare/schema.ts';
import { formatEstimate, formatValue } from '../report/words.ts';
import { type Output, tone } from './output.ts';

export function printComparison(output: Output, comparison: Comparison, reportPath: string): void {
  output.document({ ...comparison, report: reportPath });
  output.result('');
  for (const metric of comparison.metrics) {
    const change = formatEstimate(metric.estimate, metric.interval, metric.scale);
    const figures = `${formatValue(metric.beforeMedian, metric.unit)} -> ${formatValue(metric.afterMedian, metric.unit)}`;
    output.result(
      `  ${tone(metric.outcome)}  ${metric.metric}${metric.primary ? ' (primary)' : ''}: ${figures}, ${change}`,
    );
  }
  if (comparison.claims.length > 0) output.result('');
  for (const claim of comparison.claims) {
    const figures = `${formatValue(claim.beforeMedian, claim.unit)} -> ${formatValue(claim.afterMedian, claim.unit)}`;
    output.result(`  ${tone(claim.verdict)}  ${claim.says}: ${figures}`);
  }
  output.result('');
  output.result(`verdict: ${tone(comparison.verdict.status)}`);
  for (const reason of comparison.verdict.reasons) output.result(`  ${reason}`);
  output.result(`report:  ${reportPath}`);
}
