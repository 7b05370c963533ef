// The watchdog's process: waits for its pipe to Mettle to close, then undoes everything outstanding within 5 s. Until then
// it ends faults that have outlived their time.

import { systemClock } from '../kernel/clock.ts';
import { identify } from '../kernel/process-table.ts';
import { joinJournalFile } from './journal-writer.ts';
import { finishJournal } from './finish.ts';
import { TtlKeeper } from './ttl-keeper.ts';
import type { UndoPolicy } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import { goodbye, ready } from './watchdog-words.ts';

/** All rounds of both chains fit into 5 s: whoever waits for its end must not be held up by a server that hangs. */
const urgent: UndoPolicy = { rounds: 3, pauseMs: 150, graceMs: 500, callTimeoutMs: 600 };
const giveUpAfterMs = 20_000;
/** For faults that outlive their time while Mettle lives: cheap, since a journal is read only when it has grown. */
const lookEveryMs = 250;

const journalPath = process.argv[2];
if (journalPath === undefined) throw new Error('usage: watchdog-main <journal>');

// What ends Mettle must not end the one who cleans up after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined);

const writer = await joinJournalFile(journalPath);
await announce();
process.stdout.on('error', () => undefined); // Mettle died before it could listen: the pipe below says so too
process.stdout.write(ready);
const ttls = new TtlKeeper({
  path: journalPath,
  writer,
  kinds: undoKinds,
  policy: urgent,
  clock: systemClock,
});
const looking = setInterval(() => void ttls.pass(), lookEveryMs);
const orderly = await saidGoodbye();
clearInterval(looking);
if (!orderly) {
  setTimeout(() => process.exit(1), giveUpAfterMs).unref();
  await finishJournal(journalPath, urgent);
}
process.exit(0);

/** So that others see whether someone still works on this journal. */
async function announce(): Promise<void> {
  const self = identify(process.pid);
  if (self !== undefined) await writer.append({ event: 'watchdog', ...self });
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
