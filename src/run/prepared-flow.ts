// A flow made ready for a thread: every engine step and condition compiled once, and what can be known before it runs.

import type { StepSpec } from '../engines/registry.ts';
import { createRedactor } from '../kernel/redact.ts';
import type { Condition } from '../scenario/conditions.ts';
import { compileCondition } from '../scenario/conditions.ts';
import type { Flow, RepeatStep, Step, ThinkStep } from '../scenario/scenario.ts';

export interface PreparedSend<Prepared> {
  readonly kind: 'send';
  readonly series: string;
  readonly onError: 'stop' | 'continue';
  /** False = the iteration goes on at once. */
  readonly waits: boolean;
  readonly prepared: Prepared;
}

export interface PreparedRepeat<Prepared> extends Omit<RepeatStep, 'steps'> {
  readonly steps: PreparedSteps<Prepared>;
}

export interface PreparedUntil<Prepared> {
  readonly kind: 'until';
  /** null = it has no samples of its own. */
  readonly series: string | null;
  readonly condition: Condition;
  readonly everyMicros: number | null;
  readonly times: number | null;
  readonly withinMicros: number | null;
  readonly onError: 'stop' | 'continue';
  readonly steps: PreparedSteps<Prepared>;
}

export interface PreparedIf<Prepared> {
  readonly kind: 'if';
  readonly condition: Condition;
  readonly then: PreparedSteps<Prepared>;
  readonly else: PreparedSteps<Prepared>;
}

export type PreparedStep<Prepared> =
  | PreparedSend<Prepared>
  | PreparedRepeat<Prepared>
  | PreparedUntil<Prepared>
  | PreparedIf<Prepared>
  | ThinkStep;

export type PreparedSteps<Prepared> = readonly PreparedStep<Prepared>[];

export interface PreparedFlow<Prepared> {
  readonly name: string;
  /** `flow:<name>` */
  readonly series: string;
  readonly before: PreparedSteps<Prepared>;
  readonly steps: PreparedSteps<Prepared>;
}

interface Preparing<Prepared> {
  readonly prepare: (spec: StepSpec) => Prepared;
  readonly redact: (text: string) => string;
}

/** `secrets` are kept out of what is told of conditions. Throws MettleError for what cannot be compiled. */
export function prepareFlow<Prepared>(
  flow: Flow,
  prepare: (spec: StepSpec) => Prepared,
  secrets: readonly string[] = [],
): PreparedFlow<Prepared> {
  const preparing = { prepare, redact: createRedactor(secrets) };
  return {
    name: flow.name,
    series: `flow:${flow.name}`,
    before: prepareSteps(flow.before, preparing),
    steps: prepareSteps(flow.steps, preparing),
  };
}

function prepareSteps<Prepared>(
  steps: readonly Step[],
  preparing: Preparing<Prepared>,
): PreparedSteps<Prepared> {
  return steps.map((step) => prepareStep(step, preparing));
}

function prepareStep<Prepared>(step: Step, preparing: Preparing<Prepared>): PreparedStep<Prepared> {
  const inner = (steps: readonly Step[]): PreparedSteps<Prepared> => prepareSteps(steps, preparing);
  switch (step.kind) {
    case 'think':
      return step;
    case 'repeat':
      return { ...step, steps: inner(step.steps) };
    case 'until': {
      const condition = compileCondition(step.condition, preparing.redact);
      return { ...step, series: step.name, condition, steps: inner(step.steps) };
    }
    case 'if': {
      const condition = compileCondition(step.condition, preparing.redact);
      return { kind: 'if', condition, then: inner(step.then), else: inner(step.else) };
    }
    default: {
      const waits = !('wait' in step) || step.wait;
      const { name, onError } = step;
      return { kind: 'send', series: name, onError, waits, prepared: preparing.prepare(step) };
    }
  }
}

/** How often an iteration that is never begun would have sent each series: the first is the one that was due. */
export interface NotBegun {
  /** Series of the first timed step; undefined when the flow sends nothing. */
  readonly dueSeries: string | undefined;
  /** All other sends of the iteration that are sure, per series. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * What is lost with an iteration that was dropped or never sent: one offered step, the rest skipped. Where due times
 * exist, validation has seen to it that the first timed step is not inside an `if`.
 */
export function notBegun<Prepared>(flow: PreparedFlow<Prepared>): NotBegun {
  const sends = new Map<string, number>();
  countSends(flow.steps, 1, sends);
  const dueSeries = firstSend(flow.steps);
  if (dueSeries !== undefined) sends.set(dueSeries, (sends.get(dueSeries) ?? 1) - 1);
  return { dueSeries, skipped: new Map([...sends].filter(([, times]) => times > 0)) };
}

function firstSend<Prepared>(steps: PreparedSteps<Prepared>): string | undefined {
  for (const step of steps) {
    if (step.kind === 'send') return step.series;
    const inner = step.kind === 'repeat' || step.kind === 'until' ? firstSend(step.steps) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The same sums as those of walk.ts, before anything has run. */
function countSends<Prepared>(
  steps: PreparedSteps<Prepared>,
  times: number,
  into: Map<string, number>,
): void {
  const add = (series: string): void => {
    into.set(series, (into.get(series) ?? 0) + times);
  };
  for (const step of steps) {
    if (step.kind === 'send') add(step.series);
    else if (step.kind === 'repeat') countSends(step.steps, times * (step.times ?? 1), into);
    else if (step.kind === 'until') {
      if (step.series !== null) add(step.series);
      countSends(step.steps, times, into);
    }
  }
}
