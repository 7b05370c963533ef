// The metrics that inform, looked at together: many of them show something by chance, so each has to show more.

import type { ComparedMetric } from './comparison.ts';
import type { Levels } from './design.ts';
import { benjaminiHochberg } from './multiplicity.ts';
import type { MetricComparison } from './schema.ts';

export interface Adjusted {
  readonly metrics: MetricComparison[];
  /** What so many pairs can show of so many metrics. */
  readonly notes: string[];
}

const shown = (p: number): string => (p < 0.001 ? p.toExponential(1) : p.toFixed(3));

function adjustedRecord(record: MetricComparison, p: number, count: number, level: number): MetricComparison {
  const called = record.outcome === 'improved' || record.outcome === 'regressed';
  if (!called || p < level) return { ...record, adjustedP: p };
  const reason =
    `${record.reason}; on its own it would be ${record.outcome}, but among ${count} metrics that inform ` +
    `p is ${shown(p)}, not below ${shown(level)}`;
  return { ...record, adjustedP: p, alone: record.outcome, outcome: 'inconclusive', reason };
}

/** With few pairs even the clearest change of one metric among many cannot be told from chance. */
function reachNote(pairs: number, count: number, level: number): string[] {
  const least = 2 ** (1 - pairs);
  const together = Math.floor((least * count) / level + 1e-9) + 1;
  if (count === 0 || together < 2) return [];
  const many =
    together > count
      ? 'none of them can be called improved or regressed'
      : `at least ${together} of them must show it together before any is called improved or regressed`;
  return [
    `the smallest p of ${pairs} pairs is ${shown(least)}: of ${count} metrics that inform ${many} (Benjamini–Hochberg)`,
  ];
}

/**
 * Benjamini–Hochberg over all that nobody said anything about beforehand: the primary one and those with a claim (`claimed`,
 * canonical names) stand each on its own.
 */
export function adjusted(
  compared: readonly ComparedMetric[],
  pairs: number,
  levels: Levels,
  claimed: ReadonlySet<string>,
): Adjusted {
  const level = Number((1 - levels.confidence).toFixed(12));
  const tested = compared.filter(
    ({ record, p }) => !record.primary && !claimed.has(record.metric) && p !== null,
  );
  const ps = benjaminiHochberg(tested.map(({ p }) => p ?? 1));
  const byRecord = new Map(tested.map(({ record }, index) => [record, ps[index] ?? 1]));
  const metrics = compared.map(({ record }) => {
    const p = byRecord.get(record);
    return p === undefined ? record : adjustedRecord(record, p, tested.length, level);
  });
  return { metrics, notes: reachNote(pairs, tested.length, level) };
}
