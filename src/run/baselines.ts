// Earlier runs that relative promises are held against: found among the records of a folder, only what is comparable.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { differenceBetween } from '../compare/comparable.ts';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord, readRun } from '../record/store.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { BaselineRuns, BaselineValue } from '../slo/baseline.ts';
import type { Baseline } from '../slo/expression.ts';
import { gatesOf, promiseFrom, type PromiseText } from '../slo/gates.ts';
import { printBaseline } from '../slo/print.ts';
import { baselineValue } from '../slo/relative.ts';
import { effectsOf } from './effects.ts';
import { promiseTexts } from './steady.ts';

/** What a run is compared with it by; of a run that is about to be judged all of this is known. */
type Judged = Pick<
  RunRecord,
  'id' | 'startedAt' | 'variant' | 'target' | 'scenario' | 'load' | 'environment'
>;

const green: readonly string[] = ['pass', 'warn'];

type Found = ReturnType<BaselineRuns['of']>;

/** What it is asked about, by text and rules. */
const keyOf = ({ text, minSamples = 0 }: PromiseText): string => `${minSamples} ${text}`;

/**
 * Looks through the records of `folder` for what the promises are relative to. Records that cannot be read are passed
 * over. Never rejects: what is not found is a baseline without runs, and its reason.
 */
export async function findBaselines(
  slo: readonly PromiseSpec[],
  judged: Judged,
  folder: string,
): Promise<BaselineRuns> {
  const found = new Map<string, Found>();
  const asked = promiseTexts(slo).flatMap((promise) => {
    const { limit } = promiseFrom(promise.text);
    return typeof limit === 'number' ? [] : [{ promise, baseline: limit.baseline }];
  });
  const earlier = asked.length === 0 ? [] : await earlierRuns(judged, folder);
  const kinds = new Map(asked.map(({ baseline }) => [printBaseline(baseline), baseline]));
  for (const [what, baseline] of kinds) {
    const alike = asked.filter((one) => printBaseline(one.baseline) === what);
    const promises = alike.map(({ promise }) => promise);
    const { runs, reason } = await lookUp(baseline, valuesBy(slo, promises), earlier, judged, folder);
    for (const promise of promises) {
      const key = keyOf(promise);
      const own = runs.map(({ id, values }) => ({ id, of: values.get(key) ?? { why: 'it was not read' } }));
      found.set(key, { runs: own, reason });
    }
  }
  return { of: (promise) => found.get(keyOf(promise)) ?? { runs: [], reason: 'it was not looked for' } };
}

type ValuesOf = (data: RunData) => Map<string, BaselineValue>;

/** What these promises are about, read from an earlier run as if it had been held to the same promises: so are its phases. */
const valuesBy =
  (slo: readonly PromiseSpec[], promises: readonly PromiseText[]): ValuesOf =>
  (data) => {
    const gates = gatesOf(promiseTexts(slo));
    const { load, faults } = data.run;
    const effects = effectsOf(
      { slo, warmupMicros: load.warmupMicros },
      { ...load, faults, slices: data.slices },
    );
    const phased = { ...data, run: { ...data.run, ...effects } };
    return new Map(
      promises.map((promise) => {
        const { text, minSamples = 0 } = promise;
        return [keyOf(promise), baselineValue(phased, promiseFrom(text), { gates, minSamples })];
      }),
    );
  };

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

interface Read {
  readonly id: string;
  readonly values: ReturnType<ValuesOf>;
}

/** Of each run that is read only its values stay. */
async function lookUp(
  baseline: Baseline,
  valuesOf: ValuesOf,
  earlier: readonly Kept[],
  judged: Judged,
  folder: string,
): Promise<{ readonly runs: readonly Read[]; readonly reason: string | null }> {
  if (baseline.kind === 'pinned') {
    const read = await pinned(baseline.run, valuesOf, judged, folder);
    return typeof read === 'string' ? { runs: [], reason: read } : { runs: [read], reason: null };
  }
  const usable = earlier.filter(({ run }) => green.includes(run.verdict.status));
  const wanted = baseline.kind === 'last_green' ? 1 : baseline.runs;
  const runs: Read[] = [];
  for (const { run, folder: at } of usable) {
    if (runs.length === wanted) break;
    // Its measurements may be damaged or gone: then it is passed over, as one that is no record is.
    const values = await readRecord(at)
      .then(valuesOf)
      .catch(() => undefined);
    if (values !== undefined) runs.push({ id: run.id, values });
  }
  const none = `no earlier run in ${folder} is comparable and green (\`on_no_data: skip\` lets a first one pass)`;
  if (runs.length === 0) return { runs, reason: none };
  // A median of fewer than half of what was asked for would be another promise.
  const few = `${runs.length} comparable green runs are too few for ${printBaseline(baseline)}`;
  return runs.length * 2 < wanted ? { runs: [], reason: few } : { runs, reason: null };
}

/** What was read, or why it is nothing to compare with. */
async function pinned(
  id: string,
  valuesOf: ValuesOf,
  judged: Judged,
  folder: string,
): Promise<Read | string> {
  if (id === judged.id) return 'a run is not held against itself';
  try {
    const data = await readRecord(join(folder, id));
    const unfit = unfitness(data.run, judged);
    if (unfit !== null) return `the pinned run ${id} ${unfit}`;
    const difference = differenceBetween(data.run, judged);
    return difference === null
      ? { id, values: valuesOf(data) }
      : `the pinned run ${id} is not comparable: ${difference}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why a run that somebody names is nothing to compare with; null: it was measured whole, and may have failed. */
function unfitness(run: RunRecord, judged: Judged): string | null {
  const { verdict, stoppedBy, judgedFrom, grounds } = run;
  if (run.id === judged.id || judgedFrom === judged.id) return 'is this run itself';
  if (judgedFrom !== undefined) return `is the run ${judgedFrom}, judged again: pin that one`;
  const measured = grounds === undefined || grounds.invalid.length === 0;
  const status = measured ? verdict.status : 'invalid';
  if (status === 'invalid' || status === 'interrupted' || (grounds?.interrupted ?? null) !== null)
    return `is ${status === 'invalid' ? status : 'interrupted'}: its values are none to compare with`;
  if (stoppedBy === null) return null;
  return `was stopped by \`${stoppedBy.promise}\`: a part is not compared with a whole`;
}
