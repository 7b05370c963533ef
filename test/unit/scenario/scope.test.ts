// What a virtual user sees: rows, captures and randomness, iteration by iteration.

import { describe, expect, it } from 'vitest';
import type { UserScope } from '../../../src/scenario/scope.ts';
import { createUserScope, openFeeds } from '../../../src/scenario/scope.ts';
import type { DataFeed } from '../../../src/scenario/scenario.ts';

const rows = (count: number): DataFeed['rows'] =>
  Array.from({ length: count }, (_, n) => ({ n, text: `row ${n}` }));
const feed = (pick: DataFeed['pick'], count: number): Record<string, DataFeed> => ({
  data: { pick, rows: rows(count) },
});

function userOf(
  data: Record<string, DataFeed> = {},
  { user = 1, seed = 42, thread = { index: 0, count: 1 }, env = {} } = {},
): UserScope {
  return createUserScope({ seed, user, env, feeds: openFeeds(data, thread) });
}

const draws = (scope: UserScope, count: number): unknown[] =>
  Array.from({ length: count }, (_, n) => {
    scope.beginIteration(n);
    return scope.get('data.n');
  });

describe('data rows', () => {
  it('stay the same within an iteration and change with the next one', () => {
    const scope = userOf(feed('sequential', 3));
    scope.beginIteration(0);
    expect([scope.get('data.n'), scope.get('data.text'), scope.get('data.n')]).toEqual([0, 'row 0', 0]);
    scope.beginIteration(1);
    expect(scope.get('data.n')).toBe(1);
  });

  it('in sequence are shared among the users of a thread and begin anew at the end', () => {
    const feeds = openFeeds(feed('sequential', 3), { index: 0, count: 1 });
    const users = [1, 2].map((user) => createUserScope({ seed: 1, user, env: {}, feeds }));
    const seen = [0, 1, 2, 3].flatMap((n) =>
      users.map((scope) => {
        scope.beginIteration(n);
        return scope.get('data.n');
      }),
    );
    expect(seen).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
  });

  it('in sequence are split over threads without overlap', () => {
    const taken = [0, 1, 2].flatMap((index) =>
      draws(userOf(feed('sequential', 12), { thread: { index, count: 3 } }), 4),
    );
    expect(taken.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  it('at random are the same for the same seed and user, others for others, whatever else is drawn', () => {
    const first = draws(userOf(feed('random', 1_000)), 20);
    expect(draws(userOf(feed('random', 1_000)), 20)).toEqual(first);
    expect(draws(userOf(feed('random', 1_000), { user: 2 }), 20)).not.toEqual(first);
    expect(draws(userOf(feed('random', 1_000), { seed: 43 }), 20)).not.toEqual(first);
    const busy = userOf(feed('random', 1_000));
    busy.get('uuid');
    expect(draws(busy, 20)).toEqual(first);
  });

  it('that nobody reads are not used up', () => {
    const scope = userOf(feed('sequential', 3));
    for (const n of [0, 1, 2, 3]) scope.beginIteration(n);
    expect(scope.get('data.n')).toBe(0);
  });

  it('are undefined where there is no such feed, column or row', () => {
    const scope = userOf({ ...feed('random', 2), empty: { pick: 'random', rows: [] } });
    expect(
      ['other.n', 'data.other', 'empty.n', 'data.n.deep', 'data.toString'].map((path) => scope.get(path)),
    ).toEqual(Array.from({ length: 5 }, () => undefined));
  });
});

describe('captures', () => {
  it('last for their iteration; what was set before the first one stays', () => {
    const scope = userOf();
    scope.set('token', 'abc');
    scope.beginIteration(0);
    scope.set('answer', { id: 7 });
    expect([scope.get('token'), scope.get('answer.id')]).toEqual(['abc', 7]);
    scope.beginIteration(1);
    expect([scope.get('token'), scope.get('answer.id')]).toEqual(['abc', undefined]);
  });

  it('may be null or hide an older one, for the iteration', () => {
    const scope = userOf();
    scope.set('token', 'abc');
    scope.beginIteration(0);
    scope.set('token', null);
    expect(scope.get('token')).toBeNull();
    scope.beginIteration(1);
    expect(scope.get('token')).toBe('abc');
  });

  it('do not reach into prototypes', () => {
    const scope = userOf();
    scope.set('answer', { a: 'x' });
    expect(scope.get('answer.constructor')).toBeUndefined();
    expect(scope.get('answer.a.length')).toBeUndefined();
    expect(scope.get('constructor')).toBeUndefined();
  });

  it('keep a row of `before` for the first iteration', () => {
    const scope = userOf(feed('sequential', 3));
    expect(scope.get('data.n')).toBe(0);
    scope.beginIteration(0);
    expect(scope.get('data.n')).toBe(0);
    scope.beginIteration(1);
    expect(scope.get('data.n')).toBe(1);
  });
});

describe('built-in names', () => {
  it('are counters, times, declared variables and version 4 UUIDs of the seed', () => {
    const scope = userOf({}, { user: 9, env: { TOKEN: 't' } });
    scope.beginIteration(4);
    expect([
      scope.get('user'),
      scope.get('iteration'),
      scope.get('env.TOKEN'),
      scope.get('env.HOME'),
    ]).toEqual([9, 4, 't', undefined]);
    expect(scope.get('now')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Math.abs(Number(scope.get('now.ms')) - Date.now())).toBeLessThan(60_000);
    const ids = Array.from({ length: 200 }, () => String(scope.get('uuid')));
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(200);
    expect(String(userOf({}, { user: 9 }).get('uuid'))).toBe(ids[0]);
    expect(userOf({}, { user: 8 }).get('uuid')).not.toBe(ids[0]);
  });
});
