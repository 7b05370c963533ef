// The series that a scenario will have, and whether its load gives them due times: known before it runs.

import type { LoadEntry, Scenario, Step } from './scenario.ts';

export interface SeriesName {
  readonly name: string;
  readonly flow: string;
  /** What it is measured at; null = whole iterations of the flow. */
  readonly step: NamedStep | null;
  /** False for closed load without a pace, where response equals service. */
  readonly hasDueTime: boolean;
  /** True where one entry of the load gives it due times and another does not. */
  readonly isMixed: boolean;
}

/** A step that has samples of its own. */
type NamedStep = Exclude<Step, { readonly kind: 'think' | 'repeat' | 'if' }>;

/** One per step that sends, and `flow:<name>` for whole iterations; of flows that the load runs. */
export function seriesNames({ flows, load }: Pick<Scenario, 'flows' | 'load'>): SeriesName[] {
  // A flow misspelt in the load is one problem, not one more for every promise about its series.
  const sure = load.every((entry) => entry.flows.every((flow) => Object.hasOwn(flows, flow)));
  return Object.values(flows).flatMap(({ name, before, steps }): SeriesName[] => {
    const entries = load.filter((entry) => entry.flows.includes(name));
    if (sure && entries.length === 0) return [];
    const arrives = !sure || entries.some(givesDueTimes);
    const due = { hasDueTime: arrives, isMixed: arrives && !entries.every(givesDueTimes) };
    const own = [...stepsIn(before, noDueTime), ...stepsIn(steps, due)];
    const whole = { name: `flow:${name}`, flow: name, step: null, ...due };
    return [...own.map((series) => ({ ...series, flow: name })), whole];
  });
}

/** A due time exists for the first timed step of an arrival and of a paced iteration. */
export const givesDueTimes = (entry: LoadEntry): boolean =>
  entry.model === 'arrivals' || (entry.model === 'users' && entry.everyMicros !== null);

type DueTimes = Pick<SeriesName, 'hasDueTime' | 'isMixed'>;
const noDueTime: DueTimes = { hasDueTime: false, isMixed: false };

function stepsIn(steps: readonly Step[], due: DueTimes): Omit<SeriesName, 'flow'>[] {
  return steps.flatMap((step): Omit<SeriesName, 'flow'>[] => {
    switch (step.kind) {
      case 'think':
        return [];
      case 'repeat':
        return stepsIn(step.steps, step.everyMicros === null ? due : { hasDueTime: true, isMixed: false });
      case 'if':
        return stepsIn([...step.then, ...step.else], due);
      case 'until': {
        const own = step.name === null ? [] : [{ name: step.name, step, ...due }];
        return [...stepsIn(step.steps, due), ...own];
      }
      default:
        return [{ name: step.name, step, ...due }];
    }
  });
}
