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
  return steps.flatMap((step) => {
    if (step.kind === 'think') return [];
    if (step.kind === 'repeat') return stepSeries(step.steps, flow, hasDueTime || step.everyMicros !== null);
    return [{ name: step.name, flow, kind: 'step' as const, hasDueTime, timeoutMicros: step.timeoutMicros }];
  });
}

function totalTimeoutMicros(steps: readonly Step[]): number {
  return steps.reduce((total, step) => {
    if (step.kind === 'think') return total + step.maxMicros;
    if (step.kind === 'repeat') return total + step.times * totalTimeoutMicros(step.steps);
    return total + step.timeoutMicros;
  }, 0);
}
