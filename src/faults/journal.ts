// The journal of one command: what must be undone is on disk before it is done, and forgotten when it is verified gone.

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { Tracked, Tracker, UndoIntent } from '../kernel/ports.ts';
import { identify } from '../kernel/process-table.ts';
import { readJournal } from './journal-file.ts';
import type { Outstanding, Snapshot } from './journal-file.ts';
import { holdsPassword } from './journal-redaction.ts';
import { createJournalFile } from './journal-writer.ts';
import type { JournalWriter } from './journal-writer.ts';
import { openStateFolder } from './state-folder.ts';
import { patient, undoEntries, withSweep } from './undo/attempt.ts';
import type { UndoOutcome, UndoPolicy, UndoReport } from './undo/attempt.ts';
import { undoKinds } from './undo/registry.ts';
import type { UndoKind } from './undo/undo-kind.ts';

export interface Journal extends Tracker {
  readonly path: string;
  outstanding(): readonly Outstanding[];
  /**
   * Undoes everything, last in first out, each retried and looked at. Never throws. From its start on nothing can be
   * tracked any more. Called again while it runs it gives the same report; later it tries again what is left.
   */
  undoAll(): Promise<UndoReport>;
  /** Removes the file when nothing is outstanding; otherwise it stays, for `mettle chaos rollback`. */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** What the user ran, for people who find the journal later. */
  readonly command: string;
  readonly stateFolder?: string;
  readonly kinds?: readonly UndoKind[];
  readonly policy?: UndoPolicy;
}

export async function openJournal(options: JournalOptions): Promise<Journal> {
  const folder = await openStateFolder(options.stateFolder);
  const childToken = randomBytes(8).toString('hex');
  const path = join(folder, `journal-${childToken}.ndjson`);
  const self = identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
  const header = {
    journal: 1,
    ...self,
    command: options.command,
    createdAt: new Date().toISOString(),
    childToken,
  } as const;
  try {
    return new OpenJournal(path, childToken, await createJournalFile(path, header), options);
  } catch (error) {
    throw unwritable(path, error);
  }
}

class OpenJournal implements Journal {
  readonly path: string;
  readonly childToken: string;
  readonly #writer: JournalWriter;
  readonly #kinds: readonly UndoKind[];
  readonly #policy: UndoPolicy;
  readonly #open = new Map<string, Outstanding>();
  #count = 0;
  #running: Promise<UndoReport> | undefined;
  #ended = false;

  constructor(path: string, childToken: string, writer: JournalWriter, options: JournalOptions) {
    this.path = path;
    this.childToken = childToken;
    this.#writer = writer;
    this.#kinds = options.kinds ?? undoKinds;
    this.#policy = options.policy ?? patient;
  }

  outstanding(): readonly Outstanding[] {
    return [...this.#open.values()];
  }

  async track({ kind, describe, data, ttlMs }: UndoIntent): Promise<Tracked> {
    if (!this.#kinds.some((known) => known.kind === kind)) {
      throw new MettleError({ code: 'UNDO_KIND', message: `nothing can undo a ${kind}, so none is begun` });
    }
    if (holdsPassword(data)) throw secretInUndo(kind);
    this.#refuseAfterEnd();
    this.#count += 1;
    const id = String(this.#count);
    const ttl = ttlMs === undefined ? {} : { ttlMs };
    const entry: Outstanding = { id, kind, describe, data, snapshot: null, note: null, ...ttl };
    try {
      await this.#writer.append({ event: 'intent', id, kind, describe, data, ...ttl });
    } catch (error) {
      throw unwritable(this.path, error);
    }
    this.#refuseAfterEnd();
    this.#open.set(entry.id, entry);
    return {
      id: entry.id,
      applied: (snapshot) => this.#applied(entry, snapshot),
      released: () => this.#forget(entry.id, 'released'),
      clearing: () => this.#writer.append({ event: 'clearing', id }),
      expired: async () => (await readJournal(this.path))?.expired.includes(id) ?? false,
    };
  }

  undoAll(): Promise<UndoReport> {
    if (this.#running !== undefined) return this.#running;
    this.#ended = true;
    const run = this.#undoEntries(this.outstanding()).then((report) => withSweep(report, this.childToken));
    this.#running = run.finally(() => (this.#running = undefined));
    return this.#running;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    if (this.#open.size === 0) await rm(this.path, { force: true });
  }

  /** Acting that was under way when everything was undone has left something after all: it is undone at once. */
  async #applied(entry: Outstanding, snapshot: Snapshot): Promise<void> {
    const applied = { ...entry, snapshot };
    this.#open.set(entry.id, applied);
    await this.#writer.append({ event: 'applied', id: entry.id, snapshot });
    if (!this.#ended) return;
    await this.#running;
    const report = await this.#undoEntries([applied]);
    const note = report.failed[0]?.note;
    if (note !== undefined) throw undoFailed(entry.describe, note);
    throw ended();
  }

  async #forget(id: string, event: 'released' | 'undone'): Promise<void> {
    if (this.#open.delete(id)) await this.#writer.append({ event, id });
  }

  async #undoEntries(entries: readonly Outstanding[]): Promise<UndoReport> {
    return await undoEntries(entries, this.#kinds, this.#policy, (outcome) => this.#record(outcome));
  }

  /** A journal that cannot be written any more must not keep the rest from being undone. */
  async #record({ entry, note }: UndoOutcome): Promise<void> {
    try {
      if (note === null) await this.#forget(entry.id, 'undone');
      else {
        const current = this.#open.get(entry.id);
        if (current === undefined) return; // its owner has undone it meanwhile
        this.#open.set(entry.id, { ...current, note });
        await this.#writer.append({ event: 'failed', id: entry.id, note });
      }
    } catch (error) {
      process.emitWarning(`the journal ${this.path} cannot be written: ${messageOf(error)}`);
    }
  }

  #refuseAfterEnd(): void {
    if (this.#ended) throw ended();
  }
}

const ended = (): MettleError =>
  new MettleError({
    code: 'ENDING',
    message: 'Mettle is ending: nothing new is started',
    exitCode: exitCodes.interrupted,
  });

/** Not `describe`: it may hold the password, too. */
const secretInUndo = (kind: string): MettleError =>
  new MettleError({
    code: 'UNDO_SECRET',
    message: `what undoes this ${kind} looks as if it held a password, which no journal keeps, so it is not begun`,
    hint: 'take the password out of the address, the name or the option that holds it',
  });

const undoFailed = (describe: string, note: string): MettleError =>
  new MettleError({
    code: 'UNDO_FAILED',
    message: `${describe} could not be undone: ${note}`,
    hint: 'finish it with: mettle chaos rollback',
    exitCode: exitCodes.undoFailed,
  });

const unwritable = (path: string, error: unknown): MettleError =>
  new MettleError({
    code: 'JOURNAL',
    message: `the journal ${path} cannot be written, so nothing is started: ${messageOf(error)}`,
    hint: 'free some space, or set METTLE_STATE_DIR to a folder that can be written',
    cause: error,
  });
