// mettle history: what earlier runs later ones are held against, and how records that are not among them get there.

import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { appendHistory } from '../record/history.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { readRecord } from '../record/store.ts';
import { formatMoment, formatValue } from '../report/words.ts';
import { historyEntryOf } from '../run/history-entry.ts';
import { knownHistory, oneLine } from '../run/known-history.ts';
import { outputOf } from './options.ts';
import { type Output, tone } from './output.ts';

const defaultFolder = join('reports', 'history');

export function historyCommand(program: Command): void {
  const history = program
    .command('history')
    .summary('earlier runs that later ones are held against: list them, add records')
    .description('A folder with one small file per run, to which every run adds its own.');
  const list = history
    .command('list')
    .description('Every run of a history, the oldest first, and what in the folder is passed over.')
    .argument('[dir]', 'the history', defaultFolder)
    .action(async (folder: string) => printHistory(folder, outputOf(list)));
  const add = history
    .command('add')
    .description(
      'Adds stored runs, each once; what is there already stays as it is. Records do not keep the claims of their scenario: metrics that only a claim names are not added.',
    )
    .argument('<record...>', 'folders of runs, e.g. reports/<id>')
    .option('--history <dir>', 'the history', defaultFolder)
    .action(async (records: readonly string[], flags: { readonly history: string }) =>
      addRecords(records, flags.history, outputOf(add)),
    );
}

async function printHistory(folder: string, output: Output): Promise<void> {
  await refuseMissing(folder);
  const { entries, skipped } = await knownHistory(folder);
  output.document({ history: resolve(folder), entries, skipped });
  for (const entry of entries) output.result(lineOf(entry));
  if (entries.length === 0) output.result(`no runs in ${folder}`);
  for (const line of skipped) output.progress(line);
}

/** A folder that is misspelt is no empty history. */
async function refuseMissing(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() === true) return;
  throw new MettleError({
    code: 'NO_HISTORY',
    message: `${folder}: no such folder`,
    hint: 'Name a history, e.g. reports/history; the first run makes it.',
    exitCode: exitCodes.usage,
  });
}

function lineOf({ startedAt, id, verdict, variant, commit, primary, values, unfit }: HistoryEntry): string {
  const found = values.find(({ metric }) => metric === primary);
  const value =
    found === undefined ? [] : [`${found.metric} ${formatValue(found.value, found.unit, found.atLeast)}`];
  const from = commit === null ? [] : [`${commit.sha.slice(0, 12)}${commit.dirty ? ' and changes' : ''}`];
  const words = [variant, ...value, ...from, ...(unfit === null ? [] : [`does not count: ${unfit}`])];
  return `${formatMoment(startedAt)}  ${tone(verdict.status)}  ${id}: ${oneLine(words.join(', '))}`;
}

/** All of them are read before the first is added. */
async function addRecords(records: readonly string[], folder: string, output: Output): Promise<void> {
  const entries: HistoryEntry[] = [];
  for (const record of records) entries.push(await entryIn(record));
  const added: string[] = [];
  const there: string[] = [];
  for (const entry of entries) {
    const isNew = await appendHistory(folder, entry);
    (isNew ? added : there).push(entry.id);
    output.result(`${isNew ? 'added' : 'there already'}: ${entry.id}`);
  }
  if (added.length > 0)
    output.progress(`metrics that only a claim names are not in ${folder}: records do not keep them`);
  output.document({ history: resolve(folder), added, there });
}

async function entryIn(record: string): Promise<HistoryEntry> {
  const folder = record.endsWith('run.json') ? dirname(record) : record;
  const data = await readRecord(folder);
  const { judgedFrom } = data.run;
  if (judgedFrom === undefined) return historyEntryOf(data);
  throw new MettleError({
    code: 'JUDGED_AGAIN',
    message: `${record} is the run ${judgedFrom}, judged again by other promises`,
    hint: 'Add the run that it was made from.',
    exitCode: exitCodes.usage,
  });
}
