// One virtual user's HTTP: a step is sent, redirects followed if it says so, the last answer judged, one sample made.

import type { Sample } from '../measure/outcome.ts';
import type { Connections } from './connections.ts';
import type { CookieJar } from './cookies.ts';
import type { Observer, Scope, Session, UserState } from './engine.ts';
import type { ExampleMaker } from './examples.ts';
import type { Failure } from './failures.ts';
import { exampleText } from './http-example.ts';
import type { ExchangeOptions, HttpAnswer, HttpRequest } from './exchange-contract.ts';
import { exchange } from './http-exchange.ts';
import type { Expected, JudgePlan, Seen } from './http-judge.ts';
import { followRedirects, isRedirect, isRedirectStatus } from './http-redirect.ts';
import type { BuildRequest } from './http-request.ts';
import type { StreamPlan } from './http-stream.ts';
import { StreamWatch } from './http-stream.ts';
import { UnresolvedValue } from './unresolved.ts';

export interface PreparedHttp {
  readonly name: string;
  readonly timeoutMicros: number;
  /** Where the step differs from the settings; null = nowhere. */
  readonly connecting: Pick<ExchangeOptions, 'keepAlive' | 'connectTimeoutMicros'> | null;
  /** How many are followed. */
  readonly redirects: number;
  readonly build: BuildRequest;
  readonly judge: JudgePlan;
  readonly stream: StreamPlan | null;
}

/** What the sessions of one thread share. */
export interface Shared {
  readonly connections: Connections;
  readonly nowMicros: () => number;
  readonly observer: Observer;
  readonly isAllowedHost: (host: string) => boolean;
  readonly examples: ExampleMaker;
  /** Names of captures that look like credentials: their values are kept out of examples. */
  readonly hidden: ReadonlySet<string>;
}

interface Attempt {
  readonly request: HttpRequest;
  readonly expected: Expected;
  readonly watch: StreamWatch | null;
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
    ...(answer.dnsMicros !== undefined && { dnsMicros: answer.dnsMicros }),
    ...(answer.tlsMicros !== undefined && { tlsMicros: answer.tlsMicros }),
    ...(answer.firstByteMicros !== undefined && { firstByteMicros: answer.firstByteMicros }),
    ...(answer.censored && { censored: true }),
    ...(failure?.code !== undefined && { code: failure.code }),
  };
}

function failureOf(step: PreparedHttp, expected: Expected, seen: Seen, scope: Scope): Failure | null {
  if (seen.whole.failure !== null) return seen.whole.failure;
  if (seen.problem !== null) return { error: 'expectation', code: undefined, detail: seen.problem };
  return step.judge.judge(expected, seen, scope);
}

export class HttpSession implements Session<PreparedHttp> {
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
    const attempt = this.#attempt(step, scope, signal);
    if (attempt instanceof UnresolvedValue) return this.#unresolved(step, dueAtMicros, attempt);
    const { request, expected, watch } = attempt;
    const options = this.#options(step, watch, signal);
    const first = await exchange(this.#shared.connections, this.#withCookies(request), options);
    this.#takeCookies(request, first);
    const seen =
      watch === null && !(step.redirects > 0 && isRedirect(first))
        ? { request, answer: first, whole: first, problem: null, cookies: this.#cookies, stream: null }
        : await this.#further(step, request, first, options, watch);
    const failure = failureOf(step, expected, seen, scope);
    const sample = sampleOf(step.name, dueAtMicros, seen.whole, failure);
    if (failure === null) return sample;
    const example = this.#example(step, request, seen, failure, scope);
    return example === undefined ? sample : { ...sample, example };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #attempt(step: PreparedHttp, scope: Scope, signal: AbortSignal): Attempt | UnresolvedValue {
    const { nowMicros, observer } = this.#shared;
    try {
      const { request, sent } = step.build(scope);
      scope.set('sent', sent);
      const expected = step.judge.bind(scope);
      const isEnough = step.stream?.bind(scope);
      if (step.stream === null || isEnough === undefined) return { request, expected, watch: null };
      const ports = { series: step.name, observer, startedAtMicros: nowMicros(), runEnds: signal };
      return { request, expected, watch: new StreamWatch(step.stream.stream, isEnough, ports) };
    } catch (thrown) {
      if (thrown instanceof UnresolvedValue) return thrown;
      throw thrown;
    }
  }

  #options(step: PreparedHttp, watch: StreamWatch | null, signal: AbortSignal): ExchangeOptions {
    const { timeoutMicros, connecting, judge, redirects } = step;
    const { nowMicros } = this.#shared;
    if (watch === null) {
      const { keepBytes } = judge;
      if (connecting === null) return { timeoutMicros, nowMicros, keepBytes, signal };
      return { ...connecting, timeoutMicros, nowMicros, keepBytes, signal };
    }
    const keepBytes = (status: number): number => {
      const leadsOn = redirects > 0 && isRedirectStatus(status);
      if (judge.accepts(status) && !leadsOn) watch.begin();
      return judge.keepBytes(status);
    };
    const { signal: leave, onData } = watch;
    return { ...connecting, timeoutMicros, nowMicros, keepBytes, signal: leave, onData };
  }

  #takeCookies({ origin, path }: HttpRequest, { headers }: HttpAnswer): void {
    const lines = headers['set-cookie'];
    if (lines !== undefined) this.#cookies.store(origin, path, [lines].flat(), Date.now());
  }

  /** What a plain answer does not need: the rest of its way, and the end of its stream. */
  async #further(
    { name, redirects, timeoutMicros }: PreparedHttp,
    request: HttpRequest,
    answer: HttpAnswer,
    options: ExchangeOptions,
    watch: StreamWatch | null,
  ): Promise<Seen> {
    const { connections, observer, isAllowedHost } = this.#shared;
    const journey = await followRedirects(
      { request, answer },
      { limit: redirects, timeoutMicros },
      {
        send: async (next, leftMicros) => {
          const within = { ...options, timeoutMicros: leftMicros };
          const following = await exchange(connections, this.#withCookies(next), within);
          this.#takeCookies(next, following);
          return following;
        },
        isAllowedHost,
        cookiesOf: (next) => this.#cookiesOf(next),
        onFollowed: (atMicros) => observer.tally(name, 'redirects', atMicros, 1),
      },
    );
    const followed = { ...journey, cookies: this.#cookies, stream: null };
    if (watch === null) return followed;
    const { answer: whole, outcome } = watch.finish(journey.whole);
    return { ...followed, whole, stream: outcome };
  }

  #example(
    step: PreparedHttp,
    first: HttpRequest,
    { request, answer }: Seen,
    failure: Failure,
    scope: Scope,
  ): string | undefined {
    const { examples, hidden } = this.#shared;
    return examples(step.name, failure.error, () => {
      const sent = this.#withCookies(first);
      const last = request === first ? sent : this.#withCookies(request);
      return exampleText({ first: sent, last, answer, detail: failure.detail }, hidden, scope);
    });
  }

  #cookiesOf({ origin, path }: HttpRequest): string | undefined {
    return this.#cookies.header(origin, path, Date.now());
  }

  /** A step's own `cookie` header and those that the user was given go in one line. */
  #withCookies(request: HttpRequest): HttpRequest {
    const cookie = this.#cookiesOf(request);
    if (cookie === undefined) return request;
    const own = request.headers.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === 'cookie');
    const headers =
      own < 0
        ? [...request.headers, 'cookie', cookie]
        : request.headers.with(own + 1, `${request.headers[own + 1] ?? ''}; ${cookie}`);
    return { ...request, headers };
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
