// What is known about every series before anything runs: its flow, its kind, its timeout, whether due times exist.

import type { Scenario, Step } from '../scenario/scenario.ts';
import { seriesNames } from '../scenario/series-names.ts';

export interface SeriesInfo {
  readonly name: string;
  readonly flow: string;
  readonly kind: 'step' | 'flow';
  readonly hasDueTime: boolean;
  /** Where one entry of the load gives it due times and another does not. */
  readonly isMixed?: boolean;
  readonly timeoutMicros: number;
}

/** Every step of every flow that is loaded, in file order, each flow's own series after its steps. */
export const seriesOf = (scenario: Scenario): SeriesInfo[] =>
  seriesNames(scenario).map(({ name, flow, step, hasDueTime, isMixed }) => ({
    name,
    flow,
    kind: step === null ? 'flow' : 'step',
    hasDueTime,
    ...(isMixed ? { isMixed } : {}),
    timeoutMicros:
      step === null ? totalTimeoutMicros(scenario.flows[flow]?.steps ?? []) : longestMicros(step),
  }));

const totalTimeoutMicros = (steps: readonly Step[]): number =>
  steps.reduce((total, step) => total + longestMicros(step), 0);

/** How long a step may take at most; a turn that has begun is not cut short by the limit of its repetition. */
function longestMicros(step: Step): number {
  switch (step.kind) {
    case 'think':
      return step.maxMicros;
    case 'repeat': {
      const turn = totalTimeoutMicros(step.steps);
      return step.times === null ? (step.forMicros ?? 0) + turn : step.times * turn;
    }
    case 'if':
      return Math.max(totalTimeoutMicros(step.then), totalTimeoutMicros(step.else));
    case 'until': {
      const turn = totalTimeoutMicros(step.steps);
      const byTime = step.withinMicros === null ? Number.POSITIVE_INFINITY : step.withinMicros + turn;
      const slot = Math.max(turn, step.everyMicros ?? 0);
      return step.times === null ? byTime : Math.min(byTime, step.times * slot);
    }
    default:
      return step.timeoutMicros;
  }
}
