// A trend on the terminal: series with levels and changes, forecasts, the verdict. What others wrote is one line, fit for it.

import { changeText } from '../compare/trend-outcome.ts';
import { titleOf } from '../compare/trend-groups.ts';
import type { Trend, TrendMetric } from '../compare/trend-schema.ts';
import { formatValue, plural } from '../report/words.ts';
import { oneLine } from '../run/known-history.ts';
import { type Output, tone } from './output.ts';

export function printTrend(output: Output, trend: Trend, reportPath: string): void {
  output.document({ ...trend, report: reportPath });
  for (const series of trend.series) {
    output.result('');
    output.result(oneLine(titleOf(series)));
    for (const { what, runs } of series.others)
      output.result(`  left out: ${plural(runs, 'run')}: ${oneLine(what)}`);
    series.metrics.forEach((metric) => {
      printMetric(output, metric);
    });
  }
  output.result('');
  output.result(`verdict: ${tone(trend.verdict.status)}`);
  for (const reason of trend.verdict.reasons) output.result(`  ${oneLine(reason)}`);
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
    `  ${tone(metric.outcome)}  ${oneLine(metric.metric)}${gates}: ${medians === '' ? 'no values' : medians}, ${plural(runs.length, 'run')}${leftOutText(leftOut)}`,
  );
  changes.forEach((change, index) => {
    const accepted =
      change.suppressed === null
        ? ''
        : `; accepted until ${change.suppressed.expires}: ${change.suppressed.reason}`;
    const past = change.outcome === 'regressed' && !change.stands ? ', no longer' : '';
    output.result(
      `    ${tone(change.outcome)}${past} ${oneLine(`${changeText(metric, change, index)}${accepted}`)}`,
    );
  });
  for (const { limit, outcome, reason } of metric.forecasts)
    output.result(`    ${oneLine(`${limit}: ${outcome}: ${reason}`)}`);
}
