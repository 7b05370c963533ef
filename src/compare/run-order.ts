// Whether stored runs were made in an order in which a drift of the machine cannot pass for an effect.

import { byTime, type Groupable, startMs } from './grouping.ts';

interface TimedRun extends Groupable {
  readonly load: { readonly elapsedMicros: number };
}

export interface TimedPair {
  readonly before: TimedRun;
  readonly after: TimedRun;
}

/**
 * How many places, as a share of the number of pairs, one side may come later on average: 1 in two blocks, 1/n where the
 * same member always goes first. It is twice the share of an even drift that would count as an effect.
 */
const mostLater = 0.2;

/**
 * By how many runs one side may be ahead of the other at any moment. What changes the machine just then and for good (an
 * update, a new neighbour) counts in so many pairs for the same side.
 */
const mostAhead = (pairs: number): number => Math.max(2, Math.floor(Math.sqrt(pairs) / 2));

/** How many of the pairs may have the same member first before a word is said. */
const mostFirst = 0.75;

interface Placed {
  readonly run: TimedRun;
  readonly role: 'before' | 'after';
}

const placed = (pairs: readonly TimedPair[]): Placed[] =>
  pairs
    .flatMap(({ before, after }): Placed[] => [
      { run: before, role: 'before' },
      { run: after, role: 'after' },
    ])
    .sort((one, other) => byTime(one.run, other.run));

/** Stretches of runs of one side, one after the other. */
const stretchesOf = (runs: readonly Placed[]): number =>
  runs.filter(({ role }, index) => role !== runs[index - 1]?.role).length;

function meanPlace(runs: readonly Placed[], role: Placed['role']): number {
  const places = runs.flatMap((run, index) => (run.role === role ? [index] : []));
  return places.reduce((sum, place) => sum + place, 0) / places.length;
}

/**
 * By how many runs `before` is ahead of `after` at the moment where that is most, either way: of so many pairs more it has
 * been made, and `after` has not.
 */
function aheadOf(runs: readonly Placed[]): number {
  let ahead = 0;
  let most = 0;
  for (const { role } of runs) {
    ahead += role === 'before' ? 1 : -1;
    if (Math.abs(ahead) > Math.abs(most)) most = ahead;
  }
  return most;
}

/**
 * Why the order of the runs forbids a comparison, one sentence; null: it does not. Runs of both sides must take turns: at
 * least as many stretches as there are pairs (pairs made one after the other have one more at the least), neither side
 * later on the whole, nor far ahead at any moment. Of what is let through, about a tenth at most alarms falsely under a drift, or after a step, three times as large as the spread of the
 * runs; of blocks it is a third to a half.
 */
export function orderProblem(pairs: readonly TimedPair[]): string | null {
  const runs = placed(pairs);
  const unknown = runs.find(({ run }) => Number.isNaN(Date.parse(run.startedAt)));
  if (unknown !== undefined)
    return `an unknown order of the runs: nobody knows when ${unknown.run.id} was made`;
  const together = overlapping(runs);
  if (together !== null) return together;
  return inBlocks(runs, pairs.length) ?? aheadProblem(runs, pairs.length);
}

function inBlocks(runs: readonly Placed[], pairs: number): string | null {
  const later = (meanPlace(runs, 'after') - meanPlace(runs, 'before')) / pairs;
  const stretches = stretchesOf(runs);
  if (stretches >= pairs && Math.abs(later) < mostLater) return null;
  const places = (Math.abs(later) * pairs).toFixed(1);
  const where =
    Math.abs(later) < mostLater
      ? ''
      : `, those of \`${later > 0 ? 'after' : 'before'}\` ${places} places later on average`;
  return `an order of the runs that lets drift pass for an effect: made in blocks, ${runs.length} runs in ${stretches} stretches of one side${where}`;
}

function aheadProblem(runs: readonly Placed[], pairs: number): string | null {
  const ahead = aheadOf(runs);
  if (Math.abs(ahead) <= mostAhead(pairs)) return null;
  const side = ahead > 0 ? 'before' : 'after';
  return `an order of the runs that lets a step pass for an effect: at one moment \`${side}\` is ${Math.abs(ahead)} runs ahead of the other side, with a partner still to come for each`;
}

/** Runs at the same time disturb each other, or were made on machines of which only one is that of `before`. */
function overlapping(runs: readonly Placed[]): string | null {
  for (const [index, { run }] of runs.entries()) {
    const next = runs[index + 1]?.run;
    if (next !== undefined && startMs(run) + run.load.elapsedMicros / 1000 > startMs(next))
      return `an order of the runs that is none: ${run.id} and ${next.id} ran at the same time`;
  }
  return null;
}

/** What to know of an order that is good enough; null: nothing. */
export function orderNote(pairs: readonly TimedPair[]): string | null {
  const first = pairs.filter(({ before, after }) => byTime(before, after) < 0).length;
  const most = Math.max(first, pairs.length - first);
  if (most <= mostFirst * pairs.length) return null;
  const role = first === most ? 'before' : 'after';
  return `in ${most} of ${pairs.length} pairs \`${role}\` was made first: what always changes from the first run to the second would count as an effect`;
}
