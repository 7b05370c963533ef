// An answer while it is awaited: its clock, its limits, and what has arrived of it. It ends once, whatever comes first.

import { onAbort } from './abort.ts';
import type { ExchangeOptions, HttpAnswer, OpeningTimes } from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import type { OpeningStage } from './failures.ts';

/** HTTP/2 knows how many requests a new connection may carry when the server's settings have arrived. */
export type WaitStage = OpeningStage | 'settings';

/** What the connection tells about itself when the answer ends. */
export interface AnswerSource {
  /** What is waited for before the request can be sent; null = nothing any more. */
  readonly stage: () => WaitStage | null;
  /** Undefined unless this exchange opened the connection, and it is open. */
  readonly times: () => OpeningTimes | undefined;
  readonly settle: (answer: HttpAnswer) => void;
}

const stageWords: Readonly<Record<WaitStage, string>> = {
  dns: 'looking up the name',
  tcp: 'connecting',
  proxy: 'connecting through the proxy',
  tls: 'connecting, in the TLS handshake',
  settings: 'connecting, waiting for the HTTP/2 settings of the server',
};

const cutOff: Failure = { error: 'timeout', code: undefined, detail: 'in flight when the run ended' };

export class PendingAnswer {
  readonly startedAtMicros: number;
  readonly #options: ExchangeOptions;
  readonly #connectLimitMicros: number | null;
  readonly #source: AnswerSource;
  readonly #timer: NodeJS.Timeout;
  readonly #connectTimer: NodeJS.Timeout | undefined;
  readonly #forget: () => void;
  #settled = false;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #firstByteMicros: number | undefined;
  #bytes = 0;
  #keepBytes = 0;
  #body: Buffer[] = [];

  constructor(
    options: ExchangeOptions,
    startedAtMicros: number,
    connectLimitMicros: number | null,
    source: AnswerSource,
  ) {
    this.#options = options;
    this.#source = source;
    this.startedAtMicros = startedAtMicros;
    const { timeoutMicros, signal } = options;
    this.#connectLimitMicros =
      connectLimitMicros !== null && connectLimitMicros < timeoutMicros ? connectLimitMicros : null;
    this.#timer = setTimeout(() => this.end(this.#timedOut()), Math.ceil(timeoutMicros / 1000));
    if (this.#connectLimitMicros !== null && source.stage() !== null) {
      const limitMs = Math.ceil(this.#connectLimitMicros / 1000);
      this.#connectTimer = setTimeout(() => this.#connectExpired(), limitMs);
    }
    this.#forget = onAbort(signal, () => this.end(cutOff, true));
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** 0 until the headers of a final answer arrived. */
  get status(): number {
    return this.#status;
  }

  /** The connection that this exchange waited for is open: in time, or not. */
  opened(): void {
    clearTimeout(this.#connectTimer);
    const limitMicros = this.#connectLimitMicros;
    if (limitMicros === null) return;
    const tookMicros = this.#options.nowMicros() - this.startedAtMicros;
    // A timer that came late must not turn a connection that came too late into a good one.
    if (tookMicros > limitMicros) this.end(this.#notConnected(limitMicros, 'connecting'));
  }

  head(status: number, headers: HttpAnswer['headers']): void {
    this.#firstByteMicros = this.#options.nowMicros() - this.startedAtMicros;
    this.#status = status;
    this.#headers = headers;
    this.#keepBytes = this.#options.keepBytes(status);
  }

  data(chunk: Buffer): void {
    if (this.#settled) return;
    const room = this.#keepBytes - this.#bytes;
    if (room > 0) this.#body.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.length;
    this.#options.onData?.(chunk, this.#options.nowMicros());
  }

  /** null = complete. Only the first call counts. */
  end(failure: Failure | null, censored = false): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#connectTimer);
    this.#forget();
    const endedAtMicros = this.#options.nowMicros();
    // Neither must a late timer turn an answer that came too late into a good one.
    const late = failure === null && endedAtMicros - this.startedAtMicros > this.#options.timeoutMicros;
    const times = this.#source.times();
    this.#source.settle({
      startedAtMicros: this.startedAtMicros,
      endedAtMicros,
      failure: late ? this.#timedOut() : failure,
      censored,
      status: this.#status,
      headers: this.#headers,
      bytes: this.#bytes,
      body: this.#body,
      bodyCut: this.#bytes > this.#keepBytes,
      connectMicros: times?.connectMicros,
      dnsMicros: times?.dnsMicros,
      tlsMicros: times?.tlsMicros,
      firstByteMicros: this.#firstByteMicros,
    });
  }

  #connectExpired(): void {
    const stage = this.#source.stage();
    const limitMicros = this.#connectLimitMicros;
    if (stage !== null && limitMicros !== null) this.end(this.#notConnected(limitMicros, stageWords[stage]));
  }

  #notConnected(limitMicros: number, doing: string): Failure {
    return {
      error: 'timeout',
      code: undefined,
      detail: `no connection within ${limitMicros / 1000}ms (still ${doing})`,
    };
  }

  #timedOut(): Failure {
    const stage = this.#source.stage();
    const doing = stage === null ? '' : ` (still ${stageWords[stage]})`;
    const detail = `no complete answer within ${this.#options.timeoutMicros / 1000}ms${doing}`;
    return { error: 'timeout', code: undefined, detail };
  }
}
