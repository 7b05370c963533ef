// Pairs of stored runs with their measurements, and what a comparison says of its runs.

import { relative, sep } from 'node:path';
import { byTime } from '../compare/grouping.ts';
import type { ComparisonInput } from '../compare/compare.ts';
import type { ComparisonRun } from '../compare/schema.ts';
import { messageOf } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord } from '../record/store.ts';
import type { Alone } from './compare-records-alone.ts';
import type { StoredRun } from './compare-records-members.ts';
import type { StoredPair } from './compare-records-pairs.ts';
import { oneLine } from './known-history.ts';

interface ReadRun {
  /** Absolute. */
  readonly folder: string;
  readonly data: RunData;
}

export interface ReadPair {
  readonly pair: number;
  readonly before: ReadRun;
  readonly after: ReadRun;
}

export interface ReadPairs {
  readonly pairs: readonly ReadPair[];
  /** Members that have lost their measurements. */
  readonly gone: Readonly<Record<'before' | 'after', number>>;
  /** The members of pairs that were left out: their documents still say what became of them. */
  readonly alone: Alone;
  readonly notes: readonly string[];
}

/** Each run once, one after the other; a pair of which one has lost its measurements is left out and told. */
export async function readPairs(stored: readonly StoredPair[]): Promise<ReadPairs> {
  const pairs: ReadPair[] = [];
  const gone = { before: 0, after: 0 };
  const alone: Record<'before' | 'after', StoredRun[]> = { before: [], after: [] };
  const notes: string[] = [];
  for (const { pair, ...members } of stored) {
    const before = await readOne(members.before.folder);
    const after = await readOne(members.after.folder);
    if (typeof before !== 'string' && typeof after !== 'string') {
      pairs.push({ pair, before, after });
      continue;
    }
    alone.before.push(members.before);
    alone.after.push(members.after);
    for (const [role, read] of Object.entries({ before, after }) as ['before' | 'after', typeof before][]) {
      if (typeof read !== 'string') continue;
      gone[role] += 1;
      notes.push(`pair ${pair}, left out: ${read}`);
    }
  }
  return { pairs, gone, alone, notes };
}

/** Or why it cannot be read. */
async function readOne(folder: string): Promise<ReadRun | string> {
  try {
    return { folder, data: await readRecord(folder) };
  } catch (error) {
    return oneLine(messageOf(error));
  }
}

/** `folder`: of the comparison; links to its runs are relative to it. `first`: of these pairs. */
export function whatWasRun(pairs: readonly ReadPair[], first: ReadPair, folder: string) {
  const members = pairs
    .flatMap(({ pair, before, after }) => [
      { ...before, pair, role: 'before' as const },
      { ...after, pair, role: 'after' as const },
    ])
    .sort((one, other) => byTime(one.data.run, other.data.run));
  const records = members.map(({ data }) => data.run);
  const { scenario, target, seed, variant } = first.after.data.run;
  return {
    pairs: pairs.map(({ pair, before, after }) => ({ pair, before: before.data, after: after.data })),
    runs: members.map(({ data: { run }, pair, role, folder: at }, index): ComparisonRun => {
      const { id, variant: own, verdict } = run;
      const place = { id, pair, variant: own, role, position: index + 1, seed: run.seed };
      const from = relative(folder, at).split(sep).join('/');
      return { ...place, folder: from, verdict: verdict.status, reasons: verdict.reasons };
    }),
    ...{ scenario, target: target.name, seed },
    variants: { before: first.before.data.run.variant, after: variant },
    startedAt: records[0]?.startedAt ?? '',
    finishedAt: lastEnd(records),
  } satisfies Partial<ComparisonInput>;
}

function lastEnd(records: readonly RunRecord[]): string {
  const ends = records.map(({ startedAt, load }) => Date.parse(startedAt) + load.elapsedMicros / 1000);
  return new Date(Math.max(0, ...ends.filter((ms) => !Number.isNaN(ms)))).toISOString();
}
