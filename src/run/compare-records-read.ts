// Pairs of stored runs with their measurements, and what a comparison says of its runs.

import { relative, sep } from 'node:path';
import { byTime } from '../compare/grouping.ts';
import type { ComparisonInput } from '../compare/compare.ts';
import type { ComparisonRun } from '../compare/schema.ts';
import { messageOf } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord } from '../record/store.ts';
import type { StoredPair } from './compare-records-pairs.ts';

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

/** Each run once, one after the other; a pair of which one has lost its measurements is left out and told. */
export async function readPairs(
  stored: readonly StoredPair[],
): Promise<{ readonly pairs: ReadPair[]; readonly gone: string[] }> {
  const pairs: ReadPair[] = [];
  const gone: string[] = [];
  for (const { pair, before, after } of stored) {
    try {
      pairs.push({ pair, before: await readOne(before.folder), after: await readOne(after.folder) });
    } catch (error) {
      gone.push(`pair ${pair}, left out: ${messageOf(error)}`);
    }
  }
  return { pairs, gone };
}

const readOne = async (folder: string): Promise<ReadRun> => ({ folder, data: await readRecord(folder) });

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
