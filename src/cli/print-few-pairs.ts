// What a few pairs of runs differ in, plainly: without an interval, because so few say nothing about chance.

import { fewestPairs } from '../compare/pair-values.ts';
import type { Comparison, MetricComparison } from '../compare/schema.ts';
import { median } from '../compare/signed-rank.ts';
import { afterText, beforeText } from '../report/change-words.ts';
import { withoutControls } from '../report/escape.ts';
import { formatEffect, plural } from '../report/words.ts';
import type { Output } from './output.ts';

export function printFewPairs(output: Output, { pairs, metrics }: Comparison): void {
  if (pairs >= fewestPairs) return;
  output.result(`measured in ${plural(pairs, 'pair')} of runs, which says nothing about chance:`);
  const width = Math.max(0, ...metrics.map(({ metric }) => metric.length));
  for (const metric of metrics) {
    const values = valuesOf(metric);
    output.result(`  ${withoutControls(metric.metric).padEnd(width)}  ${values}`);
  }
}

function valuesOf(metric: MetricComparison): string {
  const effects = metric.pairs.flatMap(({ effect }) => effect ?? []);
  const change = effects.length === 0 ? 'no difference can be told' : formatEffect(median(effects), metric);
  const isBound = metric.pairs.some(({ beforeAtLeast, afterAtLeast }) => beforeAtLeast || afterAtLeast);
  return `${beforeText(metric)} -> ${afterText(metric)}, ${change}${isBound ? ' (of lower bounds)' : ''}`;
}
