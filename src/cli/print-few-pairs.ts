// What a few pairs of runs differ in, plainly: without an interval, because so few say nothing about chance.

import { fewestPairs } from '../compare/pair-values.ts';
import type { Comparison, MetricComparison } from '../compare/schema.ts';
import { median } from '../compare/signed-rank.ts';
import { effectText } from '../compare/words.ts';
import { formatValue } from '../report/words.ts';
import type { Output } from './output.ts';

export function printFewPairs(output: Output, { pairs, metrics }: Comparison): void {
  if (pairs >= fewestPairs) return;
  const said = pairs === 1 ? '1 pair says' : `${pairs} pairs say`;
  output.result(`${said} nothing about chance: at least ${fewestPairs} are needed. What was measured:`);
  const width = Math.max(0, ...metrics.map(({ metric }) => metric.length));
  for (const metric of metrics) {
    const values = valuesOf(metric);
    output.result(`  ${metric.metric.padEnd(width)}  ${values}`);
  }
}

function valuesOf(metric: MetricComparison): string {
  const { unit, scale, beforeMedian, afterMedian, pairs } = metric;
  const effects = pairs.flatMap(({ effect }) => effect ?? []);
  const change = effects.length === 0 ? 'no difference can be told' : effectText(median(effects), scale);
  const before = formatValue(
    beforeMedian,
    unit,
    pairs.some(({ beforeAtLeast }) => beforeAtLeast),
  );
  const after = formatValue(
    afterMedian,
    unit,
    pairs.some(({ afterAtLeast }) => afterAtLeast),
  );
  const isBound = pairs.some(({ beforeAtLeast, afterAtLeast }) => beforeAtLeast || afterAtLeast);
  return `${before} -> ${after}, ${change}${isBound ? ' (of lower bounds)' : ''}`;
}
