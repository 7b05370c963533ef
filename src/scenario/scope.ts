// What one virtual user's templates can see: its data rows, captures, counters and its own seeded randomness.

import type { Scope } from '../engines/engine.ts';
import type { Json } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import { createRandom, deriveSeed } from '../kernel/random.ts';
import type { Feeds } from './feed-rows.ts';

export interface UserScope extends Scope {
  /**
   * Starts an iteration: rows that are not the user's own are picked anew (when first read) and captures of the iteration before are forgotten;
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
  /** The iteration that comes after its `before` steps, whose rows these see; default: 0. */
  readonly iteration?: number;
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
export function createUserScope({ seed, user, env, feeds, iteration: first = 0 }: UserScopeInit): UserScope {
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
    const row = feeds.row(feed, user, iteration ?? first, rowRandom);
    if (row !== undefined) rows.set(feed, row);
    return row;
  };

  const builtIns: Readonly<Record<string, () => unknown>> = {
    uuid: () => uuidOf(random),
    now: () => new Date().toISOString(),
    'now.ms': () => Date.now(),
    'now.s': () => Math.floor(Date.now() / 1000),
    iteration: () => iteration ?? first,
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
        for (const feed of rows.keys()) if (!feeds.isPerUser(feed)) rows.delete(feed);
      }
      iteration = next;
    },
  };
}
