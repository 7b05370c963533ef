// Earlier runs that relative promises are held against: found among the records of a folder, only what is comparable.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceBetween } from '../compare/comparable.ts';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord, readRun } from '../record/store.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import type { Baseline } from '../slo/expression.ts';
import { promiseFrom } from '../slo/gates.ts';
import { printBaseline } from '../slo/print.ts';

/** What a run is compared with it by; of a run that is about to be judged all of this is known. */
type Judged = Pick<
  RunRecord,
  'id' | 'startedAt' | 'variant' | 'target' | 'scenario' | 'load' | 'environment'
>;

const green: readonly string[] = ['pass', 'warn'];

/**
 * Looks through the records of `folder` for what the promises are relative to. Records that cannot be read are passed
 * over. Never rejects: what is not found is a baseline without runs, and its reason.
 */
export async function findBaselines(
  slo: readonly PromiseSpec[],
  judged: Judged,
  folder: string,
): Promise<BaselineRuns> {
  const asked = slo.flatMap(({ assert }) => {
    const { limit } = promiseFrom(assert);
    return typeof limit === 'number' ? [] : [limit.baseline];
  });
  const found = new Map<string, ReturnType<BaselineRuns['of']>>();
  const earlier = asked.length === 0 ? [] : await earlierRuns(judged, folder);
  for (const baseline of asked)
    found.set(printBaseline(baseline), await lookUp(baseline, earlier, judged, folder));
  return {
    of: (baseline) => found.get(printBaseline(baseline)) ?? { runs: [], reason: 'it was not looked for' },
  };
}

/** A record's document, and where it lies: a folder may have been renamed. */
interface Kept {
  readonly run: RunRecord;
  readonly folder: string;
}

/** Comparable ones, of the same variant, newest first. Runs judged again by other promises are copies, and do not count. */
async function earlierRuns(judged: Judged, folder: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const name of await namesIn(folder)) {
    const run = await readRun(join(folder, name)).catch(() => undefined);
    if (run === undefined || run.judgedFrom !== undefined) continue;
    if (run.id === judged.id || run.startedAt >= judged.startedAt) continue;
    if (run.variant === judged.variant && differenceBetween(run, judged) === null)
      kept.push({ run, folder: join(folder, name) });
  }
  return kept.sort((a, b) => (a.run.startedAt < b.run.startedAt ? 1 : -1));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) !== undefined) return [];
    throw error;
  }
}

async function lookUp(
  baseline: Baseline,
  earlier: readonly Kept[],
  judged: Judged,
  folder: string,
): Promise<ReturnType<BaselineRuns['of']>> {
  if (baseline.kind === 'pinned') return await pinned(baseline.run, judged, folder);
  const usable = earlier.filter(({ run }) => green.includes(run.verdict.status));
  const wanted = baseline.kind === 'last_green' ? 1 : baseline.runs;
  const none = {
    runs: [],
    reason: `no earlier run in ${folder} is comparable and green (\`on_no_data: skip\` lets a first one pass)`,
  };
  const runs: RunData[] = [];
  for (const { folder: at } of usable) {
    if (runs.length === wanted) break;
    // Its measurements may be damaged or gone: then it is passed over, as one that is no record is.
    const data = await readRecord(at).catch(() => undefined);
    if (data !== undefined) runs.push(data);
  }
  if (runs.length === 0) return none;
  // A median of fewer than half of what was asked for would be another promise.
  if (runs.length * 2 < wanted) {
    return {
      runs: [],
      reason: `${runs.length} comparable green runs are too few for ${printBaseline(baseline)}`,
    };
  }
  return { runs, reason: null };
}

async function pinned(id: string, judged: Judged, folder: string): Promise<ReturnType<BaselineRuns['of']>> {
  if (id === judged.id) return { runs: [], reason: 'a run is not held against itself' };
  let data: RunData;
  try {
    data = await readRecord(join(folder, id));
  } catch (error) {
    return { runs: [], reason: messageOf(error) };
  }
  const { status } = data.run.verdict;
  if (status === 'invalid' || status === 'interrupted')
    return { runs: [], reason: `the pinned run ${id} is ${status}: its values are none to compare with` };
  const difference = differenceBetween(data.run, judged);
  return difference === null
    ? { runs: [data], reason: null }
    : { runs: [], reason: `the pinned run ${id} is not comparable: ${difference}` };
}
