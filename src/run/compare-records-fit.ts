// Which stored runs are no measurement of their variant, and whether leaving them out would flatter a side.

import { unreliableRuns } from '../compare/judgement.ts';
import type { RunRecord } from '../record/schema.ts';
import type { StoredRun } from './compare-records-members.ts';
import { isEnvironmental } from './environmental.ts';

export interface Unfit {
  /**
   * `copy`: a run judged again; `interrupted`: by a person or a signal; `machine`: the generator or the machine was at
   * fault; `target`: it was invalid, or stopped, for what may be the target's own doing.
   */
  readonly kind: 'copy' | 'interrupted' | 'machine' | 'target';
  /** `is …`, `was …` */
  readonly why: string;
}

/** null: it was measured whole, and may have failed. */
export function unfitness(run: RunRecord): Unfit | null {
  const { judgedFrom, verdict, grounds } = run;
  if (judgedFrom !== undefined) return { kind: 'copy', why: `is the run ${judgedFrom}, judged again` };
  if (verdict.status === 'interrupted' || (grounds?.interrupted ?? null) !== null)
    return { kind: 'interrupted', why: 'was interrupted' };
  const [reason] = unreliableReasons(run);
  if (reason === undefined) return null;
  return isEnvironmental(run)
    ? { kind: 'machine', why: `is invalid: ${reason}` }
    : { kind: 'target', why: `measured nothing reliable: ${reason}` };
}

/** Where an undo failed too, the verdict tells of that alone. */
function unreliableReasons(run: RunRecord): string[] {
  const data = { run, slices: [] };
  const told = unreliableRuns([{ pair: 1, before: data, after: data }]);
  return [...told.map((reason) => reason.replace(`${run.id}: `, '')), ...(run.grounds?.invalid ?? [])];
}

export interface Sorted {
  readonly fit: readonly StoredRun[];
  readonly unfit: readonly { readonly stored: StoredRun; readonly unfit: Unfit }[];
}

/**
 * What is left out before pairs are made: copies, and what another run of the same kind would have replaced. A run that is
 * unfit for the target's own reasons stays: without it the side would look better than it is.
 */
export function sortOut(runs: readonly StoredRun[]): Sorted {
  const looked = runs.map((stored) => ({ stored, unfit: unfitness(stored.run) }));
  return {
    fit: looked.flatMap(({ stored, unfit }) => (unfit === null || unfit.kind === 'target' ? [stored] : [])),
    unfit: looked.flatMap(({ stored, unfit }) =>
      unfit === null || unfit.kind === 'target' ? [] : [{ stored, unfit }],
    ),
  };
}

/** A slow target can be what overloads a generator, or what somebody loses patience with: only its good runs would be left. */
const mostLost = 0.25;

export interface Lost {
  /** Found, but not to be read as runs: nobody knows what they were. */
  readonly unread: number;
  /** Without their measurements. */
  readonly gone: number;
}

/** Why what was left out may flatter this side; null: it is too little for that. */
export function lostTooMany(
  role: 'before' | 'after',
  { fit, unfit }: Sorted,
  { unread, gone }: Lost,
): string | null {
  const of = (wanted: Unfit['kind']): number => unfit.filter(({ unfit: { kind } }) => kind === wanted).length;
  const ways: readonly (readonly [number, string])[] = [
    [of('machine'), 'invalid through the generator or the machine'],
    [of('interrupted'), 'interrupted'],
    [unread + gone, 'damaged'],
  ];
  const lost = ways.reduce((sum, [count]) => sum + count, 0);
  const whole = fit.length + lost - gone;
  if (lost <= mostLost * whole) return null;
  const how = ways.filter(([count]) => count > 0).map(([count, way]) => `${count} ${way}`);
  return `runs that do not count: ${lost} of ${whole} of \`${role}\` (${how.join(', ')}), and nobody knows what the rest leaves out`;
}
