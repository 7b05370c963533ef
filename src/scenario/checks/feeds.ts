// Data feeds against the load: rows that are used once each, and a load that will want more of them.

import { peakUsers } from '../../workload/users-curve.ts';
import { feedReaders } from '../feed-readers.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import type { DataFeed, LoadEntry } from '../scenario.ts';
import type { Check } from './check.ts';

/** Rows that an entry takes for sure, were it alone with the feed; null where nobody can tell. */
function rowsTaken(entry: LoadEntry, per: DataFeed['per']): number | null {
  if (entry.model === 'saturate') return null;
  if (entry.model === 'arrivals') {
    const arrivals = entry.stages.reduce(
      (sum, stage) => sum + ((stage.fromPerSecond + stage.toPerSecond) / 2) * (stage.forMicros / 1_000_000),
      0,
    );
    return Math.floor(arrivals);
  }
  const users = peakUsers(entry.stages);
  if (per === 'user') return users;
  return entry.iterations?.per === 'user' ? users * entry.iterations.count : null;
}

/** Running out is a clear failure when it happens; it is better known before. */
export const feedWarnings: Check = ({ scenario }) => {
  const readers = feedReaders(scenario);
  return Object.entries(scenario.data).flatMap(([name, { pick, per, rows }]): Problem[] => {
    const entries = (readers[name] ?? []).flatMap((index) => scenario.load[index] ?? []);
    const wanted = Math.max(0, ...entries.map((entry) => (rowsTaken(entry, per) ?? 0) * entries.length));
    if (pick !== 'unique' || wanted <= rows.length) return [];
    const message = `the feed ${quoted(name)} has ${rows.length} rows, and the load may ask for row ${wanted}`;
    return [
      { path: ['data', name], part: 'key', message, suggestion: 'add rows, or say `whenOut: recycle`' },
    ];
  });
};
