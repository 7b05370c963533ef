// Which stored runs make a pair: those of equal seed, in order of time; what finds no partner is told.

export interface Groupable {
  readonly id: string;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface Grouped<Run> {
  /** In order of time. */
  readonly pairs: readonly { readonly before: Run; readonly after: Run }[];
  readonly left: { readonly before: readonly Run[]; readonly after: readonly Run[] };
  /** `time`: no seed occurs on both sides, so that only the order of time was left to pair by. */
  readonly by: 'seed' | 'time';
}

/** Unreadable times come first, and are all the same. */
export function startMs({ startedAt }: Groupable): number {
  const ms = Date.parse(startedAt);
  return Number.isNaN(ms) ? 0 : ms;
}

export function byTime(one: Groupable, other: Groupable): number {
  return startMs(one) - startMs(other) || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/**
 * Pairs are made without a look at what was measured. Where a seed occurs as often on both sides the k-th is paired with
 * the k-th in time; else in order of time so that the runs of a pair lie as near to each other as they can. Does not
 * depend on the order in which runs are given.
 */
export function groupRuns<Run extends Groupable>(
  before: readonly Run[],
  after: readonly Run[],
): Grouped<Run> {
  const seeds = new Set(before.map(({ seed }) => seed));
  const common = new Set(after.map(({ seed }) => seed).filter((seed) => seeds.has(seed)));
  const groups =
    common.size === 0
      ? [{ before, after }]
      : [...common].map((seed) => ({ before: withSeed(before, seed), after: withSeed(after, seed) }));
  const pairs = groups
    .flatMap((group) => alignRuns(group.before, group.after))
    .sort((one, other) => byTime(firstOf(one), firstOf(other)));
  const paired = new Set(pairs.flatMap((pair) => [pair.before, pair.after]));
  const leftOf = (runs: readonly Run[]): Run[] => runs.filter((run) => !paired.has(run)).sort(byTime);
  return {
    pairs,
    left: { before: leftOf(before), after: leftOf(after) },
    by: common.size === 0 ? 'time' : 'seed',
  };
}

const withSeed = <Run extends Groupable>(runs: readonly Run[], seed: number): Run[] =>
  runs.filter((run) => run.seed === seed);

const firstOf = <Run extends Groupable>({ before, after }: { before: Run; after: Run }): Run =>
  byTime(before, after) <= 0 ? before : after;

interface Pair<Run> {
  readonly before: Run;
  readonly after: Run;
}

/** As many pairs as the smaller side allows, none crossing another, with the least time between their members. */
function alignRuns<Run extends Groupable>(before: readonly Run[], after: readonly Run[]): Pair<Run>[] {
  const isShorter = before.length <= after.length;
  const few = (isShorter ? before : after).toSorted(byTime);
  const many = (isShorter ? after : before).toSorted(byTime);
  const costs = costsOf(few, many);
  const pairs: Pair<Run>[] = [];
  let column = many.length;
  for (let row = few.length; row > 0; row -= 1) {
    // Of equally near ones the earlier.
    while (column > row && costs[row]?.[column - 1] === costs[row]?.[column]) column -= 1;
    column -= 1;
    const [one, other] = [few[row - 1], many[column]];
    if (one === undefined || other === undefined) continue;
    pairs.push(isShorter ? { before: one, after: other } : { before: other, after: one });
  }
  return pairs;
}

/** `[i][j]`: the least time between the members of pairs, all of the first i of `few` among the first j of `many`. */
function costsOf(few: readonly Groupable[], many: readonly Groupable[]): number[][] {
  const costs: number[][] = [many.map(() => 0)];
  costs[0]?.push(0);
  for (const [index, one] of few.entries()) {
    const above = costs[index] ?? [];
    const row = Array.from({ length: index + 1 }, () => Number.POSITIVE_INFINITY);
    for (let column = index; column < many.length; column += 1) {
      const other = many[column];
      const gap = other === undefined ? Number.POSITIVE_INFINITY : Math.abs(startMs(one) - startMs(other));
      row.push(Math.min(row[column] ?? Number.POSITIVE_INFINITY, (above[column] ?? 0) + gap));
    }
    costs.push(row);
  }
  return costs;
}
