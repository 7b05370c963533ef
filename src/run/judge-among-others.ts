// A run judged with what is known of earlier ones: baselines of relative promises, and whether its level is suspicious.

import { dirname } from 'node:path';
import type { RunData } from '../record/data.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { findBaselines } from './baselines.ts';
import { branchesFor, isOfBranches } from './branches.ts';
import { repositoryOf } from './commit.ts';
import { comparableEntries } from './earlier-runs.ts';
import { historyEntryOf } from './history-entry.ts';
import { judge, judgedOf, type Measured } from './judge.ts';
import { knownEntries } from './known-history.ts';
import { baseBranchName } from './merge-base.ts';
import type { EarlierPlaces, RunRequest } from './run-request.ts';
import { suspicionOf } from './suspicion.ts';

export async function judgeAmongOthers(request: RunRequest, measured: Measured): Promise<RunData> {
  const { scenario, folder, place } = request;
  const places: EarlierPlaces = request.earlier ?? { records: dirname(folder), history: null };
  const { records, history, except } = places;
  // Pairs of a verification tell more than a suspicion of one of their runs, and nobody wants to hear the same of each.
  const isSingle = place === undefined;
  const say = isSingle ? request.progress : (): void => undefined;
  const entries = history === null ? null : await knownEntries(history, say);
  const judged = judgedOf(request, measured);
  const repository = repositoryOf(scenario.file);
  const baseBranch = await baseBranchName(repository);
  const baselines = await findBaselines(scenario.slo, judged, {
    folder: records,
    ...{ repository, baseBranch },
    ...(except === undefined ? {} : { except }),
    ...(entries === null ? {} : { history: entries }),
  });
  const data = judge(request, measured, baselines);
  if (entries === null || !isSingle) return data;
  const branches = branchesFor(judged.commit, baseBranch);
  const alike = comparableEntries(judged, entries).filter(({ commit }) => isOfBranches(commit, branches));
  return withSuspicion(data, alike);
}

function withSuspicion(data: RunData, earlier: readonly HistoryEntry[]): RunData {
  const suspicion = suspicionOf(historyEntryOf(data), earlier);
  return suspicion === null ? data : { ...data, run: { ...data.run, suspicion } };
}
