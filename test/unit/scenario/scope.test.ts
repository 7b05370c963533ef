// What a virtual user sees: rows, captures and randomness, iteration by iteration.

import { describe, expect, it } from 'vitest';
import type { UserScope } from '../../../src/scenario/scope.ts';
import { createUserScope } from '../../../src/scenario/scope.ts';
import { openFeeds } from '../../../src/scenario/feed-rows.ts';
import type { DataFeed, LoadEntry } from '../../../src/scenario/scenario.ts';
import { arrivals, users as usersFor } from '../../support/load-plans.ts';

const users = (count: number): LoadEntry => usersFor(count, 10);

const rows = (count: number): DataFeed['rows'] =>
  Array.from({ length: count }, (_, n) => ({ n, text: `row ${n}` }));
const feed = (pick: DataFeed['pick'], count: number): Record<string, DataFeed> => ({
  data: { pick, per: 'iteration', rows: rows(count) },
});

const feedsOf = (data: Record<string, DataFeed>, entry: LoadEntry) =>
  openFeeds(data, {
    entry,
    index: 0,
    entries: 1,
    readers: Object.fromEntries(Object.keys(data).map((name) => [name, [0]])),
  });

function userOf(
  data: Record<string, DataFeed> = {},
  { user = 0, seed = 42, env = {}, load = users(1) } = {},
): UserScope {
  return createUserScope({ seed, user, env, feeds: feedsOf(data, load) });
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

  it('in sequence are numbered by iteration and user, and begin anew at the end', () => {
    const scopes = [0, 1].map((user) => userOf(feed('sequential', 3), { user, load: users(2) }));
    const seen = [0, 1, 2, 3].flatMap((n) =>
      scopes.map((scope) => {
        scope.beginIteration(n);
        return scope.get('data.n');
      }),
    );
    expect(seen).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
  });

  it('in sequence belong to the number of an arrival', () => {
    const load = arrivals(10, 10);
    const seen = [7, 0, 3].map((n) => {
      const scope = userOf(feed('sequential', 100), { user: n, load });
      scope.beginIteration(n);
      return scope.get('data.n');
    });
    expect(seen).toEqual([7, 0, 3]);
  });

  it('that are unique run out with a word that says so', () => {
    const scope = userOf(feed('unique', 2));
    expect(draws(scope, 2)).toEqual([0, 1]);
    scope.beginIteration(2);
    expect(() => scope.get('data.n')).toThrow(
      '{{data}} has run out: row 3 of 2 was asked for, and each is used once',
    );
  });

  it('of a user stay for all its iterations', () => {
    const own = { data: { ...feed('unique', 5)['data']!, per: 'user' as const } };
    expect(draws(userOf(own, { user: 3, load: users(4) }), 3)).toEqual([3, 3, 3]);
  });

  it('of `before` steps in a later life are those of the iteration that follows', () => {
    const scope = createUserScope({
      seed: 1,
      user: 1,
      env: {},
      feeds: feedsOf(feed('unique', 9), users(2)),
      iteration: 3,
    });
    expect(scope.get('data.n')).toBe(7);
    scope.beginIteration(3);
    expect(scope.get('data.n')).toBe(7);
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

  it('are undefined where there is no such feed, column or row', () => {
    const scope = userOf({ ...feed('random', 2), empty: { pick: 'random', per: 'iteration', rows: [] } });
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
