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
import type { Expected, JudgePlan } from './http-judge.ts';
import type { Journey } from './http-redirect.ts';
import { followRedirects, isRedirect, isRedirectStatus } from './http-redirect.ts';
import type { BuildRequest } from './http-request.ts';
import type { StreamOutcome, StreamPlan } from './http-stream.ts';
import { StreamWatch } from './http-stream.ts';
import { UnresolvedValue } from './unresolved.ts';

export interface PreparedHttp {
  readonly name: string;
  readonly timeoutMicros: number;
  /** Where the step differs from the settings. */
  readonly connecting: Pick<ExchangeOptions, 'keepAlive' | 'connectTimeoutMicros'>;
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
    const first = await this.#exchange(request, options);
    const journey =
      step.redirects > 0 && isRedirect(first)
        ? await this.#follow(step, request, first, options)
        : { request, answer: first, whole: first, problem: null };
    const stream = watch?.finish(journey.whole) ?? null;
    const whole = stream?.answer ?? journey.whole;
    const failure = this.#failureOf(step, { ...journey, whole }, expected, stream?.outcome ?? null, scope);
    const sample = sampleOf(step.name, dueAtMicros, whole, failure);
    if (failure === null) return sample;
    const example = this.#example(step, request, journey, failure, scope);
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
    if (watch === null)
      return { ...connecting, timeoutMicros, nowMicros, keepBytes: judge.keepBytes, signal };
    const keepBytes = (status: number): number => {
      const leadsOn = redirects > 0 && isRedirectStatus(status);
      if (judge.accepts(status) && !leadsOn) watch.begin();
      return judge.keepBytes(status);
    };
    const { signal: leave, onData } = watch;
    return { ...connecting, timeoutMicros, nowMicros, keepBytes, signal: leave, onData };
  }

  async #exchange(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
    const answer = await exchange(this.#shared.connections, this.#withCookies(request), options);
    const lines = answer.headers['set-cookie'];
    if (lines !== undefined) this.#cookies.store(request.origin, request.path, [lines].flat(), Date.now());
    return answer;
  }

  #follow(
    { name, redirects, timeoutMicros }: PreparedHttp,
    request: HttpRequest,
    answer: HttpAnswer,
    options: ExchangeOptions,
  ): Promise<Journey> {
    const { observer, isAllowedHost } = this.#shared;
    return followRedirects(
      { request, answer },
      { limit: redirects, timeoutMicros },
      {
        send: (next, leftMicros) => this.#exchange(next, { ...options, timeoutMicros: leftMicros }),
        isAllowedHost,
        cookiesOf: (next) => this.#cookiesOf(next),
        onFollowed: (atMicros) => observer.tally(name, 'redirects', atMicros, 1),
      },
    );
  }

  #failureOf(
    step: PreparedHttp,
    { request, answer, whole, problem }: Journey,
    expected: Expected,
    stream: StreamOutcome | null,
    scope: Scope,
  ): Failure | null {
    if (whole.failure !== null) return whole.failure;
    if (problem !== null) return { error: 'expectation', code: undefined, detail: problem };
    const durationMicros = whole.endedAtMicros - whole.startedAtMicros;
    const seen = { request, answer, durationMicros, cookies: this.#cookies, stream };
    return step.judge.judge(expected, seen, scope);
  }

  #example(
    step: PreparedHttp,
    first: HttpRequest,
    { request, answer }: Journey,
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
