// Which of the runs that were found are `before` and which are `after`: by what was asked, never by what was measured.

import { exitCodes, MettleError } from '../kernel/errors.ts';
import { sortOut, type Sorted } from './compare-records-fit.ts';
import { leftBehind } from './compare-records-left.ts';
import type { StoredRun } from './compare-records-members.ts';
import type { RecordSource } from './compare-records-open.ts';
import { listed, refusal } from './compare-records-refusal.ts';
import { type Chosen, type Role, sameScenario, type ScenarioAsked } from './compare-records-scenario.ts';

export interface SidesAsked extends ScenarioAsked {
  /** Of both sides. */
  readonly variant?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface Sides {
  readonly before: Sorted;
  readonly after: Sorted;
  /** Damaged runs that may have been of this side. */
  readonly unread: Readonly<Record<Role, number>>;
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
    if (sides[role].length === 0)
      throw nothingOf(role, leftBehind([...sides.before, ...sides.after], sources));
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
  const unread = { before: one.unread, after: (other ?? one).unread };
  return { ...sorted, unread, asMade, notes };
}

const whole = (runs: readonly StoredRun[]): Sorted => ({ fit: runs, unfit: [] });

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

/** The copies of an artefact that was fetched twice count once; a run judged again is no copy of that kind. */
function onceEach(runs: readonly StoredRun[], notes: string[]): StoredRun[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  const kept = runs.filter(({ run: { id, judgedFrom } }) => {
    if (judgedFrom !== undefined) return true;
    const isNew = !seen.has(id);
    if (!isNew) twice.push(id);
    seen.add(id);
    return isNew;
  });
  if (twice.length > 0) notes.push(`found twice, counted once: ${listed(twice)}`);
  return kept;
}

/** A verification that was ended before its first pair was complete. */
const nothingOf = (role: Role, undoFailed: readonly string[]): MettleError =>
  new MettleError({
    code: 'NOTHING_COMPARED',
    message: [...undoFailed, `there is no run of \`${role}\``].join('; '),
    hint: 'Name the records of both sides, or verify again.',
    exitCode: undoFailed.length > 0 ? exitCodes.undoFailed : exitCodes.invalid,
  });
