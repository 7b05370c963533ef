// The protocols Mettle speaks, and the functions of the user's own: one line each, here and nowhere else.

import { callStepInput } from './call-step.ts';
import { callEngine } from './call.ts';
import type { Sample } from '../measure/outcome.ts';
import type { EngineEnvironment, OpenEngine, Scope, Session, Trouble, UserState } from './engine.ts';
import { httpStepInput } from './http-step.ts';
import { httpEngine } from './http.ts';
import { wsStepInput } from './ws-step-input.ts';
import { wsEngine } from './ws.ts';

const engines = [httpEngine, wsEngine, callEngine] as const;

/** The key that tells a step's kind in a scenario file → how it is written. */
export const stepInputSchemas = { http: httpStepInput, ws: wsStepInput, call: callStepInput } as const;

type OpenOf<Kind extends { open: (environment: EngineEnvironment) => unknown }> = ReturnType<Kind['open']>;

/** Every step that an engine can send, as plain data. */
export type StepSpec = Parameters<OpenOf<(typeof engines)[number]>['prepare']>[0];

export interface PreparedStep {
  readonly kind: StepSpec['kind'];
  /** What the engine of that kind made of it. */
  readonly step: unknown;
}

type AnyOpen = OpenEngine<StepSpec, unknown>;
type AnySession = ReturnType<AnyOpen['session']>;

/** One user's sessions, each made when first used: most users speak one protocol, and thousands a second come and go. */
class Sessions implements Session<PreparedStep> {
  readonly #user: UserState;
  readonly #engineOf: (kind: string) => AnyOpen;
  readonly #sessions: { readonly kind: string; readonly session: AnySession }[] = [];

  constructor(user: UserState, engineOf: (kind: string) => AnyOpen) {
    this.#user = user;
    this.#engineOf = engineOf;
  }

  send(
    { kind, step }: PreparedStep,
    scope: Scope,
    dueAtMicros: number | null,
    signal: AbortSignal,
  ): Promise<Sample> {
    return this.#sessionOf(kind).send(step, scope, dueAtMicros, signal);
  }

  trouble(): Trouble | null {
    let found: Trouble | null = null;
    for (const { session } of this.#sessions) {
      const own = session.trouble?.() ?? null;
      found ??= own;
    }
    return found;
  }

  async close(cut?: AbortSignal): Promise<void> {
    const [first, ...others] = this.#sessions;
    if (others.length > 0) await Promise.all(this.#sessions.map(({ session }) => session.close(cut)));
    else await first?.session.close(cut);
  }

  #sessionOf(kind: string): AnySession {
    for (const held of this.#sessions) {
      if (held.kind === kind) return held.session;
    }
    const session = this.#engineOf(kind).session(this.#user);
    this.#sessions.push({ kind, session });
    return session;
  }
}

/** All engines as one: `prepare` and `send` go to the engine of the step's kind. */
export function openEngines(environment: EngineEnvironment): OpenEngine<StepSpec, PreparedStep> {
  const opened = new Map<string, AnyOpen>(engines.map((engine) => [engine.kind, engine.open(environment)]));
  const engineOf = (kind: string): AnyOpen => {
    const engine = opened.get(kind);
    if (engine === undefined) throw new Error(`no engine speaks "${kind}"`);
    return engine;
  };
  return {
    prepare: (spec) => ({ kind: spec.kind, step: engineOf(spec.kind).prepare(spec) }),
    ready: async () => {
      for (const engine of opened.values()) await engine.ready?.();
    },
    session: (user) => new Sessions(user, engineOf),
    close: async () => {
      await Promise.all([...opened.values()].map((engine) => engine.close()));
    },
  };
}
