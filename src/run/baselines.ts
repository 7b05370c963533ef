// Earlier runs that relative promises are held against: found among records and in the history, only what is comparable.

import { join } from 'node:path';
import { differenceBetween, traitsOf } from '../compare/comparable.ts';
import { canonicalJson } from '../kernel/json.ts';
import { messageOf } from '../kernel/errors.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord } from '../record/store.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import type { Baseline } from '../slo/expression.ts';
import { promiseFrom, type PromiseText } from '../slo/gates.ts';
import { printBaseline } from '../slo/print.ts';
import { type BaselineReading, baselineValue } from '../slo/relative.ts';
import { baselineReader } from './baseline-reading.ts';
import { branchesFor, isOfBranches } from './branches.ts';
import { type EarlierRun, earlierRuns, type Judged } from './earlier-runs.ts';
import { mergeBaseOf } from './merge-base.ts';
import { promiseTexts } from './steady.ts';
import { unfitnessOf } from './unfit.ts';

const green: readonly string[] = ['pass', 'warn'];

type Found = ReturnType<BaselineRuns['of']>;

/** What it is asked about, by text and rules. */
const keyOf = ({ text, minSamples = 0 }: PromiseText): string => `${minSamples} ${text}`;

interface BaselinePlaces {
  /** Folder of records. */
  readonly folder: string;
  /** Runs whose records may be gone; only of those that had the promises which are asked now. */
  readonly history?: readonly HistoryEntry[];
  /** In which git is asked for merge bases. Default: none can be found. */
  readonly repository?: string;
  /** Of another branch than this and its own a run knows nothing. Default: nobody says which is the base branch. */
  readonly baseBranch?: string | null;
  /** A run that is none to be held against: what is asked is whether it was an exception. */
  readonly except?: string;
}

/**
 * Looks for what the promises are relative to. Records that cannot be read are passed over. Never rejects: what is not
 * found is a baseline without runs, and its reason.
 */
export async function findBaselines(
  slo: readonly PromiseSpec[],
  judged: Judged,
  places: BaselinePlaces,
): Promise<BaselineRuns> {
  const found = new Map<string, Found>();
  const asked = promiseTexts(slo).flatMap((promise) => {
    const { limit } = promiseFrom(promise.text);
    return typeof limit === 'number' ? [] : [{ promise, baseline: limit.baseline }];
  });
  const all = asked.length === 0 ? [] : await earlierRuns(judged, places.folder, places.history ?? []);
  const earlier = all.filter(({ id }) => id !== places.except);
  const read = readerOf(slo);
  const kinds = new Map(asked.map(({ baseline }) => [printBaseline(baseline), baseline]));
  for (const [what, baseline] of kinds) {
    const alike = asked.filter((one) => printBaseline(one.baseline) === what);
    const texts = alike.map(({ promise }) => promise.text);
    const { runs, reason } = await lookUp(baseline, {
      earlier,
      judged,
      places,
      read: (run) => read(run, texts),
    });
    for (const { promise } of alike) {
      const own = runs.map(({ id, values }) => ({ id, of: ofPromise(values, promise) }));
      found.set(keyOf(promise), { runs: own, reason });
    }
  }
  return { of: (promise) => found.get(keyOf(promise)) ?? { runs: [], reason: 'it was not looked for' } };
}

/** By the text of a promise. */
type Values = ReadonlyMap<string, BaselineReading>;

const ofPromise = (values: Values, promise: PromiseText): Found['runs'][number]['of'] => {
  const reading = values.get(promise.text);
  return reading === undefined ? { why: 'it was not read' } : baselineValue(reading, promise.minSamples);
};

type ReadRun = (run: Pick<EarlierRun, 'entry' | 'folder'>) => Promise<Values | undefined>;

/** From the history, which says the same as the record; of each run that is read only its values stay. */
function readerOf(slo: readonly PromiseSpec[]) {
  const reading = baselineReader(slo);
  return async (
    { entry, folder }: Parameters<ReadRun>[0],
    texts: readonly string[],
  ): Promise<Values | undefined> => {
    const told = new Map(entry?.baselines.map((one) => [one.promise, one]));
    if (texts.every((text) => told.has(text))) return told;
    if (folder === undefined) return undefined;
    // Its measurements may be damaged or gone: then it is passed over, as one that is no record is.
    return await readRecord(folder)
      .then((data) => new Map(texts.map((text) => [text, reading(data, text)])))
      .catch(() => undefined);
  };
}

interface Read {
  readonly id: string;
  readonly values: Values;
}

interface Looked {
  readonly runs: readonly Read[];
  readonly reason: string | null;
}

interface LookUp {
  readonly earlier: readonly EarlierRun[];
  readonly judged: Judged;
  readonly places: BaselinePlaces;
  readonly read: ReadRun;
}

const nothing = (reason: string): Looked => ({ runs: [], reason });

