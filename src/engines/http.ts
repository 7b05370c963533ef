// HTTP/1.1 over undici: one request per step, no retries, no redirects, no pipelining.

import type { Sample } from '../measure/outcome.ts';
import { Connections } from './connections.ts';
import { CookieJar } from './cookies.ts';
import type { Engine, EngineEnvironment, Scope, Session } from './engine.ts';
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
  readonly method: string;
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

class HttpSession implements Session<PreparedHttp> {
  readonly #connections: Connections;
  readonly #nowMicros: () => number;
  readonly #examples: ExampleMaker;
  readonly #cookies = new CookieJar();

  constructor(connections: Connections, nowMicros: () => number, examples: ExampleMaker) {
    this.#connections = connections;
    this.#nowMicros = nowMicros;
    this.#examples = examples;
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
    const answer = await exchange(this.#connections, request, {
      timeoutMicros: step.timeoutMicros,
      keepBytes: step.judge.keepBytes,
      signal,
      nowMicros: this.#nowMicros,
    });
    const setCookie = answer.headers['set-cookie'];
    if (setCookie !== undefined) {
      this.#cookies.store(request.origin, request.path, [setCookie].flat(), Date.now());
    }
    const failure = answer.failure ?? judge(answer);
    return this.#sample(step, dueAtMicros, request, answer, failure);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #withCookies(request: HttpRequest): HttpRequest {
    const cookie = this.#cookies.header(request.origin, request.path, Date.now());
    return cookie === undefined ? request : { ...request, headers: [...request.headers, 'cookie', cookie] };
  }

  #sample(
    step: PreparedHttp,
    dueAtMicros: number | null,
    request: HttpRequest,
    answer: HttpAnswer,
    failure: Failure | null,
  ): Sample {
    const example =
      failure === null
        ? undefined
        : this.#examples(
            step.name,
            failure.error,
            () => `${request.method} ${request.path} → ${failure.detail}${excerptOf(answer)}`,
          );
    return {
      series: step.name,
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
      ...(example !== undefined && { example }),
    };
  }

  #unresolved(step: PreparedHttp, dueAtMicros: number | null, { message }: UnresolvedValue): Sample {
    const nowMicros = this.#nowMicros();
    const example = this.#examples(step.name, 'expectation', () => `not sent: ${message}`);
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
    const { nowMicros } = environment;
    const connections = new Connections(nowMicros);
    const examples = exampleMaker(environment.redact);
    return {
      prepare: (step) => ({
        name: step.name,
        method: step.method,
        timeoutMicros: step.timeoutMicros,
        build: compileRequest(step, environment),
        judge: compileJudge(step, environment),
      }),
      session: () => new HttpSession(connections, nowMicros, examples),
      close: () => {
        connections.close();
        return Promise.resolve();
      },
    };
  },
};
