// Of which phases the usual metrics are compared: faults that act together once, recoveries only where there were any.

import type { RunRecord } from '../record/schema.ts';
import { absentRecovery } from '../slo/absent-recovery.ts';
import type { ComparedPair } from './pair-values.ts';

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
    for (const { id, plannedAtMicros, plannedForMicros, effectAtMicros } of run.faults) {
      const plan = plans.get(id) ?? [];
      plans.set(id, plan);
      const acted = effectAtMicros !== null;
      plan.push(`${index} ${plannedAtMicros} ${plannedForMicros} ${acted}`);
    }
  return new Map([...plans].map(([id, plan]): [string, string] => [id, plan.join(', ')]));
}

/** In which runs there is such a phase. */
const runsWith = (phase: string, pairs: readonly ComparedPair[]): string =>
  pairs
    .flatMap(({ before, after }) => [before, after])
    .map(({ run }) => (run.phases.some(({ name }) => name === phase) ? '1' : '0'))
    .join('');

/** Faults that always act together, in the same runs, have the same moments: compared once, under the name of the first. */
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
    const key = `${kind} ${runsWith(phase, pairs)} ${plan}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, phase);
    else twins.set(phase, first);
  }
  return twins;
}

/**
 * A run in which the fault acted and nothing had to recover has no such phase: there is nothing to compare, and nothing is
 * wrong. Where the fault never acted, or was on until the end, something is, and the rows stay.
 */
function unneeded(phase: string | null, pairs: readonly ComparedPair[]): string | null {
  const id = phase?.startsWith('recovery:') === true ? phase.slice('recovery:'.length) : null;
  if (phase === null || id === null) return null;
  const lacking = (role: 'before' | 'after'): readonly RunRecord[] =>
    pairs.map((pair) => pair[role].run).filter(({ phases }) => phases.every(({ name }) => name !== phase));
  const hadNoNeed = (run: RunRecord): boolean =>
    run.faults.some((fault) => fault.id === id && fault.effectAtMicros !== null) &&
    absentRecovery(run, [phase]).nothingToJudge === true;
  const roles = ['before', 'after'] as const;
  if (!roles.flatMap(lacking).every(hadNoNeed)) return null;
  const words = roles.flatMap((role) => {
    const count = lacking(role).length;
    return count === 0 ? [] : [`${count} of ${pairs.length} runs ${role}`];
  });
  return words.length === 0 ? null : `${phase} (${words.join(', ')})`;
}

export interface ComparedPhases {
  /** null: the whole run. */
  readonly phases: readonly (string | null)[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** In the order in which they first begin. */
export function comparedPhases(pairs: readonly ComparedPair[]): ComparedPhases {
  const every = phasesOf(pairs);
  const twins = togetherWith(every, pairs);
  const apart = every.filter((phase) => phase === null || !twins.has(phase));
  const phases: (string | null)[] = [];
  const none: string[] = [];
  for (const phase of apart) {
    const words = unneeded(phase, pairs);
    if (words === null) phases.push(phase);
    else none.push(words);
  }
  const notes: string[] = [];
  if (none.length > 0)
    notes.push(`not compared, because some runs had nothing to recover from: ${none.join(', ')}`);
  const named = [...twins].map(([twin, first]) => `${twin} with ${first}`);
  if (named.length > 0)
    notes.push(`compared once, because they are planned for the same moments: ${named.join(', ')}`);
  return { phases, notes };
}
