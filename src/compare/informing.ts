// What is compared besides the primary metric: what promises and claims ask, and the usual four of every phase.

import type { Measure } from '../slo/expression.ts';
import { printMeasure } from '../slo/print.ts';
import { metricOf } from '../slo/reading.ts';
import type { Gate } from '../slo/gate.ts';
import { comparedPhases } from './informing-phases.ts';
import { type ComparedPair, measurePairs } from './pair-values.ts';

/** A table that nobody reads to its end informs nobody: the steady phase, and three faults with their recoveries. */
const mostPhases = 7;

/** Of each phase: the middle, the tail, the failures and the work that was done. */
const usual = ['p50', 'p95', 'error_rate', 'throughput'] as const;

export interface Informing {
  readonly measures: readonly Measure[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** Why a side lacks it somewhere, one sentence; null: it has it in every run. */
function lackOf(
  role: 'before' | 'after',
  pairs: readonly { readonly pair: number; readonly before: Missing; readonly after: Missing }[],
): string | null {
  const lacking = pairs.find((pair) => pair[role].missing !== null);
  return lacking === undefined ? null : `pair ${lacking.pair}, ${role}: ${lacking[role].missing ?? ''}`;
}

interface Missing {
  readonly missing: string | null;
}

/**
 * p50, p95, error_rate and throughput of the steps that the primary metric is about (all of them, when it is about none), in
 * each phase. One that neither side has in all of its runs can be judged in no way and is left out; one that only one side
 * has stays, and is invalid. A recovery that some runs had no need of is left out, and named.
 */
export function informingMeasures(
  primary: Measure | null,
  pairs: readonly ComparedPair[],
  gates: readonly Gate[],
): Informing {
  const isOfSteps = primary !== null && metricOf(primary).subject === 'series';
  const subject = isOfSteps ? primary.subject : null;
  const { phases, notes: told } = comparedPhases(pairs);
  const kept = phases.slice(0, mostPhases);
  const notes: string[] = [...told];
  const all = kept.flatMap((phase) =>
    usual.map((metric): Measure => ({
      metric,
      subject,
      argument: null,
      during: phase === null ? [] : [phase],
    })),
  );
  const left: string[] = [];
  const measures = all.filter((measure) => {
    const values = measurePairs(measure, pairs, gates);
    const [before, after] = [lackOf('before', values), lackOf('after', values)];
    if (before === null || after === null) return true;
    left.push(`${printMeasure(measure)} (${before})`);
    return false;
  });
  if (left.length > 0)
    notes.push(`not compared, because neither variant has it in all its runs: ${left.join('; ')}`);
  if (phases.length > kept.length)
    notes.push(`not compared on their own: ${phases.slice(mostPhases).join(', ')}`);
  return { measures, notes };
}
