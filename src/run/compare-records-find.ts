// From the folders that were named to the pairs that are compared, and to all that the runs outside of them still say.

import type { Comparison } from '../compare/schema.ts';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { type Alone, type AloneSays, together, whatAloneSays } from './compare-records-alone.ts';
import { lostTooMany } from './compare-records-fit.ts';
import { leftBehind, runsOf } from './compare-records-left.ts';
import type { Say } from './compare-records-members.ts';
import { notAsMade } from './compare-records-made.ts';
import { openRecords, type RecordSource } from './compare-records-open.ts';
import { orderOf, pairsAsMade, pairsByGroup, withoutUnfit } from './compare-records-pairs.ts';
import { pickSides, type Sides, type SidesAsked } from './compare-records-pick.ts';
import { type ReadPair, readPairs } from './compare-records-read.ts';

export interface FoundPairs {
  readonly sources: readonly RecordSource[];
  /** The verification that is judged again. */
  readonly made: Comparison | null;
  readonly pairs: readonly ReadPair[];
  readonly first: ReadPair;
  /** In no pair, and not left out by force. */
  readonly alone: Alone;
  readonly undoFailed: readonly string[];
  /** Promises of `after`, by runs in no pair. */
  readonly broken: readonly string[];
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/** Throws as `compareRecords` does, but RECORD_UNWRITABLE. */
export async function findPairs(
  asked: SidesAsked & { readonly paths: readonly string[] },
  say: Say,
): Promise<FoundPairs> {
  const sources: RecordSource[] = [];
  for (const path of asked.paths) sources.push(await openRecords(path, say));
  const sides = pickSides(sources, asked);
  const made = sides.asMade ? (sources[0]?.comparison ?? null) : null;
  const undoFailed = leftBehind(runsOf(sides), sources);
  const { pairs, alone, says, ...left } = await pairsOf(sides, made, asked.force);
  const { broken } = says;
  const differences = [...unknownOf(sources), ...left.differences];
  const [first] = pairs;
  if (first === undefined) throw nothingCompared(undoFailed, broken, [...differences, ...left.notes]);
  const notes = [...sides.notes, ...left.notes];
  return { sources, made, pairs, first, alone, undoFailed, broken, differences, notes };
}

const unknownOf = (sources: readonly RecordSource[]): string[] =>
  sources.flatMap(({ path, unknown }) => (unknown === null ? [] : [`${path}: ${unknown}`]));

interface Left {
  readonly pairs: readonly ReadPair[];
  readonly alone: Alone;
  readonly says: AloneSays;
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/** What is left after everything that was left out is what must stand the rules. */
async function pairsOf(sides: Sides, made: Comparison | null, force: boolean): Promise<Left> {
  const found = made === null ? pairsByGroup(sides) : pairsAsMade(sides);
  const stored = force ? withoutUnfit(found) : found;
  const { pairs, gone, alone: dropped, notes } = await readPairs(stored.pairs);
  const alone = together(stored.alone, dropped);
  const says = whatAloneSays(alone, force);
  const lost = (['before', 'after'] as const).map((role) =>
    lostTooMany(role, sides[role], { unread: sides.unread[role], gone: gone[role] }),
  );
  const order = orderOf(
    pairs.map(({ before, after }) => ({ before: before.data.run, after: after.data.run })),
  );
  const rules =
    made === null ? [...lost.filter((why) => why !== null), ...order.differences] : notAsMade(made, pairs);
  return {
    ...{ pairs, says, alone: force ? { before: [], after: [] } : alone },
    differences: [...stored.differences, ...rules, ...says.differences],
    notes: [...(made === null ? order.notes : []), ...stored.notes, ...notes],
  };
}

/** What is known without a pair keeps its exit code. */
function nothingCompared(
  undoFailed: readonly string[],
  broken: readonly string[],
  reasons: readonly string[],
): MettleError {
  const told = ['no pair of runs is left to compare', ...undoFailed, ...broken, ...reasons];
  const otherwise = broken.length > 0 ? exitCodes.failed : exitCodes.invalid;
  return new MettleError({
    code: 'NOTHING_COMPARED',
    message: told.join('; '),
    hint: 'Runs count that were measured whole, on both sides.',
    exitCode: undoFailed.length > 0 ? exitCodes.undoFailed : otherwise,
  });
}
