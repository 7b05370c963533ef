// Steps as written: every protocol's own, and those that need no protocol: pauses, repetitions, branches.

import { z } from 'zod';
import { stepInputSchemas } from '../engines/registry.ts';
import { valueAt } from './issues.ts';
import { onErrorInput } from '../engines/step-input.ts';
import { repeatInput, spanInput, thinkInput, timesInput } from './quantities.ts';
import type { IfStep, RepeatStep, Step, ThinkStep, UntilStep } from './scenario.ts';
import type { Path } from './yaml-document.ts';

const thinkStep = z
  .strictObject({ think: thinkInput })
  .transform(({ think }): ThinkStep => ({ kind: 'think', ...think }))
  .meta({ title: 'Pause', description: 'Waits, as a person would between two requests.' });

const repeatStep = z
  .strictObject({ repeat: repeatInput, steps: z.lazy(() => stepsInput) })
  .transform(({ repeat, steps }): RepeatStep => ({ kind: 'repeat', ...repeat, steps }))
  .meta({
    title: 'Repeat',
    description: 'Runs steps several times over, back to back or on a grid of due times.',
  });

const conditionInput = z
  .string({ error: 'expected a condition such as status == "done"' })
  .min(1)
  .max(1_000)
  .meta({ examples: ['status == "done"', 'count > 3 and not token'] });

const untilStep = z
  .strictObject({
    until: conditionInput,
    steps: z.lazy(() => stepsInput),
    every: spanInput.optional(),
    atMost: timesInput.optional(),
    within: spanInput.optional(),
    name: z.string().min(1).optional(),
    onError: onErrorInput,
  })
  .transform((written, context): UntilStep => {
    if (written.atMost === undefined && written.within === undefined) {
      const message = 'needs a limit: `atMost: 20 times`, `within: 30s`, or both';
      context.addIssue({ code: 'custom', message });
    }
    return {
      kind: 'until',
      name: written.name ?? null,
      condition: written.until,
      everyMicros: written.every ?? null,
      times: written.atMost ?? null,
      withinMicros: written.within ?? null,
      onError: written.onError,
      steps: written.steps,
    };
  })
  .meta({
    title: 'Until',
    description:
      'Runs steps, then asks a condition, over and over to a limit: polling. Runs them at least once.',
  });

const ifStep = z
  .strictObject({
    if: conditionInput,
    then: z.lazy(() => stepsInput),
    else: z.lazy(() => stepsInput).optional(),
  })
  .transform((written): IfStep => ({
    kind: 'if',
    condition: written.if,
    then: written.then,
    else: written.else ?? [],
  }))
  .meta({ title: 'If', description: 'Runs one of two lists of steps.' });

const stepInput: z.ZodType<Step> = z
  // In the order of stepKinds.
  .union([...Object.values(stepInputSchemas), thinkStep, repeatStep, ifStep, untilStep])
  .meta({
    id: 'step',
    title: 'Step',
    description: 'One request, one WebSocket action, a call, a pause, a repetition or a branch.',
  });

export const stepsInput: z.ZodType<Step[]> = z.array(stepInput).min(1);

const stepKinds: readonly string[] = [...Object.keys(stepInputSchemas), 'think', 'repeat', 'if', 'until'];

const stepLists = /^(steps|before|then|else)$/;

/** The keys that tell steps apart, when `path` is that of a step. */
export const kindsOfSteps = (path: Path): readonly string[] =>
  typeof path.at(-1) === 'number' && stepLists.test(String(path.at(-2))) ? stepKinds : [];

interface MapSchema {
  readonly properties?: Readonly<Record<string, MapSchema & { readonly pattern?: string }>>;
  readonly anyOf?: readonly MapSchema[];
}

/**
 * The keys known in a step, or in a map inside one, for steps whose schema picks another one by a word of its own
 * (`ws: send …`): read from the JSON Schema, the alternative chosen by the pattern that the word matches.
 */
export function keysKnownInStep(root: unknown, path: Path): readonly string[] {
  const start = path.findLastIndex(
    (key, index) => typeof key === 'number' && stepLists.test(String(path[index - 1])),
  );
  const step = valueAt(root, path.slice(0, start + 1));
  if (start < 0 || typeof step !== 'object' || step === null) return [];
  const kind = Object.keys(stepInputSchemas).find((key) => Object.hasOwn(step, key));
  if (kind === undefined) return [];
  const word = String(Reflect.get(step, kind));
  const schema = z.toJSONSchema(Reflect.get(stepInputSchemas, kind) as z.ZodType, {
    io: 'input',
  }) as MapSchema;
  const fits = ({ properties }: MapSchema): boolean =>
    new RegExp(properties?.[kind]?.pattern ?? '(?!)').test(word);
  let map: MapSchema | undefined = schema.anyOf?.find(fits) ?? schema;
  for (const key of path.slice(start + 1)) map = map?.properties?.[String(key)];
  return Object.keys(map?.properties ?? {});
}
