// Steps as written: every protocol's own, and the two that need no protocol, `think` and `repeat`.

import { z } from 'zod';
import { stepInputSchemas } from '../engines/registry.ts';
import { valueAt } from './issues.ts';
import { repeatInput, thinkInput } from './quantities.ts';
import type { RepeatStep, Step, ThinkStep } from './scenario.ts';
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

const stepInput: z.ZodType<Step> = z
  // In the order of stepKinds.
  .union([...Object.values(stepInputSchemas), thinkStep, repeatStep])
  .meta({
    id: 'step',
    title: 'Step',
    description: 'One request, one WebSocket action, a pause, or a repetition.',
  });

export const stepsInput: z.ZodType<Step[]> = z.array(stepInput).min(1);

const stepKinds: readonly string[] = [...Object.keys(stepInputSchemas), 'think', 'repeat'];

/** The keys that tell steps apart, when `path` is that of a step. */
export const kindsOfSteps = (path: Path): readonly string[] =>
  typeof path.at(-1) === 'number' && /^(steps|before)$/.test(String(path.at(-2))) ? stepKinds : [];

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
    (key, index) => typeof key === 'number' && /^(steps|before)$/.test(String(path[index - 1])),
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
