// Every step of a scenario with its place in the file, in the order in which an iteration meets them.

import type { StepSpec } from '../engines/registry.ts';
import type { Flow, Step } from './scenario.ts';
import type { Path } from './yaml-document.ts';

export interface PlacedStep {
  readonly flow: string;
  readonly step: Step;
  /** e.g. `['flows', 'ask', 'steps', 2, 'steps', 0]`. */
  readonly path: Path;
}

/** The lists of steps inside a step, by the keys they are written under. */
export function listsOf(step: Step): readonly (readonly [key: string, steps: readonly Step[]])[] {
  if (step.kind === 'repeat' || step.kind === 'until') return [['steps', step.steps]];
  if (step.kind !== 'if') return [];
  return [
    ['then', step.then],
    ['else', step.else],
  ];
}

function* walk(flow: string, steps: readonly Step[], path: Path): Generator<PlacedStep> {
  for (const [index, step] of steps.entries()) {
    const here = [...path, index];
    yield { flow, step, path: here };
    for (const [key, inner] of listsOf(step)) yield* walk(flow, inner, [...here, key]);
  }
}

/** `before` first, then `steps`; the steps inside a step follow it, once. */
export function stepsOfFlow({ name, before, steps }: Flow): PlacedStep[] {
  return [...walk(name, before, ['flows', name, 'before']), ...walk(name, steps, ['flows', name, 'steps'])];
}

export const allSteps = (flows: Readonly<Record<string, Flow>>): PlacedStep[] =>
  Object.values(flows).flatMap(stepsOfFlow);

/** The series of a step's samples; undefined when it has none. */
export function seriesOf({ step }: PlacedStep): string | undefined {
  if (step.kind === 'think' || step.kind === 'repeat' || step.kind === 'if') return undefined;
  return step.name ?? undefined;
}

/** The same steps with every step that an engine sends changed. */
export function mapSends(steps: readonly Step[], change: (step: StepSpec) => StepSpec): Step[] {
  return steps.map((step): Step => {
    switch (step.kind) {
      case 'think':
        return step;
      case 'repeat':
      case 'until':
        return { ...step, steps: mapSends(step.steps, change) };
      case 'if':
        return { ...step, then: mapSends(step.then, change), else: mapSends(step.else, change) };
      default:
        return change(step);
    }
  });
}
