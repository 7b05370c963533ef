// The one request that a saturating connection has in flight: its times, its limit, and what became of it.

import type { OpeningTimes } from './exchange-contract.ts';
import type { Failure } from './failures.ts';
import type { SaturateWalk } from './saturate-walk.ts';

export interface ExchangePorts {
  readonly nowMicros: () => number;
  /** The request in flight took too long; it has not been settled. */
  onTimeout(failure: Failure): void;
}

const excerptBytes = 300;

const timedOut = (timeoutMicros: number): Failure => ({
  error: 'timeout',
  code: undefined,
  detail: `no complete answer within ${timeoutMicros / 1000}ms`,
});

const notConnected = (connectTimeoutMicros: number): Failure => ({
  error: 'connect',
  code: 'UND_ERR_CONNECT_TIMEOUT',
  detail: `not connected within ${connectTimeoutMicros / 1000}ms`,
});

/** Used for every request of the connection in turn: `begin`, what arrives, `settle`. */
export class SaturateExchange {
  readonly #walk: SaturateWalk;
  readonly #ports: ExchangePorts;
  #isInFlight = false;
  #isOpening = false;
  /** Of the connection that this request had to wait for. */
  #opened: OpeningTimes | undefined;
  #startedAtMicros = 0;
  #status = 0;
  #bytes = 0;
  #firstByteMicros: number | undefined;
  #excerpt = '';
  #timer: NodeJS.Timeout | undefined;
  #timerAtMicros = Infinity;

  constructor(walk: SaturateWalk, ports: ExchangePorts) {
    this.#walk = walk;
    this.#ports = ports;
  }

  get isInFlight(): boolean {
    return this.#isInFlight;
  }

  /** `isOpening`: it waits for its connection, until `opened`. */
  begin(atMicros: number, isOpening: boolean): void {
    this.#walk.begin(atMicros);
    this.#isInFlight = true;
    this.#isOpening = isOpening;
    this.#opened = undefined;
    this.#startedAtMicros = atMicros;
    this.#status = 0;
    this.#bytes = 0;
    this.#firstByteMicros = undefined;
    this.#excerpt = '';
    this.#limit();
  }

  opened(times: OpeningTimes): void {
    this.#isOpening = false;
    this.#opened = times;
  }

  /** The head of an answer has arrived. */
  head(status: number): void {
    this.#status = status;
    this.#firstByteMicros = this.#ports.nowMicros() - this.#startedAtMicros;
  }

  /** A part of the body; of a bad answer the beginning is kept for its example. */
  body(data: Buffer): void {
    this.#bytes += data.length;
    if (this.#excerpt === '' && !this.#isAccepted()) this.#excerpt = data.toString('utf8', 0, excerptBytes);
  }

  /** A complete answer. */
  answered(): void {
    const isGood = this.#isAccepted();
    this.#settle(
      isGood ? null : { error: 'status', code: undefined, detail: `status ${this.#status}` },
      true,
    );
  }

  failed(failure: Failure): void {
    this.#settle(failure, false);
  }

  cutOff(): void {
    this.#settle({ error: 'timeout', code: undefined, detail: 'in flight when the run ended' }, false, true);
  }

  /** Nothing more will be begun. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #isAccepted(): boolean {
    const { statuses } = this.#walk.step;
    return statuses === null ? this.#status >= 200 && this.#status <= 399 : statuses.includes(this.#status);
  }

  #settle(failure: Failure | null, isComplete: boolean, censored = false): void {
    const endedAtMicros = this.#ports.nowMicros();
    const { timeoutMicros } = this.#walk.step;
    // A timer that came late must not turn an answer that came too late into a good one.
    const isLate = isComplete && endedAtMicros - this.#startedAtMicros > timeoutMicros;
    this.#isInFlight = false;
    this.#walk.end({
      startedAtMicros: this.#startedAtMicros,
      endedAtMicros,
      failure: isLate ? timedOut(timeoutMicros) : failure,
      censored,
      answered: isComplete && !isLate,
      status: this.#status,
      bytes: this.#bytes,
      connectMicros: this.#opened?.connectMicros,
      dnsMicros: this.#opened?.dnsMicros,
      tlsMicros: this.#opened?.tlsMicros,
      firstByteMicros: this.#firstByteMicros,
      excerpt: this.#excerpt,
    });
  }

  #limitMicros(): number {
    const { timeoutMicros, connectTimeoutMicros } = this.#walk.step;
    return this.#isOpening && connectTimeoutMicros !== null
      ? Math.min(timeoutMicros, connectTimeoutMicros)
      : timeoutMicros;
  }

  /** One timer for all requests, armed anew only when it would ring too late: most requests cost nothing here. */
  #limit(): void {
    const atMicros = this.#startedAtMicros + this.#limitMicros();
    if (atMicros >= this.#timerAtMicros) return;
    clearTimeout(this.#timer);
    this.#timerAtMicros = atMicros;
    const delayMs = Math.ceil((atMicros - this.#ports.nowMicros()) / 1000);
    this.#timer = setTimeout(() => this.#onTimer(), Math.max(delayMs, 1));
  }

  #onTimer(): void {
    this.#timerAtMicros = Infinity;
    if (!this.#isInFlight) return;
    const { timeoutMicros } = this.#walk.step;
    const passedMicros = this.#ports.nowMicros() - this.#startedAtMicros;
    if (passedMicros < this.#limitMicros()) this.#limit();
    else {
      this.#ports.onTimeout(
        passedMicros >= timeoutMicros ? timedOut(timeoutMicros) : notConnected(this.#limitMicros()),
      );
    }
  }
}
