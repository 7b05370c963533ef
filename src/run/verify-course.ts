// How far a verification is: which run this is, how long runs take, what the last one said.

import type { Clock } from '../kernel/clock.ts';
import type { RunData } from '../record/data.ts';
import { headlineOf } from './headline.ts';
import type { RunPlace } from './live-view.ts';
import { leftOf, leftWords } from './live-words.ts';

interface CourseRun {
  /** From 1. */
  readonly pair: number;
  readonly role: string;
  readonly variant: string;
  /** How long the load of one run is planned to take. */
  readonly plannedMicros: number;
}

export interface Course {
  /** A run, or another attempt at it, begins now. */
  begin(run: CourseRun): RunPlace;
  /** It has ended, with everything that belongs to it. */
  end(run: CourseRun, data: RunData): void;
  /** The attempt that ended last does not count. */
  again(run: CourseRun, reason: string): void;
}

/** Says a line at the begin and at the end of each run. */
export function createCourse(pairs: number, say: (line: string) => void, clock: Clock): Course {
  let begunAtMicros = 0;
  let spentMicros = 0;
  let attempts = 0;
  let runsDone = 0;
  let last: string | null = null;
  const title = ({ pair, role, variant }: CourseRun): string =>
    `pair ${pair} of ${pairs}: ${role === variant ? role : `${role} (${variant})`}`;
  return {
    begin: (run) => {
      begunAtMicros = clock.nowMicros();
      const meanRunMicros = attempts === 0 ? null : spentMicros / attempts;
      const place = { what: title(run), runsDone, runs: 2 * pairs, meanRunMicros, last };
      const left = leftWords(leftOf(place, run.plannedMicros, 0));
      say(`${place.what}, run ${runsDone + 1} of ${place.runs}, ${left}`);
      return place;
    },
    end: (run, data) => {
      spentMicros += clock.nowMicros() - begunAtMicros;
      attempts += 1;
      runsDone += 1;
      const headline = headlineOf(data);
      last = `${run.role}: ${data.run.verdict.status}${headline === null ? '' : `, ${headline}`}`;
      say(`pair ${run.pair} of ${pairs}: ${last}`);
    },
    again: (run, reason) => {
      runsDone -= 1;
      say(`pair ${run.pair} of ${pairs}, ${run.role}: repeated, because ${reason}`);
    },
  };
}
