// What is printed of fewer pairs than say anything: values and differences, and nothing that looks like a judgement.

import { expect, test } from 'vitest';
import type { Output } from '../../../src/cli/output.ts';
import { printFewPairs } from '../../../src/cli/print-few-pairs.ts';
import type { MetricComparison } from '../../../src/compare/schema.ts';
import { sampleComparison } from '../../support/comparison-data.ts';

const sample = sampleComparison().metrics[0]!;
const pair = { pair: 1, before: 100_000, after: 50_000, beforeAtLeast: false, afterAtLeast: false };

const metricOf = (changes: Partial<MetricComparison>): MetricComparison => ({
  ...sample,
  ...{ metric: 'p95(query)', unit: 'µs', scale: 'log', beforeMedian: 100_000, afterMedian: 50_000 },
  ...{ beforeMedianAtLeast: false, afterMedianAtLeast: false },
  pairs: [{ ...pair, effect: Math.log(0.5) }],
  ...changes,
});

function printed(metrics: readonly MetricComparison[], pairs = 1): string[] {
  const lines: string[] = [];
  const output = { result: (line: string) => lines.push(line) } as unknown as Output;
  printFewPairs(output, sampleComparison({ pairs, metrics: [...metrics] }));
  return lines;
}

test('each metric has its values and its difference, below each other', () => {
  expect(printed([metricOf({}), metricOf({ metric: 'p50(answer)', afterMedian: 200_000 })])).toEqual([
    'measured in 1 pair of runs, which says nothing about chance:',
    '  p95(query)   100ms -> 50ms, −50.0%',
    '  p50(answer)  100ms -> 200ms, −50.0%',
  ]);
});

test('a bound is told as one, and what has no value has no difference', () => {
  const bounded = {
    pairs: [{ ...pair, beforeAtLeast: true, effect: Math.log(0.5) }],
    beforeMedianAtLeast: true,
  };
  const missing = { pairs: [{ ...pair, after: null, effect: null }], afterMedian: null };
  const lines = printed([metricOf(bounded), metricOf(missing)]);
  expect(lines[1]).toBe('  p95(query)  ≥ 100ms -> 50ms, −50.0% (of lower bounds)');
  expect(lines[2]).toContain('no difference can be told');
});

test('the words of a record move no cursor', () => {
  expect(printed([metricOf({ metric: 'p95(\u001b[2Jquery)' })]).join()).not.toContain('\u001b');
});

test('nothing is printed of as many pairs as are needed', () => {
  expect(printed([metricOf({})], 6)).toEqual([]);
});
