// Earlier runs that relative promises are held against: found among the records of a folder, only what is comparable.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceBetween } from '../compare/comparable.ts';
import { errnoOf, messageOf, MettleError } from '../kernel/errors.ts';
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

/** Comparable ones, of the same variant, newest first. */
async function earlierRuns(judged: Judged, folder: string): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const name of await namesIn(folder)) {
    const run = await readRun(join(folder, name)).catch(() => undefined);
    if (run === undefined || run.id === judged.id || run.startedAt >= judged.startedAt) continue;
    if (run.variant === judged.variant && differenceBetween(run, judged) === null) runs.push(run);
  }
  return runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
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
  earlier: readonly RunRecord[],
  judged: Judged,
  folder: string,
): Promise<ReturnType<BaselineRuns['of']>> {
  if (baseline.kind === 'pinned') return await pinned(baseline.run, judged, folder);
  const usable = earlier.filter(({ verdict }) => green.includes(verdict.status));
  const wanted = baseline.kind === 'last_green' ? 1 : baseline.runs;
  const none = {
    runs: [],
    reason: `no earlier run in ${folder} is comparable and green (\`on_no_data: skip\` lets a first one pass)`,
  };
  if (usable.length === 0) return none;
  // A median of fewer than half of what was asked for would be another promise.
  if (usable.length * 2 < wanted) {
    return {
      runs: [],
      reason: `${usable.length} comparable green runs are too few for ${printBaseline(baseline)}`,
    };
  }
  const runs = await Promise.all(usable.slice(0, wanted).map(({ id }) => readRecord(join(folder, id))));
  return { runs, reason: null };
}

async function pinned(id: string, judged: Judged, folder: string): Promise<ReturnType<BaselineRuns['of']>> {
  if (id === judged.id) return { runs: [], reason: 'a run is not held against itself' };
  let data: RunData;
  try {
    data = await readRecord(join(folder, id));
  } catch (error) {
    if (!(error instanceof MettleError)) throw error;
    return { runs: [], reason: messageOf(error) };
  }
  const difference = differenceBetween(data.run, judged);
  return difference === null
    ? { runs: [data], reason: null }
    : { runs: [], reason: `the pinned run ${id} is not comparable: ${difference}` };
}
