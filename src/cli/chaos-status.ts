// mettle chaos status and rollback: what is active or left behind on this machine, and by name on a Toxiproxy server.

import type { Command } from 'commander';
import { guardToxiproxy, resolveHost } from '../faults/guard.ts';
import { type JournalState, listJournals, rollback } from '../faults/leftovers.ts';
import {
  describeLeftover,
  findOnServer,
  removeFromServer,
  type ServerLeftover,
} from '../faults/server-leftovers.ts';
import type { UndoReport } from '../faults/undo/attempt.ts';
import { exitCodes } from '../kernel/errors.ts';
import { collect, outputOf } from './options.ts';
import type { Output } from './output.ts';

interface ServerFlags {
  readonly toxiproxy?: string;
  readonly allow?: readonly string[];
  readonly force?: boolean;
}

const withServer = (command: Command): Command =>
  command
    .option('--toxiproxy <url>', 'also look at this Toxiproxy server, for what bears a name of Mettle’s')
    .option('--allow <host>', 'the host of that server, when it is not this machine', collect);

/** null: no server was named. Throws MettleError (exit code 2): refused, or it does not answer. */
async function onServer({ toxiproxy, allow }: ServerFlags): Promise<{
  readonly apiUrl: string;
  readonly found: readonly ServerLeftover[];
} | null> {
  if (toxiproxy === undefined) return null;
  const apiUrl = guardToxiproxy(toxiproxy, await resolveHost(toxiproxy), allow ?? []);
  return { apiUrl, found: await findOnServer(apiUrl) };
}

export function addStatus(chaos: Command, finish: (code: number) => void): void {
  const command = withServer(
    chaos.command('status').summary('what is active, and what a crash has left behind'),
  ).action(async (flags: ServerFlags) => {
    const output = outputOf(command);
    const journals = (await listJournals()).filter((journal) => journal.outstanding.length > 0);
    const server = await onServer(flags);
    output.document(server === null ? journals : { journals, server });
    sayJournals(output, journals);
    const found = server?.found ?? [];
    for (const leftover of found) output.result(serverLine(leftover));
    if (journals.length + found.length === 0) output.result('nothing is active and nothing is left behind');
    const left = journals.some(({ state }) => state === 'left behind');
    const named = found.some(({ whose }) => whose === 'left behind');
    const flag = named ? ` --toxiproxy ${server?.apiUrl ?? ''}` : '';
    if (left || named) output.result(`clear what was left behind with: mettle chaos rollback${flag}`);
    finish(left || named ? exitCodes.undoFailed : exitCodes.ok);
  });
}

function sayJournals(output: Output, journals: readonly JournalState[]): void {
  for (const journal of journals) {
    output.result(`${journal.state}: ${journal.command} (pid ${journal.pid ?? '?'}, ${journal.createdAt})`);
    for (const entry of journal.outstanding)
      output.result(`  ${entry.describe}${entry.note === null ? '' : `: ${entry.note}`}`);
  }
}

const serverLine = (leftover: ServerLeftover): string =>
  leftover.whose === 'left behind'
    ? `left behind: ${describeLeftover(leftover)}`
    : `another Mettle’s, perhaps in use: ${describeLeftover(leftover)}`;

export function addRollback(chaos: Command, finish: (code: number) => void): void {
  const command = withServer(
    chaos.command('rollback').summary('undo everything that a crash has left behind'),
  )
    .option('--force', 'with --toxiproxy: also remove what another Mettle made, which may be in use')
    .action(async (flags: ServerFlags) => {
      const output = outputOf(command);
      if (flags.force === true && flags.toxiproxy === undefined)
        command.error('error: --force goes with --toxiproxy <url>');
      const journals = await rollback();
      // Looked at after the journals are done: what they have undone is gone from the server too.
      const server = await onServer(flags);
      const spared = server?.found.filter((leftover) => !isToGo(leftover, flags)) ?? [];
      const removed = server === null ? nothing : await removeNamed(server, flags, output);
      const report = {
        undone: [...journals.undone, ...removed.undone],
        failed: [...journals.failed, ...removed.failed],
      };
      output.document(server === null ? report : { ...report, spared });
      sayReport(output, report);
      for (const leftover of spared) output.result(`not removed: ${serverLine(leftover)}`);
      if (spared.length > 0) output.result('if you know that it has ended: add --force');
      finish(report.failed.length > 0 ? exitCodes.undoFailed : exitCodes.ok);
    });
}

const nothing: UndoReport = { undone: [], failed: [] };

const isToGo = ({ whose }: ServerLeftover, { force }: ServerFlags): boolean =>
  whose === 'left behind' || force === true;

/** All of it is named before any of it is removed. */
async function removeNamed(
  { apiUrl, found }: { readonly apiUrl: string; readonly found: readonly ServerLeftover[] },
  flags: ServerFlags,
  output: Output,
): Promise<UndoReport> {
  const toGo = found.filter((leftover) => isToGo(leftover, flags));
  for (const leftover of toGo) output.progress(`to be removed from ${apiUrl}: ${serverLine(leftover)}`);
  return await removeFromServer(apiUrl, toGo);
}

function sayReport(output: Output, { undone, failed }: UndoReport): void {
  for (const line of undone) output.result(`undone: ${line}`);
  for (const failure of failed) output.result(`NOT undone: ${failure.describe}: ${failure.note}`);
  if (undone.length + failed.length === 0) output.result('nothing was left behind');
}
