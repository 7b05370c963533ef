// A record in memory: the document and its per-second slices. Promises, comparisons and reports read only this.

import type { Slice } from '../measure/slice.ts';
import type { RunRecord } from './schema.ts';
import type { ScrapeLog } from './scrape-log.ts';

export interface RunData {
  readonly run: RunRecord;
  /** Every series' slices in order of start; from latency.hlog and events.ndjson. */
  readonly slices: readonly Slice[];
  /** What the target's own metrics said; absent: nothing was scraped. From scrapes.ndjson. */
  readonly scrapes?: ScrapeLog;
  /** Of a stretch of a run: all of the run, for what only shows there; absent: this is all. */
  readonly whole?: RunData;
}
