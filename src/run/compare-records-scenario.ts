// Which of the runs that were found are of the scenario that is compared, and of one variant on each side.

import type { MettleError } from '../kernel/errors.ts';
import type { StoredRun } from './compare-records-members.ts';
import { listed, refusal } from './compare-records-refusal.ts';

export interface ScenarioAsked {
  /** Only runs of this scenario as it is; under `force` all of its name. */
  readonly scenario?: { readonly name: string; readonly hash: string } | undefined;
  readonly force: boolean;
}

export type Role = 'before' | 'after';
export type Chosen = Readonly<Record<Role, readonly StoredRun[]>>;

interface OfScenario extends Chosen {
  readonly notes: readonly string[];
}

/** A folder of reports holds runs of many scenarios: only one is compared at a time. */
export function sameScenario({ before, after }: Chosen, asked: ScenarioAsked): OfScenario {
  const chosen = asked.scenario === undefined ? commonName(before, after) : null;
  const counts = ({ run: { scenario } }: StoredRun): boolean => {
    if (asked.scenario === undefined) return chosen === null || scenario.name === chosen;
    return asked.force ? scenario.name === asked.scenario.name : scenario.hash === asked.scenario.hash;
  };
  const sides = { before: before.filter(counts), after: after.filter(counts) };
  for (const role of ['before', 'after'] as const) {
    const found = { before, after }[role];
    if (sides[role].length === 0) throw noneOf(role, found);
    oneVariant(role, sides[role]);
  }
  const others = [...before, ...after].filter((stored) => !counts(stored));
  const names = listed(others.map(({ run }) => run.scenario.name));
  const notes = others.length === 0 ? [] : [`runs of other scenarios, left out: ${names}`];
  return { ...sides, notes };
}

/** null: each side has one, and they differ, which the comparison itself refuses. */
function commonName(before: readonly StoredRun[], after: readonly StoredRun[]): string | null {
  const names = (runs: readonly StoredRun[]): string[] => [
    ...new Set(runs.map(({ run }) => run.scenario.name)),
  ];
  const [one, other] = [names(before), names(after)];
  const common = one.filter((name) => other.includes(name));
  const [only] = common;
  if (common.length === 1 && only !== undefined) return only;
  if (one.length === 1 && other.length === 1) return null;
  const found = common.length === 0 ? [...one, ...other] : common;
  throw refusal(`these are runs of several scenarios: ${listed(found)}`, 'Choose one by --scenario <file>.');
}

function noneOf(role: Role, found: readonly StoredRun[]): MettleError {
  const names = listed(found.map(({ run }) => `${run.scenario.name} (${run.scenario.hash.slice(0, 12)}…)`));
  return refusal(
    `no run of \`${role}\` is of this scenario as its file is now; there are: ${names}`,
    'Give the file (and the --set) that they were made with, or --force to compare runs of the same name.',
  );
}

function oneVariant(role: Role, runs: readonly StoredRun[]): void {
  const variants = new Set(runs.map(({ run }) => run.variant));
  if (variants.size <= 1) return;
  throw refusal(
    `the runs of \`${role}\` are of several variants: ${listed([...variants])}`,
    'Choose by --variant, or by --before and --after.',
  );
}
