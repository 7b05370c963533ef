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

/** A user comes with every arrival, thousands a second: what most of them never ask for is made when it is asked for. */
class SeededScope implements UserScope {
  readonly #init: UserScopeInit;
  #random: Random | undefined;
  // Rows have generators of their own, so that another {{uuid}} in a flow does not change which rows are picked.
  #rowRandoms: Map<string, Random> | undefined;
  #rows: Map<string, Json> | undefined;
  #kept: Map<string, unknown> | undefined;
  #captured: Map<string, unknown> | undefined;
  #iteration: number | null = null;

  constructor(init: UserScopeInit) {
    this.#init = init;
  }

  get(path: string): unknown {
    switch (path) {
      case 'uuid':
        return uuidOf(this.#seeded());
      case 'now':
        return new Date().toISOString();
      case 'now.ms':
        return Date.now();
      case 'now.s':
        return Math.floor(Date.now() / 1000);
      case 'iteration':
        return this.#currentIteration();
      case 'user':
        return this.#init.user;
      case 'random':
        return this.#seeded();
      default:
        return this.#variable(path);
    }
  }

  set(name: string, value: unknown): void {
    if (this.#iteration === null) (this.#kept ??= new Map()).set(name, value);
    else (this.#captured ??= new Map()).set(name, value);
  }

  beginIteration(next: number): void {
    if (this.#iteration !== null) {
      this.#captured?.clear();
      const { feeds } = this.#init;
      for (const feed of this.#rows?.keys() ?? []) if (!feeds.isPerUser(feed)) this.#rows?.delete(feed);
    }
    this.#iteration = next;
  }

  #variable(path: string): unknown {
    const [root = '', ...fields] = split(path);
    if (root === 'env') return fieldOf(this.#init.env, fields);
    const base = this.#captured?.has(root)
      ? this.#captured.get(root)
      : this.#kept?.has(root)
        ? this.#kept.get(root)
        : this.#rowOf(root);
    return fields.length === 0 ? base : fieldOf(base, fields);
  }

  #rowOf(feed: string): unknown {
    const current = this.#rows?.get(feed);
    if (current !== undefined) return current;
    const { feeds, seed, user } = this.#init;
    this.#rowRandoms ??= new Map();
    let rowRandom = this.#rowRandoms.get(feed);
    if (rowRandom === undefined) {
      rowRandom = createRandom(deriveSeed(seed, `feed:${feed}:${user}`));
      this.#rowRandoms.set(feed, rowRandom);
    }
    const row = feeds.row(feed, user, this.#currentIteration(), rowRandom);
    if (row !== undefined) (this.#rows ??= new Map()).set(feed, row);
    return row;
  }

  #seeded(): Random {
    return (this.#random ??= createRandom(deriveSeed(this.#init.seed, `user:${this.#init.user}`)));
  }

  #currentIteration(): number {
    return this.#iteration ?? this.#init.iteration ?? 0;
  }
}

/** The order of look-up: built-in names, captures, feeds. */
export const createUserScope = (init: UserScopeInit): UserScope => new SeededScope(init);
