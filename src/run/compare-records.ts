// Stored runs compared by the same rule as a verification's: found, paired, read once each, judged, kept.

import { resolve } from 'node:path';
import { traitsOf } from '../compare/comparable.ts';
import { compareRuns } from '../compare/compare.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import type { Comparison } from '../compare/schema.ts';
import { stateFolderPath } from '../faults/state-folder.ts';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import { readNoise } from '../record/noise-store.ts';
import { plural } from '../report/words.ts';
import { howJudged, type Question, whatIsAsked } from './compare-records-ask.ts';
import { openRecords, type RecordSource } from './compare-records-open.ts';
import { incompleteAsMade, pairsAsMade, pairsByGroup, withoutUnfit } from './compare-records-pairs.ts';
import { pickSides, type SidesAsked } from './compare-records-pick.ts';
import { type ReadPair, readPairs, whatWasRun } from './compare-records-read.ts';
import { runId } from './identity.ts';
import { keepComparison } from './keep-comparison.ts';

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

/**
 * Throws RECORD_NOT_FOUND and COMPARE_USAGE (exit code 2), NOTHING_COMPARED and RECORD_UNWRITABLE (exit code 3). Runs that
 * are not comparable are no exception but an invalid comparison.
 */
export async function compareRecords(request: CompareRecordsRequest): Promise<ComparedRecords> {
  const { paths, out, say, force, command } = request;
  const sources: RecordSource[] = [];
  for (const path of paths) sources.push(await openRecords(path, say));
  const sides = pickSides(sources, request);
  const made = sides.asMade ? (sources[0]?.comparison ?? null) : null;
  const found = made === null ? pairsByGroup(sides) : pairsAsMade(sides);
  const stored = force ? withoutUnfit(found) : found;
  const { pairs, gone } = await readPairs(stored.pairs);
  const [first] = pairs;
  if (first === undefined) throw nothingCompared([...stored.differences, ...stored.notes, ...gone]);
  const { before, after } = first;
  const variants = `${before.data.run.variant}-${after.data.run.variant}`;
  const id = runId(new Date(), after.data.run.scenario.name, `compared-${variants}`);
  const asked = whatIsAsked(request, pairs, made);
  const folder = resolve(out, id);
  const comparison = compareRuns({
    ...{ id, command, force },
    ...whatWasRun(pairs, first, folder),
    ...howJudged(made, sources, pairs.length),
    ...asked,
    differences: [
      ...stored.differences,
      ...asked.differences,
      ...(made === null ? [] : incompleteAsMade(made, pairs)),
    ],
    notes: [
      ...whence(sources, pairs),
      ...repeatsOf(made),
      ...asked.notes,
      ...sides.notes,
      ...stored.notes,
      ...gone,
    ],
    noise: await readNoise(stateFolderPath(), traitsOf(before.data.run), say),
  });
  return { comparison, reportPath: await keepComparison(await writableFolder(folder), comparison) };
}

const nothingCompared = (reasons: readonly string[]): MettleError =>
  new MettleError({
    code: 'NOTHING_COMPARED',
    message: ['no pair of runs is left to compare', ...reasons].join('; '),
    hint: 'Runs count that were measured whole, on both sides.',
    exitCode: exitCodes.invalid,
  });

const repeatsOf = (made: Comparison | null): string[] =>
  made === null || made.repeats.length === 0
    ? []
    : [`${made.id} names ${plural(made.repeats.length, 'attempt')} that did not count`];

function whence(sources: readonly RecordSource[], pairs: readonly ReadPair[]): string[] {
  const [one, other] = sources.map(({ path }) => path);
  const sides = other === undefined ? `stored runs of ${one ?? ''}` : `before: ${one ?? ''}, after: ${other}`;
  const few = `${pairs.length === 1 ? '1 pair says' : `${pairs.length} pairs say`} nothing about chance: at least ${fewestPairs} are needed`;
  return [sides, ...(pairs.length < fewestPairs ? [few] : [])];
}
