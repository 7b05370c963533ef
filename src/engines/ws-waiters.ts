// Who waits for which message on a socket, found by value and not by asking each: thousands may wait at once.

import type { Select } from './json-path.ts';
import type { Incoming } from './ws-incoming.ts';
import type { BoundMatch } from './ws-match.ts';

export interface Waiter {
  readonly match: BoundMatch;
  /** True = it waits no longer. */
  readonly onMessage: (message: Incoming) => boolean;
}

interface Entry {
  readonly waiter: Waiter;
  readonly order: number;
}

/** Those who wait for a value at a path, by the value; in the order in which they came. */
interface ByPath {
  readonly select: Select;
  readonly byValue: Map<unknown, Set<Entry>>;
}

function addTo<Key>(map: Map<Key, Set<Entry>>, key: Key, entry: Entry): () => void {
  const entries = map.get(key) ?? new Set();
  entries.add(entry);
  map.set(key, entries);
  return () => {
    entries.delete(entry);
    if (entries.size === 0 && map.get(key) === entries) map.delete(key);
  };
}

const earlier = (one: Entry | undefined, other: Entry | undefined): Entry | undefined =>
  one === undefined || (other !== undefined && other.order < one.order) ? other : one;

/**
 * A message goes to the one who has waited longest among those it matches. Waiters with a key are looked up by the values
 * that the message holds at the few paths in use; those without one stand in a queue per match, of which only the first
 * is tried: what it does not want the others do not want either.
 */
export class Waiters {
  readonly #paths = new Map<string, ByPath>();
  readonly #queues = new Map<BoundMatch, Set<Entry>>();
  readonly #removals = new Map<Entry, () => void>();
  #next = 0;

  get size(): number {
    return this.#removals.size;
  }

  /** Returns what ends the waiting. */
  add(waiter: Waiter): () => void {
    const entry: Entry = { waiter, order: this.#next };
    this.#next += 1;
    const { key } = waiter.match;
    const remove =
      key === null
        ? addTo(this.#queues, waiter.match, entry)
        : addTo(this.#byPath(key.path, key.select).byValue, key.value, entry);
    this.#removals.set(entry, remove);
    return () => this.#remove(entry);
  }

  /** Gives the message to whoever waits for it; false = nobody does. */
  give(message: Incoming): boolean {
    const entry = earlier(this.#firstByKey(message), this.#firstInQueues(message));
    if (entry === undefined) return false;
    if (entry.waiter.onMessage(message)) this.#remove(entry);
    return true;
  }

  #remove(entry: Entry): void {
    this.#removals.get(entry)?.();
    this.#removals.delete(entry);
  }

  #byPath(path: string, select: Select): ByPath {
    const known = this.#paths.get(path) ?? { select, byValue: new Map<unknown, Set<Entry>>() };
    this.#paths.set(path, known);
    return known;
  }

  #firstByKey(message: Incoming): Entry | undefined {
    let first: Entry | undefined;
    for (const { select, byValue } of this.#paths.values()) {
      if (byValue.size === 0 || message.json === undefined) continue;
      for (const found of select(message.json)) {
        for (const entry of byValue.get(found) ?? []) {
          if (!entry.waiter.match.matches(message)) continue;
          first = earlier(first, entry);
          break;
        }
      }
    }
    return first;
  }

  #firstInQueues(message: Incoming): Entry | undefined {
    let first: Entry | undefined;
    for (const [match, entries] of this.#queues) {
      if (!match.matches(message)) continue;
      const [head] = entries;
      first = earlier(first, head);
    }
    return first;
  }
}
