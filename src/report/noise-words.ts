// A noise floor in words: one row per metric, and what its figures mean.

import type { MetricNoise, Noise } from '../record/noise-schema.ts';
import { binomialTail } from '../slo/significance.ts';
import { significant } from '../kernel/units.ts';
import { type EffectOf, formatEffect, hasPoints, plural } from './words.ts';

interface NoiseRow {
  readonly metric: string;
  readonly spread: string;
  readonly outcome: MetricNoise['outcome'];
  readonly falseAlarms: string;
  /** In the order of `pairs` of `noiseTable`. */
  readonly detectable: readonly string[];
}

export interface NoiseTable {
  /** Numbers of pairs that there is a smallest change for, rising. */
  readonly pairs: readonly number[];
  readonly rows: readonly NoiseRow[];
}

const percent = (share: number): string => `${significant(100 * share)} %`;

/** `4.2 %` of a value, `0.4 points` of a rate, `2` of a number of things. */
function shareText(share: number, of: EffectOf): string {
  if (hasPoints(of)) return `${significant(100 * share)} points`;
  return of.scale === 'log' ? percent(share) : significant(share);
}

const spreadText = ({ deviation, scale, unit }: MetricNoise): string =>
  deviation === null
    ? 'unknown'
    : `± ${shareText(scale === 'log' ? Math.expm1(deviation) : deviation, { scale, unit })}`;

const alarmsText = ({ comparisons, falseAlarms }: MetricNoise): string =>
  comparisons === 0 ? '–' : `${percent(falseAlarms / comparisons)} (${falseAlarms} of ${comparisons})`;

export function noiseTable({ metrics }: Pick<Noise, 'metrics'>): NoiseTable {
  const pairs = [...new Set(metrics.flatMap(({ detectable }) => detectable.map((entry) => entry.pairs)))];
  pairs.sort((a, b) => a - b);
  const rows = metrics.map((metric) => ({
    metric: metric.metric,
    spread: spreadText(metric),
    outcome: metric.outcome,
    falseAlarms: alarmsText(metric),
    detectable: pairs.map((count) => {
      const change = metric.detectable.find((entry) => entry.pairs === count)?.change ?? null;
      return change === null ? 'unknown' : shareText(change, metric);
    }),
  }));
  return { pairs, rows };
}

const isFalseAlarm = ({ outcome }: Pick<MetricNoise, 'outcome'>): boolean =>
  outcome === 'improved' || outcome === 'regressed';

/** Of the rule: what comparisons with nothing to find may call. */
const statedRate = 0.05;

/** The highest rate that is not refuted at 95 % by k of n (Clopper and Pearson 1934). */
export function highestRate(k: number, n: number): number {
  let low = k / n;
  let high = 1;
  for (let step = 0; step < 60 && k < n; step += 1) {
    const middle = (low + high) / 2;
    if (1 - binomialTail(k + 1, n, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

function repeatedText({ metric, repeated }: MetricNoise): string[] {
  if (repeated === undefined || repeated.comparisons < 2) return [];
  const { comparisons, falseAlarms } = repeated;
  const most = `at most ${percent(highestRate(falseAlarms, comparisons))} at 95 % confidence`;
  const many = binomialTail(falseAlarms, comparisons, statedRate) < 0.01;
  const verdict = many
    ? `more than the ${percent(statedRate)} of the rule: runs of one variant differ by more than chance here`
    : most;
  return [
    `${metric}: compared with itself ${comparisons} times here so far, called a change ${plural(falseAlarms, 'time')}: ${verdict}`,
  ];
}

function orderText({ metric, order, scale, unit }: MetricNoise): string[] {
  if (order === null || order === undefined || (order.low <= 0 && order.high >= 0)) return [];
  const shift = formatEffect(order.estimate, { scale, unit });
  return [
    `${metric}: the second run of a pair differs from the first by ${shift}; the drawn order keeps that from looking like a change, a longer --cool-down may remove it`,
  ];
}

/** What is loud: the rule called a change although there is none. */
export const alarmLines = ({ metrics, pairs }: Pick<Noise, 'metrics' | 'pairs'>): string[] =>
  metrics
    .filter(isFalseAlarm)
    .map(
      ({ metric, outcome, estimate, scale, unit }) =>
        `FALSE ALARM: ${metric} was called ${outcome}${estimate === null ? '' : ` (${formatEffect(estimate, { scale, unit })})`} over ${plural(pairs, 'pair')}, with the same variant on both sides`,
    );

export const noiseNotes = ({ metrics }: Pick<Noise, 'metrics'>): string[] => [
  ...metrics.flatMap(repeatedText),
  ...metrics.flatMap(orderText),
  'spread: standard deviation of the change from one run to the next of the same variant',
  `false alarms: of the comparisons that these same runs make with the members of pairs swapped, how many the rule calls improved or regressed, each metric by itself; swapping takes for granted that neither member is special, and brings no new data. The rule allows ${percent(statedRate)}`,
  'smallest change: what so many pairs find in 80 % of cases with this spread, the tolerance included; 16 pairs are judged as the second of two looks',
];
