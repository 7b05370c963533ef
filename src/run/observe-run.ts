// What is watched of the target beside the load: its processes, its containers, and what its own metrics say.

import type { Clock } from '../kernel/clock.ts';
import type { ContainerSeriesRecord, ProcessSeriesRecord } from '../record/observed-schema.ts';
import type { ScrapeLog } from '../record/scrape-log.ts';
import type { StartedVariant } from '../system/system.ts';
import { observeContainers } from './observed-containers.ts';
import { missingOfProcesses, processSeries } from './observed-processes.ts';
import { observeScrapes } from './observed-scrapes.ts';
import type { RunRequest } from './run-request.ts';
import { askedAfterTheLoad, type SettleSpan, watchWhatIsLeft } from './settle.ts';

/** Times from the start of the load. */
export interface Observed {
  readonly processes: readonly ProcessSeriesRecord[];
  /** null: nobody wanted any to be watched. */
  readonly containers: readonly ContainerSeriesRecord[] | null;
  /** null: nothing was to be scraped. */
  readonly scrapes: ScrapeLog | null;
  /** After the load, where promises about what is left were waited for. */
  readonly settled: SettleSpan | null;
  /** What could not be watched, one sentence each. */
  readonly notes: readonly string[];
}

export const nothingObserved: Observed = {
  ...{ processes: [], containers: null, scrapes: null },
  settled: null,
  notes: [],
};

/** Goes on from before the load until `close`. */
interface RunObservation {
  /**
   * After the load, with all faults undone: looks on for as long as a promise about what is left needs it (settle.ts).
   * `stopped`: by a promise; nothing more is judged then.
   */
  settle(stopped: boolean): Promise<void>;
  observed(startAtMicros: number): Observed;
  close(): void;
}

/** Never rejects: what cannot be watched is told in the notes, and promises about it have no data. */
export async function observeRun(
  request: RunRequest,
  started: StartedVariant,
  clock: Clock,
): Promise<RunObservation> {
  const { docker } = request.stage.containers;
  const containers = await observeContainers({ ...request, docker, clock });
  const scrapes = await observeScrapes(request, started, clock);
  const left = watchWhatIsLeft({
    subjects: askedAfterTheLoad(request.scenario),
    seen: (startAtMicros) => ({
      processes: processSeries(started.samples(), startAtMicros),
      containers: containers.series(startAtMicros),
    }),
    ...{ clock, signal: request.signal },
  });
  await left.baseline();
  return {
    settle: async (stopped) => {
      // The end of the load is in no look yet.
      await Promise.all([started.lookAgain(), scrapes.scrape()]);
      if (stopped) return;
      await left.settle();
      await scrapes.scrape();
    },
    observed: (startAtMicros) => ({
      ...nothingObserved,
      processes: processSeries(started.samples(), startAtMicros),
      containers: containers.isAsked ? containers.series(startAtMicros) : null,
      scrapes: scrapes.log(startAtMicros),
      settled: left.span(startAtMicros),
      notes: [
        ...missingOfProcesses(request),
        ...started.sampleNotes(),
        ...containers.notes(),
        ...scrapes.notes(startAtMicros),
      ],
    }),
    close: () => {
      scrapes.close();
      containers.close();
    },
  };
}
