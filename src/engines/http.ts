// HTTP over undici: one request per step, no retries, no pipelining, redirects only where a step says so.

import { isSensitiveName } from '../kernel/redact.ts';
import { Connections } from './connections.ts';
import type { Engine, EngineEnvironment } from './engine.ts';
import { exampleMaker } from './examples.ts';
import { fileHolder } from './held-files.ts';
import { compileJudge } from './http-judge.ts';
import { compileRequest } from './http-request.ts';
import type { PreparedHttp } from './http-session.ts';
import { HttpSession } from './http-session.ts';
import type { HttpStep } from './http-step.ts';
import { compileStream } from './http-stream.ts';

function connectingOf({ keepAlive, connectTimeoutMicros }: HttpStep): PreparedHttp['connecting'] {
  if (keepAlive === null && connectTimeoutMicros === null) return null;
  return {
    ...(keepAlive !== null && { keepAlive }),
    ...(connectTimeoutMicros !== null && { connectTimeoutMicros }),
  };
}

export const httpEngine: Engine<HttpStep, PreparedHttp> = {
  kind: 'http',
  open: (environment: EngineEnvironment) => {
    const { http, nowMicros, observer, isAllowedHost } = environment;
    const connections = new Connections(environment);
    const hidden = new Set<string>();
    const openFile = fileHolder();
    const examples = exampleMaker(environment.redact);
    const shared = { connections, nowMicros, observer, isAllowedHost, examples, hidden };
    return {
      prepare: (step) => {
        for (const { name, from } of step.capture) {
          if (from === 'cookie' || isSensitiveName(name)) hidden.add(name);
        }
        return {
          name: step.name,
          timeoutMicros: step.timeoutMicros,
          connecting: connectingOf(step),
          redirects: step.redirects ?? http.redirects,
          build: compileRequest(step, environment, openFile),
          judge: compileJudge(step, environment),
          stream: compileStream(step.stream, environment),
        };
      },
      session: (user) => new HttpSession(shared, user),
      close: () => {
        connections.close();
        return Promise.resolve();
      },
    };
  },
};
