// WebSockets over ws: what the sessions of one thread share.

import type { Engine, EngineEnvironment } from './engine.ts';
import { exampleMaker } from './examples.ts';
import { WsSession } from './ws-session.ts';
import type { WsPlan } from './ws-step-plan.ts';
import { planStep } from './ws-step-plan.ts';
import type { WsStep } from './ws-step.ts';

export const wsEngine: Engine<WsStep, WsPlan> = {
  kind: 'ws',
  open: (environment: EngineEnvironment) => {
    const examples = exampleMaker(environment.redact);
    const sessions = new Set<WsSession>();
    let awaits = false;
    return {
      prepare: (step) => {
        awaits ||= step.action === 'await';
        return planStep(step, environment);
      },
      session: () => {
        const session: WsSession = new WsSession({
          nowMicros: environment.nowMicros,
          examples,
          keepForAwait: awaits,
          follower: null,
          onClose: () => sessions.delete(session),
        });
        sessions.add(session);
        return session;
      },
      close: async () => {
        await Promise.all([...sessions].map((session) => session.close()));
        sessions.clear();
      },
    };
  },
};
