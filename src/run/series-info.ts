// What is known about every series before anything runs: its flow, its kind, its timeout, whether due times exist.

import { givesDueTimes } from '../scenario/series-names.ts';
import type { Flow, LoadEntry, Scenario, Step } from '../scenario/scenario.ts';

export interface SeriesInfo {
  readonly name: string;
  readonly flow: string;
  readonly kind: 'step' | 'flow';
  readonly hasDueTime: boolean;
  readonly timeoutMicros: number;
}

/** Every step of every flow that is loaded, in file order, each flow's own series after its steps. */
export function seriesOf(scenario: Scenario): SeriesInfo[] {
  return Object.values(scenario.flows).flatMap((flow) => {
    const entries = scenario.load.filter((entry) => entry.flows.includes(flow.name));
    return entries.length === 0 ? [] : flowSeries(flow, entries);
  });
}

function flowSeries(flow: Flow, entries: readonly LoadEntry[]): SeriesInfo[] {
  const open = entries.some(givesDueTimes);
  const steps = [...stepSeries(flow.before, flow.name, false), ...stepSeries(flow.steps, flow.name, open)];
  const timeoutMicros = totalTimeoutMicros(flow.steps);
  return [
    ...steps,
    { name: `flow:${flow.name}`, flow: flow.name, kind: 'flow', hasDueTime: open, timeoutMicros },
  ];
}

function stepSeries(steps: readonly Step[], flow: string, hasDueTime: boolean): SeriesInfo[] {
  const series = (name: string, timeoutMicros: number): SeriesInfo[] => [
    { name, flow, kind: 'step', hasDueTime, timeoutMicros },
  ];
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'think':
        return [];
      case 'repeat':
        return stepSeries(step.steps, flow, hasDueTime || step.everyMicros !== null);
      case 'if':
        return stepSeries([...step.then, ...step.else], flow, hasDueTime);
      case 'until': {
        const own = step.name === null ? [] : series(step.name, longestMicros(step));
        return [...stepSeries(step.steps, flow, hasDueTime), ...own];
      }
      default:
        return series(step.name, step.timeoutMicros);
    }
  });
}

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
