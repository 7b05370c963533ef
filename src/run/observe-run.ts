// What is watched of the target beside the load: its processes, its containers, and what its own metrics say.

import type { Clock } from '../kernel/clock.ts';
import type { ContainerSeriesRecord, ProcessSeriesRecord } from '../record/observed-schema.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { StartedVariant } from '../system/system.ts';
import { processSeries } from './observed-processes.ts';
import type { RunRequest } from './run-request.ts';

/** Times from the start of the load. */
export interface Observed {
  readonly processes: readonly ProcessSeriesRecord[];
  readonly containers: readonly ContainerSeriesRecord[];
  /** null: nothing was scraped. */
  readonly scrapes: ScrapeLog | null;
  /** What could not be watched, one sentence each. */
  readonly notes: readonly string[];
}

export const nothingObserved: Observed = { processes: [], containers: [], scrapes: null, notes: [] };

/** Goes on from before the load until `close`. */
interface RunObservation {
  /** After the load, with all faults undone: looks on for as long as a promise about what is left needs it. */
  settle(): Promise<void>;
  observed(startAtMicros: number): Observed;
  close(): void;
}

/** Never rejects: what cannot be watched is told in the notes, and promises about it have no data. */
export function observeRun(
  _request: RunRequest,
  started: StartedVariant,
  _clock: Clock,
): Promise<RunObservation> {
  return Promise.resolve({
    settle: () => Promise.resolve(),
    observed: (startAtMicros) => ({
      ...nothingObserved,
      processes: processSeries(started.samples(), startAtMicros),
    }),
    close: () => undefined,
  });
}
