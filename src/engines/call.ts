// The escape hatch: a step that calls a function of the user's own, timed and failed like any other.

import { MettleError } from '../kernel/errors.ts';
import { isSensitiveName } from '../kernel/redact.ts';
import type { Sample } from '../measure/outcome.ts';
import type { Ending } from './call-outcome.ts';
import { outcomeOf } from './call-outcome.ts';
import type { CallStep } from './call-step.ts';
import type { Engine, EngineEnvironment, JsonTemplate, OpenEngine, Scope } from './engine.ts';
import type { ExampleMaker } from './examples.ts';
import { exampleMaker } from './examples.ts';
import type { Hook } from './hook-context.ts';
import { openContext } from './hook-context.ts';
import type { HookModule } from './hook-module.ts';
import { importHooks } from './hook-module.ts';
import type { Select } from './json-path.ts';
import { compileJsonPath } from './json-path.ts';
import { UnresolvedValue } from './unresolved.ts';

interface Kept {
  readonly name: string;
  /** null = all that was returned. */
  readonly select: Select | null;
  readonly path: string;
}

export interface PreparedCall {
  readonly step: CallStep;
  readonly input: JsonTemplate;
  readonly keep: readonly Kept[];
  /** There once the module is loaded. */
  hook: Hook | undefined;
}

/** What a function returns may be anything: nothing can be found in what cannot be read (endless, or throwing). */
function partsOf(value: unknown, select: Select): readonly unknown[] {
  try {
    return select(value);
  } catch {
    return [];
  }
}

/** The first thing that was to be kept and is not there, or null when all is kept. */
function keepParts({ keep, step }: PreparedCall, value: unknown, scope: Scope): string | null {
  for (const { name, select, path } of keep) {
    const [part] = select === null ? [value] : partsOf(value, select);
    if (part === undefined) {
      return select === null
        ? `${step.function} returned nothing to keep as ${name}`
        : `${path} is absent in what ${step.function} returned`;
    }
    scope.set(name, part);
  }
  return null;
}

interface Shared {
  readonly environment: EngineEnvironment;
  readonly examples: ExampleMaker;
}

async function callHook(
  prepared: PreparedCall,
  scope: Scope,
  signal: AbortSignal,
  shared: Shared,
): Promise<Ending> {
  const { step, input, hook } = prepared;
  const { nowMicros } = shared.environment;
  if (hook === undefined) throw new Error(`the hooks of "${step.name}" were never loaded`);
  const startedAtMicros = nowMicros();
  const { context, end } = openContext(scope, shared.environment.env);
  try {
    const argument = input.render(scope);
    const ending = await outcomeOf(() => hook(context, argument), step.timeoutMicros, signal);
    // A function that blocks the thread cannot be stopped: that it took too long is seen afterwards.
    const isLate = nowMicros() - startedAtMicros > step.timeoutMicros;
    if (ending.kind !== 'cut' && isLate) return { kind: 'timeout' };
    if (ending.kind !== 'returned') return ending;
    const problem = keepParts(prepared, ending.value, scope);
    return problem === null ? ending : { kind: 'failed', detail: problem };
  } catch (thrown) {
    if (thrown instanceof UnresolvedValue) return { kind: 'failed', detail: `not called: ${thrown.message}` };
    throw thrown;
  } finally {
    end();
  }
}

function exampleOf({ step, keep }: PreparedCall, ending: Ending, scope: Scope): string {
  if (ending.kind !== 'failed') return `${step.function} did not return in time`;
  return keep.reduce((text, { name }) => {
    const value = isSensitiveName(name) ? scope.get(name) : undefined;
    return typeof value === 'string' && value !== '' ? text.replaceAll(value, `[${name}]`) : text;
  }, `${step.function}: ${ending.detail}`);
}

async function send(
  prepared: PreparedCall,
  scope: Scope,
  dueAtMicros: number | null,
  signal: AbortSignal,
  shared: Shared,
): Promise<Sample> {
  const { nowMicros } = shared.environment;
  const series = prepared.step.name;
  const startedAtMicros = nowMicros();
  const ending = await callHook(prepared, scope, signal, shared);
  const base = { series, dueAtMicros, startedAtMicros, endedAtMicros: nowMicros(), bytes: 0 };
  if (ending.kind === 'returned') return { ...base, error: null, answered: true };
  if (ending.kind === 'cut') return { ...base, error: 'timeout', answered: false, censored: true };
  const error = ending.kind === 'timeout' ? 'timeout' : 'expectation';
  const example = shared.examples(series, error, () => exampleOf(prepared, ending, scope));
  return { ...base, error, answered: false, ...(example !== undefined && { example }) };
}

async function link(prepared: PreparedCall, loaded: Promise<HookModule>): Promise<void> {
  const { step } = prepared;
  const found = (await loaded)[step.function];
  if (typeof found !== 'function') {
    throw new MettleError({
      code: 'HOOKS_FAILED',
      message: `the hooks module ${step.module} exports no function "${step.function}"`,
      hint: `Export it: export function ${step.function}(context, input) { … }`,
    });
  }
  prepared.hook = found as Hook;
}

/** `load` is what imports a module, by its absolute path. */
export function openCalls(
  environment: EngineEnvironment,
  load: (path: string) => Promise<HookModule>,
): OpenEngine<CallStep, PreparedCall> {
  const shared: Shared = { environment, examples: exampleMaker(environment.redact) };
  const all: PreparedCall[] = [];
  return {
    prepare: (step) => {
      const keep = step.capture.map(({ name, path }) => ({
        name,
        select: path === null ? null : compileJsonPath(path),
        path: path ?? '$',
      }));
      const prepared = { step, input: environment.templates.json(step.with), keep, hook: undefined };
      all.push(prepared);
      return prepared;
    },
    ready: async () => {
      const modules = new Map<string, Promise<HookModule>>();
      for (const prepared of all) {
        const path = environment.file(prepared.step.module);
        const loaded = modules.get(path) ?? load(path);
        modules.set(path, loaded);
        await link(prepared, loaded);
      }
    },
    session: () => ({
      send: (step, scope, dueAtMicros, signal) => send(step, scope, dueAtMicros, signal, shared),
      close: () => Promise.resolve(),
    }),
    close: () => Promise.resolve(),
  };
}

export const callEngine: Engine<CallStep, PreparedCall> = {
  kind: 'call',
  open: (environment) => openCalls(environment, importHooks),
};
