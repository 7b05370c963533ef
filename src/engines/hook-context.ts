// What a function called by a `call` step is given: the types that hook modules import, and the making of it.

import type { Json } from '../kernel/json.ts';
import type { Scope } from './engine.ts';
import { UnresolvedValue } from './unresolved.ts';

/** One call of a hook: the virtual user it is made for. Its functions need no `this`, so they may be taken apart. */
export interface HookContext {
  /** The user's number, unique in the run. */
  readonly user: number;
  /** Iterations of this user from 0; for arrivals the number of the arrival. */
  readonly iteration: number;
  /** The declared secrets that are set. */
  readonly env: Readonly<Record<string, string>>;
  /** What templates see: `answerId`, `questions.text`; undefined where there is nothing. */
  readonly get: (name: string) => unknown;
  /** Keeps a value for later steps, as a capture does. After the call has ended it does nothing. */
  readonly set: (name: string, value: unknown) => void;
  /** Uniform in [0, 1), from the run's seed: the same in every run of a seed. */
  readonly random: () => number;
  /** Aborted when the time of the call is over, or the run is. */
  readonly signal: AbortSignal;
}

/** What a hook module exports. What it returns, or resolves to, can be captured; what it throws fails the step. */
export type Hook<Input = Json> = (context: HookContext, input: Input) => unknown;

/** The context of one call, and what closes it. */
export function openContext(
  scope: Scope,
  env: Readonly<Record<string, string>>,
): { readonly context: HookContext; readonly end: () => void } {
  const over = new AbortController();
  const context: HookContext = {
    get user() {
      return Number(scope.get('user'));
    },
    get iteration() {
      return Number(scope.get('iteration'));
    },
    env,
    get: (name) => scope.get(name),
    set: (name, value) => {
      if (!over.signal.aborted) scope.set(name, value);
    },
    random: () => {
      const random = scope.get('random');
      if (typeof random !== 'function') throw new UnresolvedValue('random');
      return (random as () => number)();
    },
    signal: over.signal,
  };
  return { context, end: () => over.abort() };
}
