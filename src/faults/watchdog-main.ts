// The watchdog's process: waits for its pipe to Mettle to close, then undoes everything outstanding within 5 s.

import { identify } from '../kernel/process-table.ts';
import { joinJournalFile } from './journal-writer.ts';
import { finishJournal } from './finish.ts';
import type { UndoPolicy } from './undo/attempt.ts';
import { goodbye, ready } from './watchdog-words.ts';

/** All rounds of both chains fit into 5 s: whoever waits for its end must not be held up by a server that hangs. */
const urgent: UndoPolicy = { rounds: 3, pauseMs: 150, graceMs: 500, callTimeoutMs: 600 };
const giveUpAfterMs = 20_000;

const journalPath = process.argv[2];
if (journalPath === undefined) throw new Error('usage: watchdog-main <journal>');

// What ends Mettle must not end the one who cleans up after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined);

await announce(journalPath);
process.stdout.on('error', () => undefined); // Mettle died before it could listen: the pipe below says so too
process.stdout.write(ready);
if (!(await saidGoodbye())) {
  setTimeout(() => process.exit(1), giveUpAfterMs).unref();
  await finishJournal(journalPath, urgent);
}
process.exit(0);

/** So that others see whether someone still works on this journal. */
async function announce(path: string): Promise<void> {
  const self = identify(process.pid);
  if (self === undefined) return;
  const writer = await joinJournalFile(path);
  await writer.append({ event: 'watchdog', ...self });
  await writer.close();
}

/** Resolves when the pipe is closed: true after the word, false when Mettle died without it. */
async function saidGoodbye(): Promise<boolean> {
  let heard = '';
  return await new Promise((resolve) => {
    const closed = (): void => resolve(heard.includes(goodbye));
    process.stdin.on('data', (chunk: Buffer) => {
      heard = (heard + chunk.toString()).slice(-64);
    });
    process.stdin.once('end', closed).once('error', closed).once('close', closed);
  });
}
