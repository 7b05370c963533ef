// From two sides of stored runs to the pairs that are compared, and to words about everything that is not.

import { groupRuns } from '../compare/grouping.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import { orderNote, orderProblem } from '../compare/run-order.ts';
import type { Comparison } from '../compare/schema.ts';
import { lostTooMany, type Sorted, unfitness } from './compare-records-fit.ts';
import type { StoredRun } from './compare-records-open.ts';
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
  const alone = [...before.fit, ...after.fit].filter((stored) => !paired.has(stored));
  return { pairs, differences: [], notes: nameEach('without a partner', alone) };
}

/** By equal seed, in order of time; held against what an order must be. */
export function pairsByGroup({ before, after }: Sides): StoredPairs {
  const grouped = groupRuns(before.fit.map(groupable), after.fit.map(groupable));
  const pairs = grouped.pairs.map((pair, index) => ({
    pair: index + 1,
    before: pair.before.stored,
    after: pair.after.stored,
  }));
  const timed = pairs.map((pair) => ({ before: pair.before.run, after: pair.after.run }));
  // Of fewer pairs nothing is said anyway.
  const isJudged = timed.length >= fewestPairs;
  const problem = isJudged ? orderProblem(timed) : null;
  const note = isJudged && problem === null ? orderNote(timed) : null;
  const lost = [lostTooMany('before', before), lostTooMany('after', after), problem];
  return {
    pairs,
    differences: lost.filter((why) => why !== null),
    notes: [
      ...(note === null ? [] : [note]),
      ...(['before', 'after'] as const).flatMap((role) => [
        ...nameEach(
          `${role}: without a partner of the same seed`,
          grouped.left[role].map(({ stored }) => stored),
        ),
        ...nameUnfit(role, { before, after }[role]),
      ]),
    ],
  };
}

const groupable = (stored: StoredRun) => {
  const { id, seed, startedAt } = stored.run;
  return { id, seed, startedAt, stored };
};

/** Runs that may be unfit for the target's own reasons are left out by force alone. */
export function withoutUnfit({ pairs, differences, notes }: StoredPairs): StoredPairs {
  const unfit = pairs.flatMap(({ pair, before, after }) =>
    [before, after].flatMap(({ run }) => {
      const why = unfitness(run)?.why;
      return why === undefined ? [] : [{ pair, text: `${run.id} ${why}` }];
    }),
  );
  if (unfit.length === 0) return { pairs, differences, notes };
  const out = new Set(unfit.map(({ pair }) => pair));
  const texts = unfit.map(({ pair, text }) => `pair ${pair}, left out: ${text}`);
  return {
    pairs: pairs.filter(({ pair }) => !out.has(pair)),
    differences: [...differences, ...texts],
    notes,
  };
}

/** A verification that is not whole, and was not interrupted, must not pass for one that is. Refused unless forced. */
export function incompleteAsMade(stored: Comparison, pairs: readonly unknown[]): string[] {
  const { design, verdict } = stored;
  const most = design.looks.at(-1) ?? 0;
  if (design.looks.includes(pairs.length) || verdict.status === 'interrupted') return [];
  return [`missing runs: ${pairs.length} of ${most} pairs of ${stored.id} are there`];
}

/** So many are named; of the rest only how many there are. */
const mostNamed = 5;

const nameEach = (what: string, runs: readonly StoredRun[]): string[] =>
  runs.length === 0 ? [] : [`${what}, left out: ${named(runs.map(({ run }) => run.id))}`];

function nameUnfit(role: string, { unfit }: Sorted): string[] {
  const texts = unfit.map(({ stored, unfit: { why } }) => `${stored.run.id} ${why}`);
  return texts.length === 0 ? [] : [`${role}: left out: ${named(texts)}`];
}

const named = (texts: readonly string[]): string =>
  [
    ...texts.slice(0, mostNamed),
    ...(texts.length > mostNamed ? [`and ${texts.length - mostNamed} more`] : []),
  ].join('; ');
