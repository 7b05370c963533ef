// A flow made ready for a thread: every engine step compiled once, and what can be known of it before it runs.

import type { StepSpec } from '../engines/registry.ts';
import type { Flow, Step, ThinkStep } from '../scenario/scenario.ts';

export interface PreparedSend<Prepared> {
  readonly kind: 'send';
  readonly series: string;
  readonly onError: 'stop' | 'continue';
  readonly prepared: Prepared;
}

export interface PreparedRepeat<Prepared> {
  readonly kind: 'repeat';
  readonly times: number;
  /** null = back to back. */
  readonly everyMicros: number | null;
  readonly steps: PreparedSteps<Prepared>;
}

export type PreparedSteps<Prepared> = readonly (
  PreparedSend<Prepared> | PreparedRepeat<Prepared> | ThinkStep
)[];

export interface PreparedFlow<Prepared> {
  readonly name: string;
  /** `flow:<name>` */
  readonly series: string;
  readonly before: PreparedSteps<Prepared>;
  readonly steps: PreparedSteps<Prepared>;
}

export function prepareFlow<Prepared>(
  flow: Flow,
  prepare: (spec: StepSpec) => Prepared,
): PreparedFlow<Prepared> {
  return {
    name: flow.name,
    series: `flow:${flow.name}`,
    before: prepareSteps(flow.before, prepare),
    steps: prepareSteps(flow.steps, prepare),
  };
}

function prepareSteps<Prepared>(
  steps: readonly Step[],
  prepare: (spec: StepSpec) => Prepared,
): PreparedSteps<Prepared> {
  return steps.map((step) => {
    if (step.kind === 'think') return step;
    if (step.kind === 'repeat') return { ...step, steps: prepareSteps(step.steps, prepare) };
    return { kind: 'send', series: step.name, onError: step.onError, prepared: prepare(step) };
  });
}

/** How often an iteration that is never begun would have sent each series: the first is the one that was due. */
export interface NotBegun {
  /** Series of the first timed step; undefined when the flow sends nothing. */
  readonly dueSeries: string | undefined;
  /** All other sends of the iteration, per series. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** What is lost with an iteration that was dropped or never sent: one offered step, the rest skipped. */
export function notBegun<Prepared>(flow: PreparedFlow<Prepared>): NotBegun {
  const sends = new Map<string, number>();
  countSends(flow.steps, 1, sends);
  const [dueSeries] = sends.keys();
  if (dueSeries !== undefined) sends.set(dueSeries, (sends.get(dueSeries) ?? 1) - 1);
  return { dueSeries, skipped: new Map([...sends].filter(([, times]) => times > 0)) };
}

function countSends<Prepared>(
  steps: PreparedSteps<Prepared>,
  times: number,
  into: Map<string, number>,
): void {
  for (const step of steps) {
    if (step.kind === 'send') into.set(step.series, (into.get(step.series) ?? 0) + times);
    else if (step.kind === 'repeat') countSends(step.steps, times * step.times, into);
  }
}
