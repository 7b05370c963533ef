// What a comparison measured, in words: medians and changes with their bounds, levels, the machine's noise floor.

import type { ClaimResult, Comparison, MetricComparison } from '../compare/schema.ts';
import { significant } from '../kernel/units.ts';
import { type EffectOf, formatEstimate, formatMoment, formatValue, hasPoints, plural } from './words.ts';

type Measured = MetricComparison | ClaimResult;

/** The outcome in words; what is denied only because many are looked at together is told. */
export const calledText = ({ outcome, alone }: Pick<MetricComparison, 'outcome' | 'alone'>): string =>
  alone === null ? outcome : `${alone} alone`;

/** `−88.1% (−90.2% … −85.0%)`; `≤ …` when the estimate rests on bounds. */
export const changeText = (measured: Measured): string =>
  formatEstimate(measured.estimate, measured.interval, measured, measured.estimateRange);

export const beforeText = ({ beforeMedian, beforeMedianAtLeast, unit }: Measured): string =>
  formatValue(beforeMedian, unit, beforeMedianAtLeast);

export const afterText = ({ afterMedian, afterMedianAtLeast, unit }: Measured): string =>
  formatValue(afterMedian, unit, afterMedianAtLeast);

/** `95 %`, `97.06 %` */
export const levelText = ({ design }: Pick<Comparison, 'design'>): string =>
  `${Number((100 * design.confidence).toFixed(2))} %`;

/** `10 pairs of runs`, `8 pairs of runs, looked at after 8 and 16` */
export function designText({ design, pairs }: Comparison): string {
  const made = `${plural(pairs, 'pair')} of runs`;
  return design.kind === 'fixed' ? made : `${made}, looked at after ${design.looks.join(' and ')}`;
}

/**
 * δ as people say it, with the sign of a change for the worse: `+11.0%`, `−0.50 pts`, `+2`. Of a ratio a fall and a rise
 * of one size are not the same, so the sign belongs to it.
 */
function worseText(share: number, of: EffectOf & Pick<MetricComparison, 'better'>): string {
  const size = hasPoints(of)
    ? `${(share * 100).toFixed(2)} pts`
    : of.scale === 'log'
      ? `${(share * 100).toFixed(1)}%`
      : significant(share);
  return `${of.better === 'higher' ? '−' : '+'}${size}`;
}

/** The smallest change for the worse that these pairs could have shown; `–` when nobody can say. */
export const detectableText = (metric: MetricComparison): string =>
  metric.smallestDetectable === null ? '–' : worseText(metric.smallestDetectable, metric);

/** `+9.0% with 6 pairs; 0 of 3 false alarms`: what the variant against itself showed; empty when nobody measured it. */
export function noiseText(metric: MetricComparison): string {
  const { noise } = metric;
  if (noise === null) return '';
  const { detectable, repeated } = noise;
  const parts = [
    detectable?.change == null
      ? []
      : [`${worseText(detectable.change, metric)} with ${plural(detectable.pairs, 'pair')}`],
    repeated === null || repeated.comparisons === 0
      ? []
      : [`${repeated.falseAlarms} of ${repeated.comparisons} against itself called a change`],
    noise.comparisons === 0 ? [] : [`${noise.falseAlarms} of ${noise.comparisons} with members swapped`],
  ].flat();
  return parts.join('; ');
}

/** Where the noise floor comes from, one sentence; null: there is none. */
export const noiseSource = ({ noise }: Comparison): string | null =>
  noise === null
    ? null
    : `Noise floor: ${noise.variant} against itself over ${plural(noise.pairs, 'pair')}, ${formatMoment(noise.measuredAt)} (${noise.id}).`;

/** How many claims there were, and what that means for each; null: none or one. */
export const claimsNote = (comparison: Comparison): string | null =>
  comparison.claims.length < 2
    ? null
    : `${comparison.claims.length} claims, each judged on its own at ${levelText(comparison)}: none of them is made stricter for the others.`;

export const forcedLead = 'Forced: these runs are not comparable. What differs may be all of the change:';

/** Metrics in their groups: of whole runs, then of each phase; none is empty. */
export function byPhase(
  metrics: readonly MetricComparison[],
): { title: string; metrics: MetricComparison[] }[] {
  const titles = [...new Set(metrics.map(({ during }) => during.join(', ')))].sort(
    (a, b) => Number(a !== '') - Number(b !== ''),
  );
  return titles.map((phase) => ({
    title: phase === '' ? 'the whole run' : phase,
    metrics: metrics.filter(({ during }) => during.join(', ') === phase),
  }));
}
