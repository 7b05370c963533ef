// What is compared besides the primary metric: what promises and claims ask, and the usual four of every phase.

import type { Measure } from '../slo/expression.ts';
import { printMeasure } from '../slo/print.ts';
import { metricOf } from '../slo/reading.ts';
import type { Gate } from '../slo/gate.ts';
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

/** In the order in which they first begin, the warm-up apart; with no fault there is only the whole. */
function phasesOf(pairs: readonly ComparedPair[]): (string | null)[] {
  const names = new Set(
    pairs
      .flatMap(({ before, after }) => [...before.run.phases, ...after.run.phases])
      .filter(({ name }) => name !== 'warmup')
      .sort((a, b) => a.startMicros - b.startMicros)
      .map(({ name }) => name),
  );
  return [...names].every((name) => name === 'steady') ? [null] : [...names];
}

/** When each fault was to act, in all runs, by its id. */
function plansOf(pairs: readonly ComparedPair[]): ReadonlyMap<string, string> {
  const plans = new Map<string, string[]>();
  for (const [index, { run }] of pairs.flatMap(({ before, after }) => [before, after]).entries())
    for (const { id, plannedAtMicros, plannedForMicros } of run.faults) {
      const plan = plans.get(id) ?? [];
      plans.set(id, plan);
      plan.push(`${index} ${plannedAtMicros} ${plannedForMicros}`);
    }
  return new Map([...plans].map(([id, plan]): [string, string] => [id, plan.join(', ')]));
}

/** Faults that always act together have the same moments: compared once, under the name of the first. */
function togetherWith(
  phases: readonly (string | null)[],
  pairs: readonly ComparedPair[],
): ReadonlyMap<string, string> {
  const plans = plansOf(pairs);
  const firsts = new Map<string, string>();
  const twins = new Map<string, string>();
  for (const phase of phases) {
    const [, kind, id] = /^(fault|recovery):(.+)$/.exec(phase ?? '') ?? [];
    const plan = id === undefined ? undefined : plans.get(id);
    if (phase === null || kind === undefined || plan === undefined) continue;
    const first = firsts.get(`${kind} ${plan}`);
    if (first === undefined) firsts.set(`${kind} ${plan}`, phase);
    else twins.set(phase, first);
  }
  return twins;
}

/** A run with nothing to recover from has no such phase: then there is nothing to compare, and nothing is wrong. */
function unneeded(phase: string | null, pairs: readonly ComparedPair[]): string | null {
  if (phase?.startsWith('recovery:') !== true) return null;
  const lacks = (role: 'before' | 'after'): boolean =>
    pairs.some((pair) => pair[role].run.phases.every(({ name }) => name !== phase));
  const sides = (['before', 'after'] as const).filter(lacks);
  return sides.length === 0 ? null : `${phase} (${sides.join(' and ')})`;
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
 * has stays, and is invalid.
 */
export function informingMeasures(
  primary: Measure | null,
  pairs: readonly ComparedPair[],
  gates: readonly Gate[],
): Informing {
  const isOfSteps = primary !== null && metricOf(primary).subject === 'series';
  const subject = isOfSteps ? primary.subject : null;
  const every = phasesOf(pairs);
  const twins = togetherWith(every, pairs);
  const apart = every.filter((phase) => phase === null || !twins.has(phase));
  const none = apart.map((phase) => unneeded(phase, pairs)).filter((words) => words !== null);
  const phases = apart.filter((phase) => unneeded(phase, pairs) === null);
  const kept = phases.slice(0, mostPhases);
  const notes: string[] = [];
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
  if (none.length > 0) notes.push(`not compared, because some run has no such phase: ${none.join(', ')}`);
  if (twins.size > 0)
    notes.push(
      `compared once, because they are planned for the same moments: ${[...twins].map(([twin, first]) => `${twin} with ${first}`).join(', ')}`,
    );
  if (phases.length > kept.length)
    notes.push(`not compared on their own: ${phases.slice(mostPhases).join(', ')}`);
  return { measures, notes };
}
