// WebSockets over ws: what the sessions of one thread share.

import type { Engine, EngineEnvironment } from './engine.ts';
import { exampleMaker } from './examples.ts';
import { parseJson } from './json-checks.ts';
import { createTlsClient } from './tls-client.ts';
import { Broadcasts } from './ws-broadcast.ts';
import type { LinkShared } from './ws-link-contract.ts';
import { createMessageReader } from './ws-recent.ts';
import { WsSession } from './ws-session.ts';
import type { WsPlan } from './ws-step-plan.ts';
import { planStep } from './ws-step-plan.ts';
import type { WsStep } from './ws-step.ts';

export const wsEngine: Engine<WsStep, WsPlan> = {
  kind: 'ws',
  open: (environment: EngineEnvironment) => {
    const { nowMicros, observer, http, hosts } = environment;
    const examples = exampleMaker(environment.redact);
    const sessions = new Set<WsSession>();
    const awaited = new Set<string>();
    const broadcasts = new Broadcasts(environment);
    // What thousands of subscribers receive is the same message: it is parsed once.
    const readRecent = createMessageReader();
    const shared: LinkShared = {
      nowMicros,
      observer,
      sockets: {
        nowMicros,
        hosts,
        tls: createTlsClient(environment),
        localAddress: http.localAddress,
        proxy: http.proxy,
      },
      follower: () => (broadcasts.any ? broadcasts : null),
      awaits: (socket) => awaited.has(socket),
      read: (raw) => (broadcasts.any ? readRecent(raw) : parseJson(raw.toString())),
    };
    return {
      prepare: (step) => {
        if (step.action === 'await') awaited.add(step.socket);
        if (step.action === 'send' && step.broadcast !== null) broadcasts.add(step.name, step.broadcast);
        return planStep(step, environment);
      },
      session: ({ cookies }) => {
        const session: WsSession = new WsSession({
          shared,
          cookies,
          examples,
          onClose: () => sessions.delete(session),
        });
        sessions.add(session);
        return session;
      },
      close: async () => {
        await Promise.all([...sessions].map((session) => session.close()));
        sessions.clear();
        broadcasts.close();
      },
    };
  },
};
