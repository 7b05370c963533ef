// From two sides of stored runs to the pairs that are compared, and to words about everything that is not.

import { groupRuns } from '../compare/grouping.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import { orderNote, orderProblem, type TimedPair } from '../compare/run-order.ts';
import { type Alone, together } from './compare-records-alone.ts';
import { type Sorted, unfitness } from './compare-records-fit.ts';
import type { StoredRun } from './compare-records-members.ts';
import type { Sides } from './compare-records-pick.ts';

export interface StoredPair {
  /** From 1. */
  readonly pair: number;
  readonly before: StoredRun;
  readonly after: StoredRun;
}

export interface StoredPairs {
  readonly pairs: readonly StoredPair[];
  /** Refused unless forced. */
  readonly differences: readonly string[];
  readonly notes: readonly string[];
  /** What is in no pair, and is left out. */
  readonly alone: Alone;
}

/** The pairs that a verification made, as it made them; what has lost its partner is told. */
export function pairsAsMade({ before, after }: Sides): StoredPairs {
  const pairs = before.fit
    .flatMap((stored) => {
      const pair = stored.member?.pair;
      const partner = after.fit.find(({ member }) => member?.pair === pair);
      return pair === undefined || partner === undefined ? [] : [{ pair, before: stored, after: partner }];
    })
    .sort((one, other) => one.pair - other.pair);
  const paired = new Set(pairs.flatMap((pair) => [pair.before, pair.after]));
  const leftOf = ({ fit }: Sorted): StoredRun[] => fit.filter((stored) => !paired.has(stored));
  const alone = { before: leftOf(before), after: leftOf(after) };
  const notes = nameEach('without a partner', [...alone.before, ...alone.after]);
  return { pairs, differences: [], notes, alone };
}

/** By equal seed, in order of time. */
export function pairsByGroup({ before, after }: Sides): StoredPairs {
  const grouped = groupRuns(before.fit.map(groupable), after.fit.map(groupable));
  const pairs = grouped.pairs.map((pair, index) => ({
    pair: index + 1,
    before: pair.before.stored,
    after: pair.after.stored,
  }));
  const storedOf = (left: readonly { readonly stored: StoredRun }[]): StoredRun[] =>
    left.map(({ stored }) => stored);
  const alone = { before: storedOf(grouped.left.before), after: storedOf(grouped.left.after) };
  return {
    pairs,
    differences: [],
    notes: (['before', 'after'] as const).flatMap((role) => [
      ...nameEach(`${role}: without a partner of the same seed`, alone[role]),
      ...nameUnfit(role, { before, after }[role]),
    ]),
    alone,
  };
}

/** Whether drift can pass for an effect in the pairs that are left to compare. */
export function orderOf(pairs: readonly TimedPair[]): {
  readonly differences: string[];
  readonly notes: string[];
} {
  // Of fewer pairs nothing is said anyway.
  if (pairs.length < fewestPairs) return { differences: [], notes: [] };
  const problem = orderProblem(pairs);
  const note = problem === null ? orderNote(pairs) : null;
  return { differences: problem === null ? [] : [problem], notes: note === null ? [] : [note] };
}

const groupable = (stored: StoredRun) => {
  const { id, seed, startedAt } = stored.run;
  return { id, seed, startedAt, stored };
};

/** Runs that may be unfit for the target's own reasons are left out by force alone; what their partners say is told. */
export function withoutUnfit(found: StoredPairs): StoredPairs {
  const { pairs, differences } = found;
  const unfit = pairs.flatMap(({ pair, before, after }) =>
    [before, after].flatMap(({ run }) => {
      const why = unfitness(run)?.why;
      return why === undefined ? [] : [{ pair, text: `${run.id} ${why}` }];
    }),
  );
  if (unfit.length === 0) return found;
  const out = new Set(unfit.map(({ pair }) => pair));
  const texts = unfit.map(({ pair, text }) => `pair ${pair}, left out: ${text}`);
  const fitOf = (role: 'before' | 'after'): StoredRun[] =>
    pairs
      .filter(({ pair }) => out.has(pair))
      .map((pair) => pair[role])
      .filter(({ run }) => unfitness(run) === null);
  return {
    ...found,
    alone: together(found.alone, { before: fitOf('before'), after: fitOf('after') }),
    pairs: pairs.filter(({ pair }) => !out.has(pair)),
    differences: [...differences, ...texts],
  };
}

/** So many are named; of the rest only how many there are. */
const mostNamed = 5;

const nameEach = (what: string, runs: readonly StoredRun[]): string[] =>
  runs.length === 0 ? [] : [`${what}, left out: ${named(runs.map(({ run }) => run.id))}`];

function nameUnfit(role: string, { unfit }: Sorted): string[] {
  const texts = unfit.map(({ stored, unfit: { why } }) => `${stored.run.id} ${why}`);
  return texts.length === 0 ? [] : [`${role}: left out: ${named(texts)}`];
}

const named = (texts: readonly string[]): string => few(texts).join('; ');

export const few = (texts: readonly string[]): string[] => [
  ...texts.slice(0, mostNamed),
  ...(texts.length > mostNamed ? [`and ${texts.length - mostNamed} more`] : []),
];
