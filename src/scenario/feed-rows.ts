// Which row of a data feed an iteration sees: arithmetic on its number, so that threads need not talk about it.

import { UnresolvedValue } from '../engines/unresolved.ts';
import type { Random } from '../kernel/random.ts';
import { randomInteger } from '../kernel/random.ts';
import { peakUsers } from '../workload/users-curve.ts';
import type { FeedReaders } from './feed-readers.ts';
import type { DataFeed, LoadEntry } from './scenario.ts';

type Row = DataFeed['rows'][number];

/** The feeds as one load entry sees them. */
export interface Feeds {
  /**
   * The row of a feed for an iteration of a user; undefined when there is no such feed. Throws UnresolvedValue when the
   * rows of a `unique` feed are used up.
   */
  row(feed: string, user: number, iteration: number, random: Random): Row | undefined;
  /** Does the row stay for all that a user does? */
  isPerUser(feed: string): boolean;
}

export interface FeedPlace {
  readonly entry: LoadEntry;
  /** The entry's place in the load, and how many entries there are: the number of a user tells both. */
  readonly index: number;
  readonly entries: number;
  readonly readers: FeedReaders;
}

/**
 * Arrival n takes row n; iteration i of user u of U takes row i·U + u (row u where rows are per user). Several entries
 * that read one feed take turns. So no two iterations take the same row of the endless sequence, and the same iteration
 * takes the same row whatever the number of threads.
 */
export function openFeeds(data: Readonly<Record<string, DataFeed>>, place: FeedPlace): Feeds {
  const { entry, index, entries } = place;
  const usersAtOnce = entry.model === 'users' ? peakUsers(entry.stages) : 0;
  const feedOf = (name: string): DataFeed | undefined => (Object.hasOwn(data, name) ? data[name] : undefined);

  const positionOf = (name: string, feed: DataFeed, user: number, iteration: number): number => {
    const readers = place.readers[name] ?? [];
    const turn = readers.indexOf(index);
    if (turn < 0) throw new Error(`nobody knew that load entry ${index} reads the feed "${name}"`);
    const number = (user - index) / entries;
    const pass = feed.per === 'user' ? 0 : iteration * usersAtOnce;
    return (number + pass) * readers.length + turn;
  };

  return {
    isPerUser: (name) => feedOf(name)?.per === 'user',
    row: (name, user, iteration, random) => {
      const feed = feedOf(name);
      if (feed === undefined || feed.rows.length === 0) return undefined;
      const { pick, rows } = feed;
      if (pick === 'random') return rows[randomInteger(random, 0, rows.length - 1)];
      const position = positionOf(name, feed, user, iteration);
      if (pick === 'unique' && position >= rows.length) {
        throw new UnresolvedValue(
          name,
          `has run out: row ${position + 1} of ${rows.length} was asked for, and each is used once`,
        );
      }
      return rows[position % rows.length];
    },
  };
}
