// HTTP/1.1 over undici: one request per step, no retries, no redirects, no pipelining.

import { isSensitiveName } from '../kernel/redact.ts';
import type { Sample } from '../measure/outcome.ts';
import { Connections } from './connections.ts';
import type { CookieJar } from './cookies.ts';
import type { Engine, EngineEnvironment, Scope, Session, UserState } from './engine.ts';
import type { ExampleMaker } from './examples.ts';
import { exampleMaker } from './examples.ts';
import type { Failure } from './failures.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { exchange } from './http-exchange.ts';
import type { Judge, JudgePlan } from './http-judge.ts';
import { bodyText, compileJudge } from './http-judge.ts';
import type { BuildRequest } from './http-request.ts';
import { compileRequest } from './http-request.ts';
import type { HttpStep } from './http-step.ts';
import { UnresolvedValue } from './unresolved.ts';

export interface PreparedHttp {
  readonly name: string;
  readonly timeoutMicros: number;
  readonly build: BuildRequest;
  readonly judge: JudgePlan;
}

interface Attempt {
  readonly request: HttpRequest;
  readonly judge: Judge;
}

function attemptOf(step: PreparedHttp, scope: Scope): Attempt | UnresolvedValue {
  try {
    const { request, sent } = step.build(scope);
    scope.set('sent', sent);
    return { request, judge: step.judge.bind(scope) };
  } catch (thrown) {
    if (thrown instanceof UnresolvedValue) return thrown;
    throw thrown;
  }
}

/** The body of a bad answer, for its example; a compressed one that was cut cannot be shown. */
function excerptOf(answer: HttpAnswer): string {
  if (answer.body.length === 0) return '';
  try {
    return `: ${bodyText(answer)}`;
  } catch {
    return ': (compressed body)';
  }
}

function sampleOf(
  series: string,
  dueAtMicros: number | null,
  answer: HttpAnswer,
  failure: Failure | null,
): Sample {
  return {
    series,
    dueAtMicros,
    startedAtMicros: answer.startedAtMicros,
    endedAtMicros: answer.endedAtMicros,
    error: failure?.error ?? null,
    answered: answer.failure === null,
    bytes: answer.bytes,
    ...(answer.status > 0 && { status: String(answer.status) }),
    ...(answer.connectMicros !== undefined && { connectMicros: answer.connectMicros }),
    ...(answer.firstByteMicros !== undefined && { firstByteMicros: answer.firstByteMicros }),
    ...(answer.censored && { censored: true }),
    ...(failure?.code !== undefined && { code: failure.code }),
  };
}

/** What the sessions of one thread share. */
interface Shared {
  readonly connections: Connections;
  readonly nowMicros: () => number;
  readonly examples: ExampleMaker;
  /** Names of captures that look like credentials: their values are kept out of examples. */
  readonly hidden: ReadonlySet<string>;
}

function withoutCaptures(text: string, hidden: ReadonlySet<string>, scope: Scope): string {
  let result = text;
  for (const name of hidden) {
    const value = scope.get(name);
    if (typeof value === 'string' && value !== '') result = result.replaceAll(value, `[${name}]`);
  }
  return result;
}

class HttpSession implements Session<PreparedHttp> {
  readonly #shared: Shared;
  readonly #cookies: CookieJar;

  constructor(shared: Shared, { cookies }: UserState) {
    this.#shared = shared;
    this.#cookies = cookies;
  }

  async send(
    step: PreparedHttp,
    scope: Scope,
    dueAtMicros: number | null,
    signal: AbortSignal,
  ): Promise<Sample> {
    const attempt = attemptOf(step, scope);
    if (attempt instanceof UnresolvedValue) return this.#unresolved(step, dueAtMicros, attempt);
    const { judge } = attempt;
    const request = this.#withCookies(attempt.request);
    const answer = await exchange(this.#shared.connections, request, {
      timeoutMicros: step.timeoutMicros,
      keepBytes: step.judge.keepBytes,
      signal,
      nowMicros: this.#shared.nowMicros,
    });
    const setCookie = answer.headers['set-cookie'];
    if (setCookie !== undefined) {
      this.#cookies.store(request.origin, request.path, [setCookie].flat(), Date.now());
    }
    const failure = answer.failure ?? judge(answer);
    const sample = sampleOf(step.name, dueAtMicros, answer, failure);
    if (failure === null) return sample;
    const { examples, hidden } = this.#shared;
    const example = examples(step.name, failure.error, () => {
      const text = `${request.method} ${request.path} → ${failure.detail}${excerptOf(answer)}`;
      return withoutCaptures(text, hidden, scope);
    });
    return example === undefined ? sample : { ...sample, example };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #withCookies(request: HttpRequest): HttpRequest {
    const cookie = this.#cookies.header(request.origin, request.path, Date.now());
    return cookie === undefined ? request : { ...request, headers: [...request.headers, 'cookie', cookie] };
  }

  #unresolved(step: PreparedHttp, dueAtMicros: number | null, { message }: UnresolvedValue): Sample {
    const nowMicros = this.#shared.nowMicros();
    const example = this.#shared.examples(step.name, 'expectation', () => `not sent: ${message}`);
    return {
      series: step.name,
      dueAtMicros,
      startedAtMicros: nowMicros,
      endedAtMicros: nowMicros,
      error: 'expectation',
      answered: false,
      bytes: 0,
      ...(example !== undefined && { example }),
    };
  }
}

export const httpEngine: Engine<HttpStep, PreparedHttp> = {
  kind: 'http',
  open: (environment: EngineEnvironment) => {
    const connections = new Connections(environment);
    const examples = exampleMaker(environment.redact);
    const hidden = new Set<string>();
    const shared: Shared = { connections, nowMicros: environment.nowMicros, examples, hidden };
    return {
      prepare: (step) => {
        for (const { name } of step.capture) if (isSensitiveName(name)) hidden.add(name);
        return {
          name: step.name,
          timeoutMicros: step.timeoutMicros,
          build: compileRequest(step, environment),
          judge: compileJudge(step, environment),
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
