// Stored runs compared by the same rule as a verification's: found, paired, read once each, judged, kept.

import { resolve } from 'node:path';
import { compareRuns } from '../compare/compare.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import type { Comparison } from '../compare/schema.ts';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import { type AloneSays, whatAloneSays, withBroken } from './compare-records-alone.ts';
import { type Question, whatIsAsked } from './compare-records-ask.ts';
import { lostTooMany } from './compare-records-fit.ts';
import { howJudged, notAsMade, repeatsOf } from './compare-records-made.ts';
import { openRecords, type RecordSource } from './compare-records-open.ts';
import { few, orderOf, pairsAsMade, pairsByGroup, withoutUnfit } from './compare-records-pairs.ts';
import { pickSides, type Sides, type SidesAsked } from './compare-records-pick.ts';
import { type ReadPair, readPairs, whatWasRun } from './compare-records-read.ts';
import { runId } from './identity.ts';
import { keepComparison } from './keep-comparison.ts';
import { knownNoise } from './known-noise.ts';

export interface CompareRecordsRequest extends Question, Omit<SidesAsked, 'scenario'> {
  /** One folder with both sides in it, or one for each side. */
  readonly paths: readonly string[];
  readonly out: string;
  readonly command: string;
  /** Hears what is passed over. */
  readonly say: (line: string) => void;
}

export interface ComparedRecords {
  readonly comparison: Comparison;
  readonly reportPath: string;
}

const unknownOf = (sources: readonly RecordSource[]): string[] =>
  sources.flatMap(({ path, unknown }) => (unknown === null ? [] : [`${path}: ${unknown}`]));

/**
 * Throws RECORD_NOT_FOUND and COMPARE_USAGE (exit code 2), NOTHING_COMPARED and RECORD_UNWRITABLE (exit code 3). Runs that
 * are not comparable are no exception but an invalid comparison.
 */
export async function compareRecords(request: CompareRecordsRequest): Promise<ComparedRecords> {
  const { paths, out, force, command } = request;
  const heard: string[] = [];
  const say = (line: string): void => {
    heard.push(line);
    request.say(line);
  };
  const sources: RecordSource[] = [];
  for (const path of paths) sources.push(await openRecords(path, say));
  const sides = pickSides(sources, request);
  const made = sides.asMade ? (sources[0]?.comparison ?? null) : null;
  const found = await pairsOf(sides, made, force);
  const { pairs, alone } = found;
  const [first] = pairs;
  if (first === undefined)
    throw nothingCompared([...unknownOf(sources), ...found.differences, ...found.notes]);
  const { before, after } = first;
  const variants = `${before.data.run.variant}-${after.data.run.variant}`;
  const id = runId(new Date(), after.data.run.scenario.name, `compared-${variants}`);
  const asked = whatIsAsked(request, pairs, made);
  const judged = howJudged(made, sources, pairs.length);
  const noise = await knownNoise(before.data.run, say);
  const folder = resolve(out, id);
  const compared = compareRuns({
    ...{ id, command, force, noise },
    ...whatWasRun(pairs, first, folder),
    ...{ ...judged, undoFailed: [...judged.undoFailed, ...alone.undoFailed] },
    ...asked,
    invalid: tooFew(pairs),
    differences: [...unknownOf(sources), ...found.differences, ...asked.differences],
    notes: [
      whence(sources),
      ...repeatsOf(made),
      ...asked.notes,
      ...sides.notes,
      ...found.notes,
      ...few(heard),
    ],
  });
  const comparison = withBroken(compared, alone.broken);
  return { comparison, reportPath: await keepComparison(await writableFolder(folder), comparison) };
}

interface PairsFound {
  readonly pairs: readonly ReadPair[];
  readonly alone: AloneSays;
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/** What is left after everything that was left out is what must stand the rules. */
async function pairsOf(sides: Sides, made: Comparison | null, force: boolean): Promise<PairsFound> {
  const found = made === null ? pairsByGroup(sides) : pairsAsMade(sides);
  const stored = force ? withoutUnfit(found) : found;
  const { pairs, gone, notes } = await readPairs(stored.pairs);
  const alone = whatAloneSays(stored.alone, force);
  const lost = (['before', 'after'] as const).map((role) =>
    lostTooMany(role, sides[role], { unread: sides.unread[role], gone: gone[role] }),
  );
  const order = orderOf(
    pairs.map(({ before, after }) => ({ before: before.data.run, after: after.data.run })),
  );
  const rules =
    made === null ? [...lost.filter((why) => why !== null), ...order.differences] : notAsMade(made, pairs);
  return {
    ...{ pairs, alone },
    differences: [...stored.differences, ...rules, ...alone.differences],
    notes: [...(made === null ? order.notes : []), ...stored.notes, ...notes],
  };
}

const nothingCompared = (reasons: readonly string[]): MettleError =>
  new MettleError({
    code: 'NOTHING_COMPARED',
    message: ['no pair of runs is left to compare', ...reasons].join('; '),
    hint: 'Runs count that were measured whole, on both sides.',
    exitCode: exitCodes.invalid,
  });

function whence(sources: readonly RecordSource[]): string {
  const [one, other] = sources.map(({ path }) => path);
  return other === undefined ? `stored runs of ${one ?? ''}` : `before: ${one ?? ''}, after: ${other}`;
}

/** Not even by force: a pass of so few would be one that nothing could have failed. */
const tooFew = ({ length }: readonly unknown[]): string[] =>
  length >= fewestPairs
    ? []
    : [
        `${length === 1 ? '1 pair says' : `${length} pairs say`} nothing about chance: at least ${fewestPairs} are needed`,
      ];
