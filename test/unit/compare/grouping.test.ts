// Which stored runs make a pair, whatever order they are given in and whatever they measured.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupRuns } from '../../../src/compare/grouping.ts';
import '../../support/property-seed.ts';

const run = (id: string, minute: number, seed = 1) => ({
  id,
  seed,
  startedAt: new Date(Date.UTC(2026, 0, 5) + minute * 60_000).toISOString(),
});

type Run = ReturnType<typeof run>;

const textOf = (before: readonly Run[], after: readonly Run[]) => {
  const { pairs, left, by } = groupRuns(before, after);
  return {
    pairs: pairs.map((pair) => `${pair.before.id} ${pair.after.id}`),
    left: [...left.before, ...left.after].map(({ id }) => id),
    by,
  };
};

describe('pairs', () => {
  test('are made by seed, wherever the runs stand in time', () => {
    const before = [run('a1', 1, 11), run('a2', 2, 12), run('a3', 3, 13)];
    const after = [run('b1', 9, 13), run('b2', 8, 11), run('b3', 7, 12)];
    expect(textOf(before, after)).toEqual({ pairs: ['a1 b2', 'a2 b3', 'a3 b1'], left: [], by: 'seed' });
  });

  test('what has no partner of its seed is left', () => {
    const before = [run('a1', 1, 11), run('a2', 2, 12)];
    const after = [run('b1', 3, 11), run('b2', 4, 99)];
    expect(textOf(before, after)).toEqual({ pairs: ['a1 b1'], left: ['a2', 'b2'], by: 'seed' });
  });

  test('of runs of one seed the k-th is paired with the k-th in time', () => {
    const before = [run('a2', 30), run('a1', 0), run('a3', 50)];
    const after = [run('b3', 60), run('b1', 10), run('b2', 20)];
    expect(textOf(before, after).pairs).toEqual(['a1 b1', 'a2 b2', 'a3 b3']);
  });

  test('a run that is missing on one side does not shift all later pairs', () => {
    const before = [run('a1', 0), run('a3', 120), run('a4', 180)];
    const after = [run('b1', 5), run('b2', 65), run('b3', 125), run('b4', 185)];
    expect(textOf(before, after)).toEqual({ pairs: ['a1 b1', 'a3 b3', 'a4 b4'], left: ['b2'], by: 'seed' });
    expect(textOf(after, before).pairs).toEqual(['b1 a1', 'b3 a3', 'b4 a4']);
  });

  test('of partners equally near the earlier is taken', () => {
    expect(textOf([run('a', 10)], [run('late', 20), run('early', 0)]).pairs).toEqual(['a early']);
  });

  test('without a common seed only time is left to pair by, and that is told', () => {
    const before = [run('a1', 0, 1), run('a2', 20, 2)];
    const after = [run('b1', 10, 3), run('b2', 30, 4)];
    expect(textOf(before, after)).toEqual({ pairs: ['a1 b1', 'a2 b2'], left: [], by: 'time' });
  });

  test('there are none without runs', () => {
    expect(textOf([], [run('b', 1)])).toEqual({ pairs: [], left: ['b'], by: 'time' });
  });

  test('a time that cannot be read breaks nothing', () => {
    const torn = { ...run('a1', 0), startedAt: 'yesterday' };
    expect(textOf([torn, run('a2', 5)], [run('b1', 1), run('b2', 6)]).pairs).toEqual(['a1 b1', 'a2 b2']);
  });
});

const runs = (side: string) =>
  fc
    .array(fc.record({ minute: fc.integer({ min: 0, max: 60 }), seed: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 8,
    })
    .map((all) => all.map(({ minute, seed }, index) => run(`${side}${index}`, minute, seed)));

describe('for all runs', () => {
  test('each is in one pair or left, and the order in which they are given changes nothing', () => {
    fc.assert(
      fc.property(
        runs('a'),
        runs('b'),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        (before, after, keys) => {
          const { pairs, left } = groupRuns(before, after);
          const seen = [...pairs.flatMap((pair) => [pair.before, pair.after]), ...left.before, ...left.after];
          expect(seen.map(({ id }) => id).sort()).toEqual([...before, ...after].map(({ id }) => id).sort());
          const mixed = (all: readonly Run[]): Run[] =>
            all
              .map((one, index) => ({ one, key: keys[index] ?? 0 }))
              .sort((one, other) => one.key - other.key)
              .map(({ one }) => one);
          expect(textOf(mixed(before), mixed(after))).toEqual(textOf(before, after));
        },
      ),
    );
  });

  test('as many pairs as the seeds allow, with the least time between their members', () => {
    fc.assert(
      fc.property(runs('a'), runs('b'), (before, after) => {
        const one = before.map((entry) => ({ ...entry, seed: 1 })).slice(0, 4);
        const other = after.map((entry) => ({ ...entry, seed: 1 })).slice(0, 5);
        const { pairs } = groupRuns(one, other);
        expect(pairs).toHaveLength(Math.min(one.length, other.length));
        const apart = pairs.reduce((sum, pair) => sum + gapOf(pair.before, pair.after), 0);
        expect(apart).toBe(leastApart(one, other));
      }),
    );
  });
});

const gapOf = (one: Run, other: Run): number =>
  Math.abs(Date.parse(one.startedAt) - Date.parse(other.startedAt));

/** Over every way to give each run of the smaller side a partner of its own. */
function leastApart(one: readonly Run[], other: readonly Run[]): number {
  const [few, many] = one.length <= other.length ? [one, other] : [other, one];
  const [first, ...rest] = few;
  if (first === undefined) return 0;
  return Math.min(
    ...many.map(
      (partner) =>
        gapOf(first, partner) +
        leastApart(
          rest,
          many.filter((run_) => run_ !== partner),
        ),
    ),
  );
}
