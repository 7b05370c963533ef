// A trend on the terminal: each series with its levels and changes, the forecasts, the verdict, where the report is.

import { changeText } from '../compare/trend-outcome.ts';
import { titleOf } from '../compare/trend-groups.ts';
import type { Trend, TrendMetric } from '../compare/trend-schema.ts';
import { formatValue, plural } from '../report/words.ts';
import { type Output, tone } from './output.ts';

export function printTrend(output: Output, trend: Trend, reportPath: string): void {
  output.document({ ...trend, report: reportPath });
  for (const series of trend.series) {
    output.result('');
    output.result(titleOf(series));
    for (const { what, runs } of series.others) output.result(`  left out: ${plural(runs, 'run')}: ${what}`);
    series.metrics.forEach((metric) => {
      printMetric(output, metric);
    });
  }
  output.result('');
  output.result(`verdict: ${tone(trend.verdict.status)}`);
  for (const reason of trend.verdict.reasons) output.result(`  ${reason}`);
  output.result(`report:  ${reportPath}`);
}

function leftOutText({ unfit, withoutValue, older }: TrendMetric['leftOut']): string {
  const parts = [
    unfit === 0 ? [] : [`${unfit} not measured whole`],
    withoutValue === 0 ? [] : [`${withoutValue} without a value`],
    older === 0 ? [] : [`${older} older`],
  ].flat();
  return parts.length === 0 ? '' : ` (left out: ${parts.join(', ')})`;
}

function printMetric(output: Output, metric: TrendMetric): void {
  const { unit, levels, changes, runs, leftOut } = metric;
  const medians = levels.map((level) => formatValue(level.median, unit, level.atLeast)).join(' -> ');
  const gates = metric.gates ? '' : ' (informs)';
  output.result(
    `  ${tone(metric.outcome)}  ${metric.metric}${gates}: ${medians === '' ? 'no values' : medians}, ${plural(runs.length, 'run')}${leftOutText(leftOut)}`,
  );
  changes.forEach((change, index) => {
    const accepted =
      change.suppressed === null
        ? ''
        : `; accepted until ${change.suppressed.expires}: ${change.suppressed.reason}`;
    const past = change.outcome === 'regressed' && !change.stands ? ', no longer' : '';
    output.result(`    ${tone(change.outcome)}${past} ${changeText(metric, change, index)}${accepted}`);
  });
  for (const { limit, outcome, reason } of metric.forecasts)
    output.result(`    ${limit}: ${outcome}: ${reason}`);
}
