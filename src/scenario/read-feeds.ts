// The data feeds of a scenario, read: their rows, and what is wrong with their files, each at its place.

import { dirname } from 'node:path';
import { DataFileError, loadRows } from './feeds.ts';
import type { Problem } from './issues.ts';
import type { DataFeed } from './scenario.ts';
import type { ScenarioInput } from './schema.ts';

export type FeedsByName = Record<string, DataFeed>;

/** `file` is the scenario's, null when it has none; paths are relative to its folder. */
export async function readFeeds(
  input: ScenarioInput,
  { file, cwd }: { readonly file: string | null; readonly cwd: string },
): Promise<{ data: FeedsByName; problems: Problem[] }> {
  const data: FeedsByName = {};
  const problems: Problem[] = [];
  const folder = file === null ? cwd : dirname(file);
  for (const [name, feed] of Object.entries(input.data ?? {})) {
    try {
      const rows = await loadRows(feed.file, folder, cwd, feed.types);
      // Beginning anew when all rows are used is what a sequence does.
      const pick = feed.whenOut === 'recycle' ? 'sequential' : (feed.pick ?? 'random');
      data[name] = { pick, per: feed.per ?? 'iteration', rows };
    } catch (thrown) {
      if (!(thrown instanceof DataFileError)) throw thrown;
      problems.push({
        path: ['data', name, 'file'],
        part: 'value',
        message: thrown.message,
        suggestion: thrown.hint,
      });
    }
  }
  return { data, problems };
}
