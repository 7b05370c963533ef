// A step that calls a function of the hooks module: as written in scenario files, and as plain data.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { OnError } from './step-input.ts';
import {
  defaultTimeout,
  jsonInput,
  jsonPathProblem,
  onErrorInput,
  timeoutInput,
  waitInput,
} from './step-input.ts';

interface CallCapture {
  readonly name: string;
  /** JSONPath into what the function returned; null = all of it. */
  readonly path: string | null;
}

export interface CallStep {
  readonly kind: 'call';
  /** The series' name. */
  readonly name: string;
  /** The export of the module that is called. */
  readonly function: string;
  /** The hooks module, by its path as written; filled in from the scenario's `hooks`. */
  readonly module: string;
  /** The function's second argument; texts inside are templates. */
  readonly with: Json;
  readonly timeoutMicros: number;
  readonly capture: readonly CallCapture[];
  /** Names that the function sets itself, so that later templates may use them. */
  readonly sets: readonly string[];
  readonly onError: OnError;
  readonly wait: boolean;
}

const variable = /^[A-Za-z_]\w*$/;
const variableInput = z
  .string({ error: 'expected a name for what the function returns, or a map of names to JSONPaths' })
  .regex(variable, 'expected a name: letters, digits and _ only');

const captureInput = z.union([
  variableInput.transform((name): CallCapture[] => [{ name, path: null }]),
  z.record(z.string(), z.string()).transform((written, context): CallCapture[] =>
    Object.entries(written).map(([name, path]) => {
      const problem = variable.test(name)
        ? jsonPathProblem(path)
        : `"${name}" is not a name: letters, digits and _ only`;
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name] });
      return { name, path };
    }),
  ),
]);

/** The step as written under the key `call`. */
export const callStepInput: z.ZodType<CallStep> = z
  .strictObject({
    call: z
      .string()
      .regex(/^[A-Za-z_$][\w$]*$/, 'expected the name of a function that the hooks module exports'),
    name: z.string().min(1).optional(),
    with: jsonInput.optional(),
    timeout: timeoutInput.prefault(defaultTimeout),
    capture: captureInput.optional(),
    sets: z.array(variableInput).optional(),
    onError: onErrorInput,
    wait: waitInput,
  })
  .transform((written): CallStep => ({
    kind: 'call',
    name: written.name ?? `call ${written.call}`,
    function: written.call,
    module: '',
    with: written.with ?? null,
    timeoutMicros: written.timeout,
    capture: written.capture ?? [],
    sets: written.sets ?? [],
    onError: written.onError,
    wait: written.wait,
  }));
