// The protocols Mettle speaks, and the functions of the user's own: one line each, here and nowhere else.

import { callStepInput } from './call-step.ts';
import { callEngine } from './call.ts';
import type { EngineEnvironment, OpenEngine, Trouble } from './engine.ts';
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
    session: (user) => {
      const sessions = new Map<string, AnySession>();
      const sessionOf = (kind: string): AnySession => {
        const existing = sessions.get(kind);
        if (existing !== undefined) return existing;
        const created = engineOf(kind).session(user);
        sessions.set(kind, created);
        return created;
      };
      return {
        send: ({ kind, step }, scope, dueAtMicros, signal) =>
          sessionOf(kind).send(step, scope, dueAtMicros, signal),
        trouble: () =>
          [...sessions.values()].reduce<Trouble | null>((found, session) => {
            const own = session.trouble?.() ?? null;
            return found ?? own;
          }, null),
        close: async (cut) => {
          await Promise.all([...sessions.values()].map((session) => session.close(cut)));
        },
      };
    },
    close: async () => {
      await Promise.all([...opened.values()].map((engine) => engine.close()));
    },
  };
}
