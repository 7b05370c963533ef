// How far a verification is: which run this is, how long runs take, what the last one said.

import type { ComparisonDesign } from '../compare/design.ts';
import { plannedPairs } from '../compare/design.ts';
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

interface CoursePlan {
  readonly design: ComparisonDesign;
  readonly coolDownMicros: number;
}

/** Says a line at the begin and at the end of each run. */
export function createCourse(
  { design, coolDownMicros }: CoursePlan,
  say: (line: string) => void,
  clock: Clock,
): Course {
  const pairs = plannedPairs(design);
  let begunAtMicros = 0;
  let spentMicros = 0;
  let attempts = 0;
  let runsDone = 0;
  let last: string | null = null;
  const mayEndEarly = (pair: number): boolean => design.looks.some((look) => look < pairs && pair <= look);
  const pairOf = (pair: number): string => `pair ${pair} of ${mayEndEarly(pair) ? 'at most ' : ''}${pairs}`;
  const title = ({ pair, role, variant }: CourseRun): string =>
    `${pairOf(pair)}: ${role === variant ? role : `${role} (${variant})`}`;
  return {
    begin: (run) => {
      begunAtMicros = clock.nowMicros();
      const place = {
        what: title(run),
        runsDone,
        runs: 2 * pairs,
        meanRunMicros: attempts === 0 ? null : spentMicros / attempts,
        last,
        pauseMicros: coolDownMicros,
        mayEndEarly: mayEndEarly(run.pair),
      };
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
      say(`${pairOf(run.pair)}: ${last}`);
    },
    again: (run, reason) => {
      runsDone -= 1;
      say(`${pairOf(run.pair)}, ${run.role}: repeated, because ${reason}`);
    },
  };
}
