// mettle chaos: the embedded proxy on its own, what is active or left behind, and undoing it.

import type { Command } from 'commander';
import { exitCodes } from '../kernel/errors.ts';
import { listJournals, rollback } from '../faults/leftovers.ts';
import { startProxyThread } from '../proxy/start-thread.ts';
import { interruptible, untilAborted } from './interrupt.ts';
import { outputOf, portNumber } from './options.ts';

export function chaosCommand(program: Command, finish: (code: number) => void): void {
  const chaos = program.command('chaos').summary('faults by hand: the proxy, what is active, undoing it');
  addProxy(chaos);
  addStatus(chaos, finish);
  addRollback(chaos, finish);
}

function addProxy(chaos: Command): void {
  const command = chaos
    .command('proxy')
    .summary('the embedded Toxiproxy-compatible proxy, until Ctrl-C')
    .option('--host <address>', 'address of its API', '127.0.0.1')
    .option('--port <port>', 'port of its API', portNumber, 8474)
    .option('--seed <n>', 'decides which connections a toxicity below 1 hits', Number, 1)
    .action(async (flags: { host: string; port: number; seed: number }) => {
      const output = outputOf(command);
      const proxy = await startProxyThread(flags);
      output.document({ api: proxy.apiUrl });
      output.result(`fault proxy: API on ${proxy.apiUrl}; Ctrl-C stops it`);
      try {
        await interruptible(() => undefined, untilAborted);
      } finally {
        await proxy.close();
      }
    });
}

function addStatus(chaos: Command, finish: (code: number) => void): void {
  const command = chaos
    .command('status')
    .summary('what is active, and what a crash has left behind')
    .action(async () => {
      const output = outputOf(command);
      const journals = (await listJournals()).filter((journal) => journal.outstanding.length > 0);
      output.document(journals);
      if (journals.length === 0) output.result('nothing is active and nothing is left behind');
      for (const journal of journals) {
        output.result(
          `${journal.state}: ${journal.command} (pid ${journal.pid ?? '?'}, ${journal.createdAt})`,
        );
        for (const entry of journal.outstanding)
          output.result(`  ${entry.describe}${entry.note === null ? '' : `: ${entry.note}`}`);
      }
      const left = journals.some((journal) => journal.state === 'left behind');
      if (left) output.result('clear what was left behind with: mettle chaos rollback');
      finish(left ? exitCodes.undoFailed : exitCodes.ok);
    });
}

function addRollback(chaos: Command, finish: (code: number) => void): void {
  const command = chaos
    .command('rollback')
    .summary('undo everything that a crash has left behind')
    .action(async () => {
      const output = outputOf(command);
      const report = await rollback();
      output.document(report);
      for (const line of report.undone) output.result(`undone: ${line}`);
      for (const failure of report.failed) output.result(`NOT undone: ${failure.describe}: ${failure.note}`);
      if (report.undone.length + report.failed.length === 0) output.result('nothing was left behind');
      finish(report.failed.length > 0 ? exitCodes.undoFailed : exitCodes.ok);
    });
}
