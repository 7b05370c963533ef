// The journal's format: what is written before acting, and what a reader, perhaps after a crash, makes of it.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { ProcessIdentity } from '../kernel/process-table.ts';
import { readOwnFile } from './own-file.ts';

/** Parsed from JSON, so whatever is inside is JSON. */
const data = z.custom<Snapshot>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const identity = { pid: z.number().int().positive(), startTime: z.string() };

const header = z.object({
  journal: z.literal(1),
  ...identity,
  command: z.string(),
  createdAt: z.string(),
  childToken: z.string().min(8),
});

const line = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('intent'),
    id: z.string(),
    kind: z.string(),
    describe: z.string(),
    data,
    ttlMs: z.number().positive().optional(),
  }),
  z.object({ event: z.literal('applied'), id: z.string(), snapshot: data }),
  z.object({ event: z.enum(['clearing', 'expired', 'released', 'undone']), id: z.string() }),
  z.object({ event: z.literal('failed'), id: z.string(), note: z.string() }),
  z.object({ event: z.literal('watchdog'), ...identity }),
]);

export type JournalHeader = z.infer<typeof header>;
export type JournalLine = z.infer<typeof line>;
export type Snapshot = { readonly [key: string]: Json };

/** Something that was begun and is not known to be undone. */
export interface Outstanding {
  readonly id: string;
  readonly kind: string;
  readonly describe: string;
  readonly data: { readonly [key: string]: Json };
  /** null: it is not known whether acting got anywhere. */
  readonly snapshot: Snapshot | null;
  /** Why the last attempt to undo it failed. */
  readonly note: string | null;
  /** It must not be in effect for longer, whoever hangs; absent: it may. */
  readonly ttlMs?: number;
  /** Its owner is about to undo it. */
  readonly clearing?: boolean;
}

export interface JournalContent {
  readonly header: JournalHeader;
  /** In order of creation: undo from the end. */
  readonly outstanding: readonly Outstanding[];
  readonly watchdog: ProcessIdentity | null;
  /** Ids of those that the watchdog has ended because their time was over. */
  readonly expired: readonly string[];
  /** Complete lines that make no sense. A torn last line is no damage: nothing was done before it was whole. */
  readonly damagedLines: number;
}

/** Undefined when the file does not begin as a journal does. Rejects when it cannot be read, or not be trusted. */
export async function readJournal(path: string): Promise<JournalContent | undefined> {
  const lines = (await readOwnFile(path)).split('\n');
  lines.pop(); // nothing after the last line break, or a line that was being written when the writer died
  const head = parsed(header, lines.shift() ?? '');
  if (head === undefined) return undefined;
  const entries = lines.filter((text) => text !== '').map((text) => parsed(line, text));
  const known = entries.filter((entry) => entry !== undefined);
  return {
    header: head,
    outstanding: outstandingOf(known),
    watchdog: known.findLast((entry) => entry.event === 'watchdog') ?? null,
    expired: known.flatMap((entry) => (entry.event === 'expired' ? [entry.id] : [])),
    damagedLines: entries.length - known.length,
  };
}

function outstandingOf(entries: readonly JournalLine[]): Outstanding[] {
  const open = new Map<string, Outstanding>();
  const all = new Map<string, Outstanding>();
  const update = (id: string, change: Partial<Outstanding>): void => {
    const before = all.get(id);
    if (before === undefined) return;
    const after = { ...before, ...change };
    all.set(id, after);
    open.set(id, after);
  };
  for (const entry of entries) {
    if (entry.event === 'intent') {
      const { id, kind, describe, ttlMs } = entry;
      const ttl = ttlMs === undefined ? {} : { ttlMs };
      all.set(id, { id, kind, describe, data: entry.data, snapshot: null, note: null, ...ttl });
      update(id, {});
    } else if (entry.event === 'applied') update(entry.id, { snapshot: entry.snapshot });
    else if (entry.event === 'failed') update(entry.id, { note: entry.note });
    else if (entry.event === 'clearing') update(entry.id, { clearing: true });
    else if (entry.event !== 'watchdog') open.delete(entry.id);
  }
  return [...all.keys()].flatMap((id) => open.get(id) ?? []);
}

function parsed<Output>(schema: z.ZodType<Output>, text: string): Output | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: counted by the caller
  }
}
