// Where stored runs are found: the folder of a run, a folder of many, or a verification with its pairs.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readComparison } from '../compare/read.ts';
import type { Comparison } from '../compare/schema.ts';
import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { readRun } from '../record/store.ts';
import { unreadable } from '../record/unreadable.ts';
import { type Found, membersOf, readOrSay, type Say, type StoredRun } from './compare-records-members.ts';
import { oneLine } from './known-history.ts';

export interface RecordSource extends Found {
  /** As it was named. */
  readonly path: string;
  readonly kind: 'run' | 'runs' | 'verification';
  /** Of a verification. */
  readonly comparison: Comparison | null;
  /** Why what was asked of these runs is not known: nothing but `--force` goes on then. */
  readonly unknown: string | null;
}

/**
 * Reads the documents, not the measurements. What is no record is passed over, and `say` hears of it. Throws
 * RECORD_NOT_FOUND when there is none, and for the folder of one run what `readRun` throws (all exit code 2).
 */
export async function openRecords(path: string, say: Say): Promise<RecordSource> {
  const named = resolve(/^(run|comparison)\.json$/.test(basename(path)) ? dirname(path) : path);
  if (existsSync(join(named, 'run.json'))) {
    const run = await readRun(named);
    return {
      path,
      kind: 'run',
      runs: [{ run, folder: named, member: null }],
      comparison: null,
      unknown: null,
      unread: 0,
    };
  }
  const folder = verificationOf(named);
  if (folder !== named)
    say(`${path} holds the runs of a verification, which is read with what it says of them`);
  const { comparison, unknown } = existsSync(join(folder, 'comparison.json'))
    ? await comparisonIn(folder)
    : { comparison: null, unknown: null };
  const source =
    comparison === null
      ? ({ path, kind: 'runs', ...(await runsBelow(folder, say)), comparison, unknown } as const)
      : ({
          path,
          kind: 'verification',
          ...(await membersOf(folder, comparison, say)),
          comparison,
          unknown,
        } as const);
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

/**
 * Of a verification that cannot be read the runs may still be compared, by their variants and seeds. What it claimed, how
 * often it looked, and whether it counted is not known then: a refuted claim must not become a pass.
 */
async function comparisonIn(folder: string): Promise<Pick<RecordSource, 'comparison' | 'unknown'>> {
  try {
    return { comparison: await readComparison(join(folder, 'comparison.json')), unknown: null };
  } catch (error) {
    const unknown = `its pairs, its claims and how it was judged are not known: ${messageOf(error)}`;
    return { comparison: null, unknown: oneLine(unknown) };
  }
}

/** What `mettle run` keeps beside its records. */
const historyName = 'history';

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
    throw unreadable('RECORD_NOT_FOUND', folder, error);
  }
}
