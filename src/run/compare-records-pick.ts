// Which of the runs that were found are `before` and which are `after`: by what was asked, never by what was measured.

import { exitCodes, MettleError } from '../kernel/errors.ts';
import { sortOut, type Sorted } from './compare-records-fit.ts';
import type { RecordSource, StoredRun } from './compare-records-open.ts';

export interface SidesAsked {
  /** Of both sides. */
  readonly variant?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** Only runs of this scenario as it is; under `force` all of its name. */
  readonly scenario?: { readonly name: string; readonly hash: string } | undefined;
  readonly force: boolean;
}

type Role = 'before' | 'after';

export interface Sides {
  readonly before: Sorted;
  readonly after: Sorted;
  /** Pairs as a verification made them; else they are to be made. */
  readonly asMade: boolean;
  readonly notes: readonly string[];
}

/** Throws COMPARE_USAGE (exit code 2) where what was named are not two sides of one comparison. */
export function pickSides(sources: readonly RecordSource[], asked: SidesAsked): Sides {
  const [one, other] = sources;
  if (one === undefined) throw refusal('no record was named');
  const sides = other === undefined ? sidesWithin(one, asked) : sidesOf(one, other, asked);
  for (const role of ['before', 'after'] as const) {
    if (sides[role].length === 0) throw nothingOf(role);
  }
  const asMade = other === undefined && one.comparison !== null;
  const ofScenario = sameScenario(sides, asked);
  const notes = [...ofScenario.notes];
  const sorted = {
    // A verification has already told what counts; nothing of its pairs is left out here.
    before: asMade ? whole(ofScenario.before) : sortOut(onceEach(ofScenario.before, notes)),
    after: asMade ? whole(ofScenario.after) : sortOut(onceEach(ofScenario.after, notes)),
  };
  const twice = sorted.before.fit.find(({ run }) =>
    sorted.after.fit.some(({ run: { id } }) => id === run.id),
  );
  if (twice !== undefined) throw refusal(`the same run is on both sides: ${twice.run.id}`);
  return { ...sorted, asMade, notes };
}

const whole = (runs: readonly StoredRun[]): Sorted => ({ fit: runs, unfit: [] });

type Chosen = Readonly<Record<Role, readonly StoredRun[]>>;

/** The two sides of one folder: a verification's own roles, or two variants. */
function sidesWithin(source: RecordSource, asked: SidesAsked): Chosen {
  if (source.kind === 'run')
    throw refusal('a single run has nothing to be compared with', 'Name the records of the other side, too.');
  if (asked.variant !== undefined)
    throw refusal('--variant is for two sides', 'Choose the sides of one folder by --before and --after.');
  const { comparison, runs } = source;
  const names = { before: 'before', after: 'after', ...comparison?.variants, ...given(asked) };
  const byRole = { before: ofRole(runs, 'before'), after: ofRole(runs, 'after') };
  // Both may be of one variant, as where it was compared with itself.
  if (comparison !== null && sameNames(names, comparison.variants)) return byRole;
  if (names.before === names.after)
    throw refusal(`\`${names.before}\` cannot be both sides`, 'Name two variants by --before and --after.');
  return {
    before: ofVariant(source, runs, names.before),
    after: ofVariant(source, runs, names.after),
  };
}

const sameNames = (one: Readonly<Record<Role, string>>, other: Readonly<Record<Role, string>>): boolean =>
  one.before === other.before && one.after === other.after;

const given = ({ before, after }: SidesAsked): Partial<Record<Role, string>> => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

const ofRole = (runs: readonly StoredRun[], role: Role): StoredRun[] =>
  runs.filter(({ member }) => member?.role === role);

function sidesOf(one: RecordSource, other: RecordSource, asked: SidesAsked): Chosen {
  return {
    before: sideOf(one, asked.before ?? asked.variant),
    after: sideOf(other, asked.after ?? asked.variant),
  };
}

/** Of a verification what it was made for: its `after`. */
function sideOf(source: RecordSource, variant: string | undefined): readonly StoredRun[] {
  if (variant !== undefined) return ofVariant(source, source.runs, variant);
  return source.comparison === null ? source.runs : ofRole(source.runs, 'after');
}

function ofVariant(source: RecordSource, runs: readonly StoredRun[], variant: string): readonly StoredRun[] {
  const chosen = runs.filter(({ run }) => run.variant === variant);
  if (chosen.length > 0) return chosen;
  const there = listed(runs.map(({ run }) => run.variant));
  throw refusal(`${source.path} has no run of the variant \`${variant}\``, `There are: ${there}.`);
}

interface OfScenario extends Chosen {
  readonly notes: readonly string[];
}

/** A folder of reports holds runs of many scenarios: only one is compared at a time. */
function sameScenario({ before, after }: Chosen, asked: SidesAsked): OfScenario {
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
  const notes =
    others.length === 0 ? [] : [`${others.length} runs of other scenarios are left out: ${names}`];
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

/** The copies of an artefact that was fetched twice count once; a run judged again is no copy of that kind. */
function onceEach(runs: readonly StoredRun[], notes: string[]): StoredRun[] {
  const seen = new Set<string>();
  const kept = runs.filter(({ run: { id, judgedFrom } }) => {
    if (judgedFrom !== undefined) return true;
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
  if (kept.length < runs.length)
    notes.push(`${runs.length - kept.length} runs lie there twice, and count once`);
  return kept;
}

/** A verification that was ended before its first pair was complete. */
const nothingOf = (role: Role): MettleError =>
  new MettleError({
    code: 'NOTHING_COMPARED',
    message: `there is no run of \`${role}\``,
    hint: 'Name the records of both sides, or verify again.',
    exitCode: exitCodes.invalid,
  });

const listed = (names: readonly string[]): string => [...new Set(names)].sort().join(', ');

const refusal = (message: string, hint?: string): MettleError =>
  new MettleError({ code: 'COMPARE_USAGE', message, hint, exitCode: exitCodes.usage });
