// Which runs of a history may stand in one series: the same scenario, target and variant, and comparable with one another.

import { canonicalJson } from '../kernel/json.ts';
import { plainBranch } from '../record/commit-schema.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import { fewestRuns } from './trend-levels.ts';
import type { TrendSeries } from './trend-schema.ts';

export interface TrendGroup extends Pick<
  TrendSeries,
  'scenario' | 'target' | 'variant' | 'traits' | 'kind' | 'others'
> {
  /** By time. */
  readonly entries: readonly HistoryEntry[];
}

/** Absent: all of them. */
export interface TrendChoice {
  readonly scenario?: string | undefined;
  readonly variant?: string | undefined;
  /** Of the commit that was run, however it is written: `main` is `origin/main`, too. */
  readonly branch?: string | undefined;
}

/** What ran within the time of so many of the newest runs is still run, if by turns. */
const newestRuns = 20;

const byTime = (a: HistoryEntry, b: HistoryEntry): number =>
  Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The order in which they were found decides nothing; a run that stands twice counts once. */
function inOrder(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const seen = new Set<string>();
  return [...entries].sort(byTime).filter(({ id }) => {
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

function groupBy(entries: readonly HistoryEntry[], keyOf: (entry: HistoryEntry) => string): HistoryEntry[][] {
  const groups = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

const named = ({ scenario, target, variant }: HistoryEntry): string =>
  canonicalJson([scenario.name, target, variant]);

const comparable = ({ scenario, traits }: HistoryEntry): string => canonicalJson([scenario.hash, traits]);

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 12)}…` : text);

/** `another machine (3f2a…), another Mettle version (0.1.0)` */
function differenceOf(other: HistoryEntry, newest: HistoryEntry): string {
  const names = [...new Set([...Object.keys(newest.traits), ...Object.keys(other.traits)])];
  const different = names
    .filter((name) => other.traits[name] !== newest.traits[name])
    .map((name) => `another ${name} (${shorten(other.traits[name] ?? 'not said')})`);
  return different.length > 0 ? different.join(', ') : `another scenario (${shorten(other.scenario.hash)})`;
}

/** The newest run's kind, and every other that is still run and has enough runs to say something. */
function groupsOf(entries: readonly HistoryEntry[]): TrendGroup[] {
  const newest = entries.at(-1);
  if (newest === undefined) return [];
  const since = Date.parse((entries.at(-newestRuns) ?? entries[0] ?? newest).startedAt);
  const others: TrendGroup['others'] = [];
  const found = groupBy(entries, comparable).flatMap((own): TrendGroup[] => {
    const last = own.at(-1) ?? newest;
    const { scenario, target, variant, traits } = last;
    const kind = last === newest ? null : differenceOf(last, newest);
    const isLooked = kind === null || (own.length >= fewestRuns && Date.parse(last.startedAt) >= since);
    if (isLooked) return [{ scenario, target, variant, traits, kind, others: [], entries: own }];
    others.push({ what: kind, runs: own.length, newest: last.startedAt });
    return [];
  });
  return found.map((group) => (group.kind === null ? { ...group, others } : group));
}

const isOf = (branch: string, commit: HistoryEntry['commit']): boolean =>
  typeof commit?.branch === 'string' && plainBranch(commit.branch) === plainBranch(branch);

/**
 * For each scenario, target and variant the runs that are comparable with its newest one, and those of other kinds
 * (machines, versions of the scenario) that still run beside them. The rest is named in `others`. Sorted by name.
 */
export function trendGroups(entries: readonly HistoryEntry[], choice: TrendChoice = {}): TrendGroup[] {
  const chosen = inOrder(entries).filter(
    ({ scenario, variant, commit }) =>
      (choice.branch === undefined || isOf(choice.branch, commit)) &&
      (choice.scenario === undefined || scenario.name === choice.scenario) &&
      (choice.variant === undefined || variant === choice.variant),
  );
  return groupBy(chosen, named)
    .flatMap(groupsOf)
    .sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
}

/** `rag with a slow database, rag, after`; of another kind than the newest run it says how it differs. */
export const titleOf = ({
  scenario,
  target,
  variant,
  kind,
}: Pick<TrendGroup, 'scenario' | 'target' | 'variant' | 'kind'>): string =>
  [
    scenario.name,
    ...(target === scenario.name ? [] : [target]),
    variant,
    ...(kind === null ? [] : [kind]),
  ].join(', ');
