// Ends faults that have outlived their time while their Mettle lives: it may be blocked, stopped or swapped out.
//
// It needs nothing of that Mettle but the journal, which it reads whenever it has grown, and to which it adds whole lines
// of its own (a short line appended at once is never mixed with another's). Both may undo the same thing at the same
// time: every undo is harmless when repeated.

import { stat } from 'node:fs/promises';
import type { Clock } from '../kernel/clock.ts';
import { readJournal } from './journal-file.ts';
import type { Outstanding } from './journal-file.ts';
import type { JournalWriter } from './journal-writer.ts';
import { Expiry } from './ttl.ts';
import { undoEntries } from './undo/attempt.ts';
import type { UndoOutcome, UndoPolicy } from './undo/attempt.ts';
import type { UndoKind } from './undo/undo-kind.ts';

export interface TtlPorts {
  readonly path: string;
  readonly writer: JournalWriter;
  readonly kinds: readonly UndoKind[];
  readonly policy: UndoPolicy;
  readonly clock: Pick<Clock, 'nowMicros'>;
}

export class TtlKeeper {
  readonly #ports: TtlPorts;
  readonly #expiry = new Expiry();
  /** Undone for certain, even when that could not be written down. */
  readonly #done = new Set<string>();
  readonly #told = new Map<string, string>();
  #size = -1;
  #outstanding: readonly Outstanding[] = [];
  #passing = false;

  constructor(ports: TtlPorts) {
    this.#ports = ports;
  }

  /** One look; to be called a few times a second. Does nothing while the last one still undoes. Never rejects. */
  async pass(): Promise<void> {
    if (this.#passing) return;
    this.#passing = true;
    try {
      await this.#read();
      const left = this.#outstanding.filter(({ id }) => !this.#done.has(id));
      const due = this.#expiry.due(left, this.#ports.clock.nowMicros());
      if (due.length > 0) await this.#undo(due);
    } catch {
      // A journal that cannot be read at this moment is read at the next; one that is gone was finished.
      this.#size = -1;
    } finally {
      this.#passing = false;
    }
  }

  async #read(): Promise<void> {
    const { size } = await stat(this.#ports.path);
    if (size === this.#size) return;
    this.#outstanding = (await readJournal(this.#ports.path))?.outstanding ?? [];
    this.#size = size;
  }

  async #undo(due: readonly Outstanding[]): Promise<void> {
    const { kinds, policy } = this.#ports;
    // A server that hangs holds up neither what is on this machine nor what is on another kind of server.
    const places = new Map<string, Outstanding[]>();
    for (const entry of due) {
      const where = kinds.find(({ kind }) => kind === entry.kind)?.where ?? 'local';
      places.set(where, [...(places.get(where) ?? []), entry]);
    }
    const once = { ...policy, rounds: 1 };
    const chains = [...places.values()].map((entries) =>
      undoEntries(entries, kinds, once, (outcome) => this.#record(outcome)),
    );
    await Promise.all(chains);
  }

  async #record({ entry: { id }, note }: UndoOutcome): Promise<void> {
    const { writer, clock } = this.#ports;
    if (note === null) {
      this.#done.add(id);
      await writer.append({ event: 'expired', id }).catch(() => undefined);
      return;
    }
    this.#expiry.failed(id, clock.nowMicros());
    if (this.#told.get(id) === note) return;
    this.#told.set(id, note);
    await writer.append({ event: 'failed', id, note }).catch(() => undefined);
  }
}
