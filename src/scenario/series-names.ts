// The series that a scenario will have, and whether its load gives them due times: known before it runs.

import type { LoadEntry, Scenario, Step } from './scenario.ts';

export interface SeriesName {
  readonly name: string;
  /** False for closed load without a pace, where response equals service. */
  readonly hasDueTime: boolean;
  /** True where one entry of the load gives it due times and another does not. */
  readonly isMixed: boolean;
}

/** One per step that sends, and `flow:<name>` for whole iterations; of flows that the load runs. */
export function seriesNames({ flows, load }: Pick<Scenario, 'flows' | 'load'>): SeriesName[] {
  // A flow misspelt in the load is one problem, not one more for every promise about its series.
  const sure = load.every((entry) => entry.flows.every((flow) => Object.hasOwn(flows, flow)));
  return Object.values(flows).flatMap(({ name, before, steps }): SeriesName[] => {
    const entries = load.filter((entry) => entry.flows.includes(name));
    if (sure && entries.length === 0) return [];
    const arrives = !sure || entries.some(givesDueTimes);
    const due = { hasDueTime: arrives, isMixed: arrives && !entries.every(givesDueTimes) };
    return [...namesIn(before, noDueTime), ...namesIn(steps, due), { name: `flow:${name}`, ...due }];
  });
}

/** A due time exists for the first timed step of an arrival and of a paced iteration. */
export const givesDueTimes = (entry: LoadEntry): boolean =>
  entry.model === 'arrivals' || (entry.model === 'users' && entry.everyMicros !== null);

type DueTimes = Omit<SeriesName, 'name'>;
const noDueTime: DueTimes = { hasDueTime: false, isMixed: false };

function namesIn(steps: readonly Step[], due: DueTimes): SeriesName[] {
  return steps.flatMap((step): SeriesName[] => {
    switch (step.kind) {
      case 'think':
        return [];
      case 'repeat':
        return namesIn(step.steps, step.everyMicros === null ? due : { hasDueTime: true, isMixed: false });
      case 'if':
        return namesIn([...step.then, ...step.else], due);
      case 'until': {
        const own = step.name === null ? [] : [{ name: step.name, ...due }];
        return [...namesIn(step.steps, due), ...own];
      }
      default:
        return [{ name: step.name, ...due }];
    }
  });
}
