// What one virtual user's templates can see: its data rows, captures, counters and its own seeded randomness.

import type { Scope } from '../engines/engine.ts';
import type { Json } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import { createRandom, deriveSeed, randomInteger } from '../kernel/random.ts';
import type { DataFeed } from './scenario.ts';

type Row = DataFeed['rows'][number];

/** The feeds of one thread: sequential ones share one position among the users of the thread. */
export interface Feeds {
  /** The next row of a feed for a user; undefined when there is no such feed. */
  next(feed: string, random: Random): Row | undefined;
}

/** Thread `index` of `count` takes every `count`-th row of the endless sequence, so that no two take the same one. */
export function openFeeds(
  data: Readonly<Record<string, DataFeed>>,
  thread: { readonly index: number; readonly count: number },
): Feeds {
  const positions = new Map<string, number>();
  return {
    next: (name, random) => {
      const feed = Object.hasOwn(data, name) ? data[name] : undefined;
      if (feed === undefined || feed.rows.length === 0) return undefined;
      if (feed.pick === 'random') return feed.rows[randomInteger(random, 0, feed.rows.length - 1)];
      const position = positions.get(name) ?? thread.index;
      positions.set(name, position + thread.count);
      return feed.rows[position % feed.rows.length];
    },
  };
}

export interface UserScope extends Scope {
  /**
   * Starts an iteration: rows are picked anew (when first read) and captures of the iteration before are forgotten;
   * what was set before the first iteration (`before:` steps, a login) stays, and so do its rows in that iteration.
   */
  beginIteration(iteration: number): void;
}

export interface UserScopeInit {
  /** The run's seed. */
  readonly seed: number;
  /** The user's number, unique in the run: the same number sees the same random values in every run of a seed. */
  readonly user: number;
  /** Declared secrets only. */
  readonly env: Readonly<Record<string, string>>;
  readonly feeds: Feeds;
}

/** A version 4 UUID (RFC 9562) of the seeded generator. */
function uuidOf(random: Random): string {
  const word = (): number => Math.floor(random() * 4_294_967_296);
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()];
  const versioned = hex(((b & 0xffff0fff) | 0x00004000) >>> 0);
  const variant = hex(((c & 0x3fffffff) | 0x80000000) >>> 0);
  return `${hex(a)}-${versioned.slice(0, 4)}-${versioned.slice(4)}-${variant.slice(0, 4)}-${variant.slice(4)}${hex(d)}`;
}

function fieldOf(value: unknown, fields: readonly string[]): unknown {
  let current = value;
  for (const field of fields) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, field)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[field];
  }
  return current;
}

const splitPaths = new Map<string, readonly string[]>();

/** Paths come from compiled templates, so there are few of them. */
function split(path: string): readonly string[] {
  const known = splitPaths.get(path);
  if (known !== undefined) return known;
  const parts = path.split('.');
  splitPaths.set(path, parts);
  return parts;
}

/** The order of look-up: built-in names, captures, feeds. */
export function createUserScope({ seed, user, env, feeds }: UserScopeInit): UserScope {
  const random = createRandom(deriveSeed(seed, `user:${user}`));
  // Rows have generators of their own, so that another {{uuid}} in a flow does not change which rows are picked.
  const rowRandoms = new Map<string, Random>();
  const rows = new Map<string, Json>();
  const kept = new Map<string, unknown>();
  const captured = new Map<string, unknown>();
  let iteration: number | null = null;

  const rowOf = (feed: string): unknown => {
    const current = rows.get(feed);
    if (current !== undefined) return current;
    let rowRandom = rowRandoms.get(feed);
    if (rowRandom === undefined) {
      rowRandom = createRandom(deriveSeed(seed, `feed:${feed}:${user}`));
      rowRandoms.set(feed, rowRandom);
    }
    const row = feeds.next(feed, rowRandom);
    if (row !== undefined) rows.set(feed, row);
    return row;
  };

  const builtIns: Readonly<Record<string, () => unknown>> = {
    uuid: () => uuidOf(random),
    now: () => new Date().toISOString(),
    'now.ms': () => Date.now(),
    iteration: () => iteration ?? 0,
    user: () => user,
    random: () => random,
  };

  return {
    get: (path) => {
      const builtIn = Object.hasOwn(builtIns, path) ? builtIns[path] : undefined;
      if (builtIn !== undefined) return builtIn();
      const [root = '', ...fields] = split(path);
      if (root === 'env') return fieldOf(env, fields);
      const base = captured.has(root) ? captured.get(root) : kept.has(root) ? kept.get(root) : rowOf(root);
      return fields.length === 0 ? base : fieldOf(base, fields);
    },
    set: (name, value) => {
      (iteration === null ? kept : captured).set(name, value);
    },
    beginIteration: (next) => {
      if (iteration !== null) {
        captured.clear();
        rows.clear();
      }
      iteration = next;
    },
  };
}
