// A stored run judged by the promises of a file: read, judged, and kept as a record of its own beside the first.

import { dirname, resolve } from 'node:path';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import { readRecord, readRun, writeRecord } from '../record/store.ts';
import { loadPromises } from '../scenario/promises-file.ts';
import { findBaselines } from './baselines.ts';
import { repositoryOf } from './commit.ts';
import { namesIn, rejudge } from './rejudge.ts';
import { writeRunReports } from './reports.ts';

/**
 * Throws RECORD_NOT_FOUND, RECORD_VERSION, RECORD_CORRUPT, INVALID_FILE (all exit code 2). The record in `folder` is not
 * touched. `note`: hears what of the promises is left out or not looked at.
 */
export async function judgeAgain(
  folder: string,
  promisesFile: string,
  out: string,
  note: (line: string) => void,
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
  const baselines = await findBaselines(slo, stored.run, {
    folder: dirname(resolve(folder)),
    repository: repositoryOf(stored.run.scenario.file),
  });
  await writableFolder(out);
  const judged = rejudge(stored, slo, baselines);
  await writeRecord(out, { ...judged, run: { ...judged.run, judgedFrom: id } });
  const data = await readRecord(out);
  return { data, report: await writeRunReports(out, data) };
}

/** What cannot be read may be a run of another version, or one that is damaged: it is not written over. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof MettleError && error.code === 'RECORD_NOT_FOUND') return undefined;
  throw error;
}

const refusal = (message: string, hint: string): MettleError =>
  new MettleError({ code: 'JUDGE_OUT', message, hint, exitCode: exitCodes.usage });
