// Where stored runs are found: the folder of a run, a folder of many, or a verification with its pairs.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readComparison } from '../compare/read.ts';
import type { Comparison, ComparisonRun } from '../compare/schema.ts';
import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRun } from '../record/store.ts';

export interface StoredRun {
  readonly run: RunRecord;
  /** Absolute. */
  readonly folder: string;
  /** In a verification; null: not a member of a pair. */
  readonly member: Pick<ComparisonRun, 'pair' | 'role'> | null;
}

export interface RecordSource {
  /** As it was named. */
  readonly path: string;
  readonly kind: 'run' | 'runs' | 'verification';
  readonly runs: readonly StoredRun[];
  /** Of a verification. */
  readonly comparison: Comparison | null;
  /** Runs that are damaged: of which side or scenario nobody knows. */
  readonly unread: number;
}

type Say = (line: string) => void;

/**
 * Reads the documents, not the measurements. What is no record is passed over, and `say` hears of it. Throws
 * RECORD_NOT_FOUND when there is none, and for the folder of one run what `readRun` throws (all exit code 2).
 */
export async function openRecords(path: string, say: Say): Promise<RecordSource> {
  const named = resolve(/^(run|comparison)\.json$/.test(basename(path)) ? dirname(path) : path);
  if (existsSync(join(named, 'run.json'))) {
    const run = await readRun(named);
    return { path, kind: 'run', runs: [{ run, folder: named, member: null }], comparison: null, unread: 0 };
  }
  const folder = verificationOf(named);
  if (folder !== named)
    say(`${path} holds the runs of a verification, which is read with what it says of them`);
  const comparison = existsSync(join(folder, 'comparison.json')) ? await comparisonIn(folder, say) : null;
  const source =
    comparison === null
      ? ({ path, kind: 'runs', ...(await runsBelow(folder, say)), comparison } as const)
      : ({ path, kind: 'verification', ...(await membersOf(folder, comparison, say)), comparison } as const);
  if (source.runs.length > 0) return source;
  throw new MettleError({
    code: 'RECORD_NOT_FOUND',
    message: `no record at ${path}`,
    hint: 'Give the folder of a run, of a verification, or one with many runs in it, e.g. reports.',
    exitCode: exitCodes.usage,
  });
}

/** Its runs by themselves would not know of its looks and its levels. */
const verificationOf = (folder: string): string =>
  basename(folder) === 'runs' && existsSync(join(dirname(folder), 'comparison.json'))
    ? dirname(folder)
    : folder;

/** Of a verification that cannot be read the runs may still be compared, by their variants and seeds. */
async function comparisonIn(folder: string, say: Say): Promise<Comparison | null> {
  try {
    return await readComparison(join(folder, 'comparison.json'));
  } catch (error) {
    say(`its pairs are not known: ${messageOf(error)}`);
    return null;
  }
}

/** What `mettle run` keeps beside its records. */
const historyName = 'history';

type Found = Pick<RecordSource, 'runs' | 'unread'>;

async function runsBelow(folder: string, say: Say): Promise<Found> {
  // What a verification leaves that died before it could compare.
  const inside = existsSync(join(folder, 'runs')) ? join(folder, 'runs') : folder;
  const runs: StoredRun[] = [];
  let unread = 0;
  for (const name of await foldersIn(inside)) {
    const at = join(inside, name);
    if (isRun(at)) {
      const read = await readOrSay(at, null, say);
      if (read === 'damaged') unread += 1;
      else if (read !== null) runs.push(read);
    } else if (existsSync(join(at, 'comparison.json')))
      say(`${at} is a verification, and passed over: name it alone to compare its runs`);
    else if (name !== historyName) say(`${at} is no record, and passed over`);
  }
  return { runs, unread };
}

/** Or what is left of one. */
const isRun = (folder: string): boolean =>
  ['run.json', 'latency.hlog'].some((file) => existsSync(join(folder, file)));

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new MettleError({
      code: 'RECORD_NOT_FOUND',
      message: `${folder} cannot be read: ${messageOf(error)}`,
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}

/** The runs that count, as the comparison lists them, each once; only what lies in its own folder. */
async function membersOf(folder: string, comparison: Comparison, say: Say): Promise<Found> {
  const runs: StoredRun[] = [];
  let unread = 0;
  for (const { id, pair, role, folder: named } of eachOnce(comparison, say)) {
    const at = resolve(folder, named);
    if (relative(folder, at).startsWith('..')) {
      say(`${id} lies outside of ${folder}, and is passed over: name the folders of its runs`);
      continue;
    }
    const read = await readOrSay(at, { pair, role }, say);
    if (read === null || read === 'damaged') unread += 1;
    else if (read.run.id === id) runs.push(read);
    else say(`${at} is another run than ${id}, and passed over`);
  }
  return { runs, unread };
}

/** A run that is listed twice would count twice, and two of one place in a pair are none. */
function eachOnce({ id, runs }: Comparison, say: Say): ComparisonRun[] {
  const seen = new Set<string>();
  return runs.filter((run) => {
    const places = [run.id, `${run.pair} ${run.role}`];
    const isNew = places.every((place) => !seen.has(place));
    if (!isNew)
      say(`${run.id} is listed twice in ${id}, or its place in pair ${run.pair} is: it counts once`);
    for (const place of places) seen.add(place);
    return isNew;
  });
}

/** `damaged`: there was a run; null: a record of another version of Mettle, which could not be compared anyway. */
async function readOrSay(
  folder: string,
  member: StoredRun['member'],
  say: Say,
): Promise<StoredRun | 'damaged' | null> {
  try {
    return { run: await readRun(folder), folder, member };
  } catch (error) {
    say(`${folder} is passed over: ${messageOf(error)}`);
    return error instanceof MettleError && error.code === 'RECORD_VERSION' ? null : 'damaged';
  }
}