async function lookUp(baseline: Baseline, asked: LookUp): Promise<Looked> {
  const usable = asked.earlier.filter(
    ({ status, entry }) => green.includes(status) && (entry?.unfit ?? null) === null,
  );
  const where =
    asked.places.history === undefined ? asked.places.folder : `${asked.places.folder} and the history`;
  switch (baseline.kind) {
    case 'pinned':
      return await pinned(baseline.run, asked);
    case 'merge_base':
      return await mergeBase(baseline.branch, usable, asked, where);
    case 'last_green':
    case 'rolling_median': {
      const wanted = baseline.kind === 'last_green' ? 1 : baseline.runs;
      const branches = branchesFor(asked.judged.commit, asked.places.baseBranch ?? null);
      const ofThese = usable.filter(({ commit }) => isOfBranches(commit, branches));
      const runs = await firstOf(ofThese, wanted, asked.read);
      const of = branches === null ? '' : ` of ${branches.join(' or ')}`;
      if (runs.length === 0)
        return nothing(
          `no earlier run${of} in ${where} is comparable and green (\`on_no_data: skip\` lets a first one pass)`,
        );
      // A median of fewer than half of what was asked for would be another promise.
      const few = `${runs.length} comparable green runs${of} are too few for ${printBaseline(baseline)}`;
      return runs.length * 2 < wanted ? nothing(few) : { runs, reason: null };
    }
  }
}

/** The first so many that can be read. */
async function firstOf(usable: readonly EarlierRun[], wanted: number, read: ReadRun): Promise<Read[]> {
  const runs: Read[] = [];
  for (const run of usable) {
    if (runs.length === wanted) break;
    const values = await read(run);
    if (values !== undefined) runs.push({ id: run.id, values });
  }
  return runs;
}

/** Of the merge base itself, or of its nearest ancestor that has one. What was changed since its commit is no run of it. */
async function mergeBase(
  branch: string | null,
  usable: readonly EarlierRun[],
  { judged, places, read }: LookUp,
  where: string,
): Promise<Looked> {
  if (places.repository === undefined)
    return nothing('it is not known in which repository the merge base is');
  const { commit } = judged;
  if (commit == null) return nothing('it is not known of which commit this run is');
  const base = await mergeBaseOf(places.repository, branch, commit);
  if (typeof base === 'string') return nothing(`no merge base: ${base}`);
  for (const sha of base.commits) {
    const ofCommit = usable.filter(({ commit }) => commit?.sha === sha && !commit.dirty);
    const runs = await firstOf(ofCommit, 1, read);
    if (runs.length > 0) return { runs, reason: null };
  }
  return nothing(
    `no run in ${where} of ${base.where}, nor of the ${base.commits.length - 1} before that, is comparable and green (\`on_no_data: skip\` lets a first one pass)`,
  );
}

/** A record says best what it is; where it is gone, the history does. */
async function pinned(id: string, { judged, places, read }: LookUp): Promise<Looked> {
  if (id === judged.id) return nothing('a run is not held against itself');
  const folder = join(places.folder, id);
  try {
    const { run } = await readRecord(folder);
    const unfit = unfitness(run, judged);
    if (unfit !== null) return nothing(`the pinned run ${id} ${unfit}`);
    const difference = differenceBetween(run, judged);
    if (difference !== null) return nothing(`the pinned run ${id} is not comparable: ${difference}`);
    const values = await read({ folder });
    return values === undefined
      ? nothing(`the pinned run ${id} cannot be read`)
      : { runs: [{ id, values }], reason: null };
  } catch (error) {
    const entry = places.history?.find((one) => one.id === id);
    return entry === undefined ? nothing(messageOf(error)) : await pinnedEntry(entry, judged, read);
  }
}

async function pinnedEntry(entry: HistoryEntry, judged: Judged, read: ReadRun): Promise<Looked> {
  const { id, verdict, unfit, traits } = entry;
  const useless = uselessness(verdict.status, unfit);
  if (useless !== null) return nothing(`the pinned run ${id} ${useless}`);
  const own = traitsOf(judged);
  const names = [...new Set([...Object.keys(own), ...Object.keys(traits)])];
  const other = names.find(
    (name) => canonicalJson(own[name] ?? null) !== canonicalJson(traits[name] ?? null),
  );
  if (other !== undefined) return nothing(`the pinned run ${id} is not comparable: another ${other}`);
  const values = await read({ entry });
  return values === undefined
    ? nothing(`the history says nothing of the promise in the pinned run ${id}, whose record is gone`)
    : { runs: [{ id, values }], reason: null };
}

/** Why a run that somebody names is nothing to compare with; null: it was measured whole, and may have failed. */
function unfitness(run: RunRecord, judged: Judged): string | null {
  const { verdict, judgedFrom } = run;
  if (run.id === judged.id || judgedFrom === judged.id) return 'is this run itself';
  if (judgedFrom !== undefined) return `is the run ${judgedFrom}, judged again: pin that one`;
  return uselessness(verdict.status, unfitnessOf(run));
}

/** The same of a record and of what the history kept of it. */
function uselessness(status: HistoryEntry['verdict']['status'], unfit: string | null): string | null {
  if (unfit !== null) return `is none to compare with: ${unfit}`;
  if (status !== 'invalid' && status !== 'interrupted') return null;
  return `is none to compare with: its verdict is ${status}`;
}
