// Stored runs compared by the same rule as a verification's: found, paired, read once each, judged, kept.

import { resolve } from 'node:path';
import { compareRuns } from '../compare/compare.ts';
import { fewestPairs } from '../compare/pair-values.ts';
import type { Comparison } from '../compare/schema.ts';
import { writableFolder } from '../record/atomic.ts';
import type { RunRecord } from '../record/schema.ts';
import { withBroken } from './compare-records-alone.ts';
import { type Question, whatIsAsked } from './compare-records-ask.ts';
import { findPairs } from './compare-records-find.ts';
import { howJudged, repeatsOf } from './compare-records-made.ts';
import type { StoredRun } from './compare-records-members.ts';
import type { RecordSource } from './compare-records-open.ts';
import { few } from './compare-records-pairs.ts';
import type { SidesAsked } from './compare-records-pick.ts';
import { whatWasRun } from './compare-records-read.ts';
import { runId } from './identity.ts';
import { keepComparison } from './keep-comparison.ts';
import { oneLine } from './known-history.ts';
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

/**
 * Throws RECORD_NOT_FOUND, RECORD_CORRUPT and COMPARE_USAGE (exit code 2), RECORD_UNWRITABLE (3), and NOTHING_COMPARED (3;
 * 4 or 1 for what the runs say without a pair). Runs that are not comparable are no exception but an invalid comparison.
 */
export async function compareRecords(request: CompareRecordsRequest): Promise<ComparedRecords> {
  const { out, force, command } = request;
  const heard: string[] = [];
  const say = (line: string): void => {
    const told = oneLine(line);
    heard.push(told);
    request.say(told);
  };
  const found = await findPairs(request, say);
  const { sources, made, pairs, first, alone } = found;
  const { before, after } = first;
  const variants = `${before.data.run.variant}-${after.data.run.variant}`;
  const id = runId(new Date(), after.data.run.scenario.name, `compared-${variants}`);
  const asked = whatIsAsked(request, pairs, made);
  const noise = await knownNoise(before.data.run, say);
  const folder = resolve(out, id);
  const compared = compareRuns({
    ...{ id, command, force, noise },
    ...whatWasRun(pairs, first, folder),
    alone: { before: runsIn(alone.before), after: runsIn(alone.after) },
    ...howJudged(made, sources, pairs.length),
    ...{ ...asked, undoFailed: found.undoFailed },
    invalid: tooFew(pairs),
    differences: [...found.differences, ...asked.differences],
    notes: [whence(sources), ...repeatsOf(made), ...asked.notes, ...found.notes, ...few(heard)],
  });
  const comparison = withBroken(compared, found.broken);
  return { comparison, reportPath: await keepComparison(await writableFolder(folder), comparison) };
}

const runsIn = (stored: readonly StoredRun[]): RunRecord[] => stored.map(({ run }) => run);

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
