// What stored runs left behind: it counts wherever a run ends up, in a pair, without one, or among those left out.

import type { Comparison } from '../compare/schema.ts';
import { exitCodes } from '../kernel/errors.ts';
import type { Sorted } from './compare-records-fit.ts';
import type { StoredRun } from './compare-records-members.ts';

/** Of both sides every run, before pairs are made of them; a copy is no run of its own. */
export const runsOf = (sides: Readonly<Record<'before' | 'after', Sorted>>): StoredRun[] =>
  [sides.before, sides.after].flatMap(({ fit, unfit }) => [
    ...fit,
    ...unfit.filter(({ unfit: { kind } }) => kind !== 'copy').map(({ stored }) => stored),
  ]);

/** What a verification left behind after its last run, only its own document knows. One sentence each. */
export function leftBehind(
  runs: readonly StoredRun[],
  sources: readonly { readonly comparison: Comparison | null }[],
): string[] {
  const ofRuns = runs.flatMap(({ run }) => undoFailure(run).map((reason) => `${run.id}: ${reason}`));
  const ofVerifications = sources.flatMap(({ comparison }) =>
    comparison === null ? [] : undoFailure(comparison),
  );
  return [...new Set([...ofVerifications, ...ofRuns])];
}

const undoFailure = ({
  verdict: { exitCode, reasons },
}: {
  readonly verdict: Pick<Comparison['verdict'], 'exitCode' | 'reasons'>;
}): string[] => (exitCode === exitCodes.undoFailed ? [reasons[0] ?? 'an undo failed'] : []);
