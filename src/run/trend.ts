// One trend: its runs found, judged, written with its reports.

import { resolve, join } from 'node:path';
import { trendFormatVersion, type Trend } from '../compare/trend-schema.ts';
import type { Suppression } from '../compare/trend-suppressions.ts';
import type { TrendLimit } from '../compare/trend-meeting.ts';
import { judgeTrend } from '../compare/trend.ts';
import { MettleError } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { writableFolder, writeFileAtomic } from '../record/atomic.ts';
import { plainBranch } from '../record/commit-schema.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { formatDocument } from '../record/store.ts';
import { mettleVersion } from './environment.ts';
import { runId } from './identity.ts';
import { oneLine } from './known-history.ts';
import { writeTrendReports } from './reports.ts';
import { findRuns } from './trend-runs.ts';

export interface TrendOptions {
  readonly paths: readonly string[];
  readonly out: string;
  /** Canonical texts. */
  readonly metrics: readonly string[];
  readonly limits: readonly TrendLimit[];
  readonly suppressions: readonly Suppression[];
  readonly horizonDays: number;
  readonly seed: number;
  readonly scenario?: string | undefined;
  readonly variant?: string | undefined;
  readonly branch?: string | undefined;
  readonly command: string;
  readonly progress: (line: string) => void;
}

export interface Trended {
  readonly trend: Trend;
  readonly reportPath: string;
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

function refuse(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new MettleError({
    code: 'NOT_IN_HISTORY',
    message: `no run has the ${what} \`${name}\``,
    hint: oneLine(
      didYouMean(name, known) ?? (known.length === 0 ? 'None has one.' : `They have: ${known.join(', ')}.`),
    ),
  });
}

const branchOf = ({ commit }: HistoryEntry): readonly string[] =>
  typeof commit?.branch === 'string' ? [plainBranch(commit.branch)] : [];

/** What is named must be there: a misspelt name would make a trend of nothing. */
function checkNames(entries: readonly HistoryEntry[], options: TrendOptions): void {
  if (entries.length === 0) return;
  const { scenario, variant, branch, metrics, limits } = options;
  if (scenario !== undefined)
    refuse('scenario', scenario, unique(entries.map((entry) => entry.scenario.name)));
  if (variant !== undefined) refuse('variant', variant, unique(entries.map((entry) => entry.variant)));
  if (branch !== undefined) refuse('branch', plainBranch(branch), unique(entries.flatMap(branchOf)));
  const known = unique(entries.flatMap(({ values }) => values.map(({ metric }) => metric)));
  for (const name of [...metrics, ...limits.map(({ metric }) => metric)]) refuse('metric', name, known);
}

/** Reads, judges and writes `<out>/<id>/`. Throws NO_RECORDS or NOT_IN_HISTORY (exit code 2), RECORD_UNWRITABLE. */
export async function makeTrend(options: TrendOptions): Promise<Trended> {
  const { paths, out, horizonDays, seed, command } = options;
  const asked = [...options.metrics, ...options.limits.map(({ metric }) => metric)];
  const { entries, skipped } = await findRuns(paths, asked);
  skipped.forEach(options.progress);
  checkNames(entries, options);
  const now = new Date();
  const judged = judgeTrend(entries, { ...options, now });
  const [only, second] = judged.series;
  const id = runId(now, 'trend', only === undefined || second !== undefined ? 'all' : only.scenario.name);
  const trend: Trend = {
    ...{
      formatVersion: trendFormatVersion,
      id,
      createdAt: now.toISOString(),
      mettle: mettleVersion,
      command,
    },
    ...{ seed, horizonDays, sources: [...paths], skipped: [...skipped] },
    ...judged,
  };
  const folder = resolve(await writableFolder(out), id);
  await writableFolder(folder);
  await writeFileAtomic(join(folder, 'trend.json'), formatDocument(trend));
  return { trend, reportPath: await writeTrendReports(folder, trend) };
}
