// Every step of a scenario with its place in the file, in the order in which an iteration meets them.

import type { Flow, Step } from './scenario.ts';
import type { Path } from './yaml-document.ts';

export interface PlacedStep {
  readonly flow: string;
  readonly step: Step;
  /** e.g. `['flows', 'ask', 'steps', 2, 'steps', 0]`. */
  readonly path: Path;
}

function* walk(flow: string, steps: readonly Step[], path: Path): Generator<PlacedStep> {
  for (const [index, step] of steps.entries()) {
    const here = [...path, index];
    yield { flow, step, path: here };
    if (step.kind === 'repeat') yield* walk(flow, step.steps, [...here, 'steps']);
  }
}

/** `before` first, then `steps`; the steps of a repetition follow it, once. */
export function stepsOfFlow({ name, before, steps }: Flow): PlacedStep[] {
  return [...walk(name, before, ['flows', name, 'before']), ...walk(name, steps, ['flows', name, 'steps'])];
}

export const allSteps = (flows: Readonly<Record<string, Flow>>): PlacedStep[] =>
  Object.values(flows).flatMap(stepsOfFlow);

/** Does this step send something, so that its samples make a series? */
export const seriesOf = ({ step }: PlacedStep): string | undefined =>
  step.kind === 'think' || step.kind === 'repeat' ? undefined : step.name;
