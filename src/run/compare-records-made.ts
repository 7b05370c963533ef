// What a verification that is judged again has told of itself and its runs cannot tell: it must not pass for more than it was.

import { type ComparisonDesign, fixedDesign } from '../compare/design.ts';
import type { ComparisonInput } from '../compare/compare.ts';
import type { Comparison } from '../compare/schema.ts';
import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { plural } from '../report/words.ts';

/** Looks are paid for, also where their runs are paired anew. That it was interrupted stays. */
export function howJudged(
  made: Comparison | null,
  sources: readonly { readonly comparison: Comparison | null }[],
  pairs: number,
): Required<Pick<ComparisonInput, 'design' | 'interrupted'>> {
  if (made === null) {
    const looked = sources.some(({ comparison }) => comparison?.design.kind === 'looks');
    const design: ComparisonDesign = looked ? { kind: 'looks', looks: [pairs] } : fixedDesign(pairs);
    return { design, interrupted: false };
  }
  const { kind, looks } = made.design;
  return { design: { kind, looks }, interrupted: made.verdict.status === 'interrupted' };
}

interface Members {
  readonly before: { readonly data: { readonly run: RunRecord } };
  readonly after: { readonly data: { readonly run: RunRecord } };
}

/** A verification that is not whole, or could not count, must not pass for one that does. Refused unless forced. */
export function notAsMade(made: Comparison, pairs: readonly Members[]): string[] {
  return [...incomplete(made, pairs), ...toldOfItself(made)];
}

function incomplete(
  { id, design, verdict, pairs: compared }: Comparison,
  pairs: readonly Members[],
): string[] {
  const whole = pairs.filter((pair) =>
    [pair.before, pair.after].every(({ data: { run } }) => run.verdict.status !== 'interrupted'),
  ).length;
  if (whole !== compared) return [`missing runs: ${whole} of ${compared} pairs of ${id} are there`];
  if (design.looks.includes(compared) || verdict.status === 'interrupted') return [];
  return [`missing runs: ${compared} of ${design.looks.at(-1) ?? 0} pairs of ${id} were made`];
}

/** A run that could not count and has no pair, a variant that could not be started. What is judged again is not repeated. */
function toldOfItself({ id, verdict, metrics, claims }: Comparison): string[] {
  const { exitCode, reasons } = verdict;
  if (exitCode !== exitCodes.failed && exitCode !== exitCodes.usage && exitCode !== exitCodes.invalid)
    return [];
  const again = [
    ...metrics.map(({ metric }) => `${metric} (primary): `),
    ...claims.map((claim) => `claim ${claim.id}: `),
    ...['after: ', 'nothing to judge: '],
  ];
  return reasons
    .filter((reason) => !again.some((start) => reason.startsWith(start)))
    .map((reason) => `${id} did not count: ${reason}`);
}

export const repeatsOf = (made: Comparison | null): string[] =>
  made === null || made.repeats.length === 0
    ? []
    : [`${made.id} names ${plural(made.repeats.length, 'attempt')} that did not count`];
