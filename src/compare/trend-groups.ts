// Which runs of a history may stand in one series: the same scenario, target and variant, comparable with the newest one.

import { canonicalJson } from '../kernel/json.ts';
import type { HistoryEntry } from '../record/history-schema.ts';
import type { TrendSeries } from './trend-schema.ts';

export interface TrendGroup extends Pick<
  TrendSeries,
  'scenario' | 'target' | 'variant' | 'traits' | 'others'
> {
  /** By time. */
  readonly entries: readonly HistoryEntry[];
}

/** Absent: all of them. */
export interface TrendChoice {
  readonly scenario?: string | undefined;
  readonly variant?: string | undefined;
}

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

function groupOf(entries: readonly HistoryEntry[]): TrendGroup[] {
  const newest = entries.at(-1);
  if (newest === undefined) return [];
  const groups = groupBy(entries, comparable);
  const own = groups.find((group) => group.at(-1) === newest) ?? [];
  const others = groups.flatMap((group) => {
    const last = group.at(-1);
    return group === own || last === undefined
      ? []
      : [{ what: differenceOf(last, newest), runs: group.length, newest: last.startedAt }];
  });
  const { scenario, target, variant, traits } = newest;
  return [{ scenario, target, variant, traits, others, entries: own }];
}

/**
 * One group for each scenario, target and variant: the runs that are comparable with its newest one. The rest is named in
 * `others`. Sorted by name.
 */
export function trendGroups(entries: readonly HistoryEntry[], choice: TrendChoice = {}): TrendGroup[] {
  const chosen = inOrder(entries).filter(
    ({ scenario, variant }) =>
      (choice.scenario === undefined || scenario.name === choice.scenario) &&
      (choice.variant === undefined || variant === choice.variant),
  );
  return groupBy(chosen, named)
    .flatMap(groupOf)
    .sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
}

/** `rag with a slow database, rag, after` */
export const titleOf = ({
  scenario,
  target,
  variant,
}: Pick<TrendGroup, 'scenario' | 'target' | 'variant'>): string =>
  [scenario.name, ...(target === scenario.name ? [] : [target]), variant].join(', ');
