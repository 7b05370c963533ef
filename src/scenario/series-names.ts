// The series that a scenario will have, and whether its load gives them due times: known before it runs.

import type { LoadEntry, Scenario, Step } from './scenario.ts';

export interface SeriesName {
  readonly name: string;
  /** False for closed load without a pace, where response equals service. */
  readonly hasDueTime: boolean;
}

/** One per step that sends, and `flow:<name>` for whole iterations; of flows that the load runs. */
export function seriesNames({ flows, load }: Pick<Scenario, 'flows' | 'load'>): SeriesName[] {
  // A flow misspelt in the load is one problem, not one more for every promise about its series.
  const sure = load.every((entry) => entry.flows.every((flow) => Object.hasOwn(flows, flow)));
  return Object.values(flows).flatMap(({ name, before, steps }): SeriesName[] => {
    const entries = load.filter((entry) => entry.flows.includes(name));
    if (sure && entries.length === 0) return [];
    const arrives = !sure || entries.some(givesDueTimes);
    const whole = { name: `flow:${name}`, hasDueTime: arrives };
    return [...namesIn(before, false), ...namesIn(steps, arrives), whole];
  });
}

/** A due time exists for the first timed step of an arrival and of a paced iteration. */
export const givesDueTimes = (entry: LoadEntry): boolean =>
  entry.model === 'arrivals' || (entry.model === 'users' && entry.everyMicros !== null);

function namesIn(steps: readonly Step[], hasDueTime: boolean): SeriesName[] {
  return steps.flatMap((step): SeriesName[] => {
    switch (step.kind) {
      case 'think':
        return [];
      case 'repeat':
        return namesIn(step.steps, hasDueTime || step.everyMicros !== null);
      case 'if':
        return namesIn([...step.then, ...step.else], hasDueTime);
      case 'until': {
        const own = step.name === null ? [] : [{ name: step.name, hasDueTime }];
        return [...namesIn(step.steps, hasDueTime), ...own];
      }
      default:
        return [{ name: step.name, hasDueTime }];
    }
  });
}
