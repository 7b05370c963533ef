// A stored run judged by the promises of a file: read, judged, and kept as a record of its own beside the first.

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import { readRecord, readRun, writeRecord } from '../record/store.ts';
import { loadPromises } from '../scenario/promises-file.ts';
import { findBaselines } from './baselines.ts';
import { repositoryOf } from './commit.ts';
import { knownEntries } from './known-history.ts';
import { baseBranchName } from './merge-base.ts';
import { namesIn, rejudge } from './rejudge.ts';
import { writeRunReports } from './reports.ts';

/**
 * Throws RECORD_NOT_FOUND, RECORD_VERSION, RECORD_CORRUPT, INVALID_FILE (all exit code 2). The record in `folder` is not
 * touched. `note`: hears what of the promises is left out or not looked at. `history`: default: the
 * one beside the record.
 */
export async function judgeAgain(
  folder: string,
  promisesFile: string,
  out: string,
  note: (line: string) => void,
  history?: string,
): Promise<{ readonly data: RunData; readonly report: string }> {
  const stored = await readRecord(folder);
  const { id, judgedFrom } = stored.run;
  if (judgedFrom !== undefined) {
    throw refusal(`${folder} was judged again already`, 'Judge the run that it was made from.');
  }
  // Only what an earlier judgement of the same run has left may be written over.
  const there = await readRun(out).catch(unlessMissing);
  if (there !== undefined && there.judgedFrom !== id) {
    const lost = 'a record is not judged over: its own verdict would be lost';
    throw refusal(lost, 'Give another folder with --out.');
  }
  const { load } = stored.run;
  const { plannedMicros: durationMicros, warmupMicros } = load;
  const slo = await loadPromises(
    promisesFile,
    { known: namesIn(stored), durationMicros, warmupMicros },
    note,
  );
  const baselines = await findBaselines(slo, stored.run, await placesOf(folder, stored.run, note, history));
  await writableFolder(out);
  const judged = rejudge(stored, slo, baselines);
  await writeRecord(out, { ...judged, run: { ...judged.run, judgedFrom: id } });
  const data = await readRecord(out);
  return { data, report: await writeRunReports(out, data) };
}

/** Where the run looked itself: its own folder's folder, and the history there; runs of a verification in that one's. */
async function placesOf(
  record: string,
  { scenario }: RunData['run'],
  note: (line: string) => void,
  named: string | undefined,
): Promise<Parameters<typeof findBaselines>[2]> {
  const beside = dirname(resolve(record));
  const ofPair = basename(beside) === 'runs' && existsSync(join(dirname(beside), 'comparison.json'));
  const folder = ofPair ? dirname(dirname(beside)) : beside;
  const history = await knownEntries(named ?? join(folder, 'history'), note);
  const repository = repositoryOf(scenario.file);
  return { folder, history, repository, baseBranch: await baseBranchName(repository) };
}

/** What cannot be read may be a run of another version, or one that is damaged: it is not written over. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof MettleError && error.code === 'RECORD_NOT_FOUND') return undefined;
  throw error;
}

const refusal = (message: string, hint: string): MettleError =>
  new MettleError({ code: 'JUDGE_OUT', message, hint, exitCode: exitCodes.usage });
