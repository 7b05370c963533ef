// The series that a scenario will have, and whether anything in them is due: known before it runs.

import type { LoadEntry, Scenario, Step } from './scenario.ts';
import { seriesOf, stepsOfFlow } from './walk-steps.ts';

export interface SeriesName {
  readonly name: string;
  /** False where response equals service: closed load without a pace, steps after the first. */
  readonly hasDueTime: boolean;
}

/** One per named step, and `flow:<name>` per flow for whole iterations. */
export function seriesNames({ flows, load }: Pick<Scenario, 'flows' | 'load'>): SeriesName[] {
  return Object.values(flows).flatMap((flow): SeriesName[] => {
    const arrives = load.some((entry) => entry.flow === flow.name && isOpen(entry));
    const due = new Set(dueSteps(flow.steps, arrives));
    const steps = stepsOfFlow(flow).flatMap((placed): SeriesName[] => {
      const name = seriesOf(placed);
      return name === undefined ? [] : [{ name, hasDueTime: due.has(placed.step) }];
    });
    return [...steps, { name: `flow:${flow.name}`, hasDueTime: arrives }];
  });
}

const isOpen = (entry: LoadEntry): boolean => entry.model === 'arrivals';

/** The first step that sends, when its iteration is due; and the first of each turn on a grid. */
function dueSteps(steps: readonly Step[], due: boolean): Step[] {
  let waiting = due;
  return steps.flatMap((step) => {
    if (step.kind === 'think') return [];
    const begins = waiting;
    waiting = false;
    if (step.kind !== 'repeat') return begins ? [step] : [];
    return dueSteps(step.steps, begins || step.everyMicros !== null);
  });
}
