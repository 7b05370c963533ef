// One saturating connection: an autocannon client writes and parses; connecting, counting and timing are done here.
//
// Left alone, such a client loses count: it verifies no certificate; a connection that the server ends in good order
// takes its request with it, without a word; after a reset the failed request stays in its queue, so that every later
// answer is given the start of an earlier request; its parser goes on in the middle of the old answer; an answer that
// closes the connection is followed by a request that nobody reads; a refused connection is tried again at once, for
// ever; its timeouts are whole seconds and begin before the load does.

import { Socket } from 'node:net';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';
import type { OpenPorts } from './open-socket.ts';
import { Opening } from './open-socket.ts';
import type { Route } from './route.ts';
import type { AnswerHead, AutocannonClient, AutocannonRequest } from './saturate-autocannon.ts';
import { SaturateExchange } from './saturate-exchange.ts';
import { pauseMs } from './saturate-pause.ts';
import type { SaturateWalk } from './saturate-walk.ts';

export interface SaturateClientPorts extends OpenPorts {
  readonly route: Route;
  /** Nothing is in flight and nothing will be. Called once. */
  onIdle(): void;
}

const unasked: Failure = {
  error: 'protocol',
  code: undefined,
  detail: 'the server sent an answer that was not asked for',
};
const ended: Failure = {
  error: 'reset',
  code: undefined,
  detail: 'the server closed the connection before its answer was complete',
};

/** Made in `setupClient`, before the client connects; then `begin` once, `end`, and `cut` when that takes too long. */
export class SaturateClient {
  readonly #client: AutocannonClient;
  readonly #walk: SaturateWalk;
  readonly #ports: SaturateClientPorts;
  readonly #exchange: SaturateExchange;
  readonly #write: () => void;
  #phase: 'new' | 'sending' | 'ending' | 'gone' = 'new';
  #untilMicros = Infinity;
  #failuresInARow = 0;
  #pause: NodeJS.Timeout | undefined;
  #opening: Opening | undefined;
  /** Counts what was read, so that an answer older than its request is noticed. */
  #chunk = 0;
  #beganInChunk = 0;
  #headStatus = 0;
  #isUnasked = false;
  /** This connection must not be used again. */
  #isSpent = false;

  /** `requests` = the steps of the flow, built by the first client and shared by all: bodies are held once. */
  constructor(
    client: AutocannonClient,
    walk: SaturateWalk,
    requests: (own: AutocannonRequest[]) => readonly AutocannonRequest[],
    ports: SaturateClientPorts,
  ) {
    this.#client = client;
    this.#walk = walk;
    this.#ports = ports;
    this.#exchange = new SaturateExchange(walk, {
      nowMicros: ports.nowMicros,
      onTimeout: (failure) => this.#fail(failure),
    });
    this.#write = client._doRequest.bind(client);
    const { requestIterator, pipelinedRequests, opts } = client;
    requestIterator.requests = requests(opts.requests.splice(0));
    requestIterator.nextRequest = () => requestIterator.currentRequest;
    pipelinedRequests.addBody = (data) => {
      if (this.#exchange.isInFlight) this.#exchange.body(data);
    };
    client.on('response', () => {
      this.#failuresInARow = 0;
      this.#exchange.answered();
    });
    client._connect = () => this.#takeOver();
    client._doRequest = () => this.#next();
  }

  /** No iteration begins at or after `untilMicros`. */
  begin(untilMicros: number): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'sending';
    this.#untilMicros = untilMicros;
    this.#connect();
  }

  /** Begins no further iteration; the one that is open goes on. */
  end(): void {
    if (this.#phase === 'gone') return;
    this.#phase = 'ending';
    if (!this.#walk.isOpen) this.#leave();
  }

  /** What is in flight is censored, at its elapsed time. */
  cut(): void {
    if (this.#phase === 'gone') return;
    if (this.#exchange.isInFlight) this.#exchange.cutOff();
    this.#walk.cutOff(this.#ports.nowMicros());
    this.#leave();
  }

  /** The last thing that autocannon's constructor does is to connect: this prepares, and waits for `begin`. */
  #takeOver(): void {
    const { parser, timeoutTicker } = this.#client;
    this.#client.conn = new Socket();
    timeoutTicker.clear();
    this.#client.timeoutTicker = { reschedule: () => undefined, clear: () => undefined };
    this.#client._connect = () => this.#connect();
    const { kOnHeadersComplete, kOnMessageComplete } = parser.constructor;
    const onHead = parser[kOnHeadersComplete].bind(parser);
    const onComplete = parser[kOnMessageComplete].bind(parser);
    parser[kOnHeadersComplete] = (head) => {
      this.#onHead(head);
      onHead(head);
      return this.#exchange.isInFlight && this.#walk.step.method === 'HEAD';
    };
    parser[kOnMessageComplete] = () => {
      if (isInterim(this.#headStatus)) return;
      const isAsked = this.#exchange.isInFlight && this.#beganInChunk !== this.#chunk;
      if (isAsked && this.#headStatus >= 200) onComplete();
      else this.#isUnasked = true;
    };
  }

  #onHead({ statusCode, shouldKeepAlive }: AnswerHead): void {
    this.#headStatus = statusCode;
    if (!this.#exchange.isInFlight || isInterim(statusCode)) return;
    this.#exchange.head(statusCode);
    this.#isSpent = !shouldKeepAlive || !this.#walk.step.keepAlive;
  }

  /** The request that comes next begins with the opening: waiting for the connection is part of it. */
  #connect(): void {
    const atMicros = this.#ports.nowMicros();
    if (this.#isOver(atMicros)) {
      this.#leave();
      return;
    }
    const { parser } = this.#client;
    parser.reinitialize(parser.type);
    this.#isUnasked = false;
    this.#isSpent = false;
    this.#exchange.begin(atMicros, true);
    const fail = (error: Error): void => this.#fail(failureOf(error));
    this.#opening = new Opening(this.#ports.route, this.#ports, {
      failed: fail,
      broken: fail,
      opened: (socket, times) => {
        this.#client.conn = socket;
        this.#exchange.opened(times);
        socket.on('data', (chunk: Buffer) => {
          if (this.#client.conn === socket) this.#onData(chunk);
        });
        socket.on('end', () => {
          if (this.#client.conn === socket) this.#onEnd();
        });
        this.#send();
      },
    });
  }

  /** Called by autocannon after each answer. */
  #next(): void {
    if (this.#isGone()) return;
    const atMicros = this.#ports.nowMicros();
    if (this.#isOver(atMicros)) this.#leave();
    else if (!this.#isSpent) {
      // Otherwise it connects anew once the bytes at hand are read.
      this.#exchange.begin(atMicros, false);
      this.#send();
    }
  }

  #isOver(nowMicros: number): boolean {
    return !this.#walk.isOpen && (this.#phase === 'ending' || nowMicros >= this.#untilMicros);
  }

  #send(): void {
    const { requestIterator } = this.#client;
    requestIterator.currentRequest = requestIterator.requests[this.#walk.index];
    this.#beganInChunk = this.#chunk;
    this.#write();
  }

  #onData(chunk: Buffer): void {
    if (this.#isGone()) return;
    this.#chunk += 1;
    this.#client.pipelinedRequests.addByteCount(chunk.length);
    const outcome = this.#client.parser.execute(chunk);
    if (this.#isGone()) return;
    if (this.#isSpent && !this.#exchange.isInFlight) this.#connectAnew();
    else if (outcome instanceof Error) this.#fail({ ...failureOf(outcome), error: 'protocol' });
    else if (this.#isUnasked) this.#fail(unasked);
  }

  /** The server has closed the connection; an answer without a length of its own ends here. */
  #onEnd(): void {
    if (this.#isGone()) return;
    this.#chunk += 1;
    this.#client.parser.finish();
    if (this.#isGone()) return;
    if (this.#exchange.isInFlight) this.#fail(ended);
    else this.#connectAnew();
  }

  #fail(failure: Failure): void {
    this.#failuresInARow += 1;
    if (this.#exchange.isInFlight) this.#exchange.failed(failure);
    this.#connectAnew();
  }

  #connectAnew(): void {
    this.#disconnect();
    const waitMs = pauseMs(this.#failuresInARow);
    clearTimeout(this.#pause);
    if (waitMs === 0 || this.#isOver(this.#ports.nowMicros())) this.#connect();
    else this.#pause = setTimeout(() => this.#connect(), waitMs);
  }

  #disconnect(): void {
    this.#opening?.abandon();
    this.#client._destroyConnection();
  }

  #isGone(): boolean {
    return this.#phase === 'gone';
  }

  #leave(): void {
    this.#phase = 'gone';
    clearTimeout(this.#pause);
    this.#exchange.close();
    this.#opening?.abandon();
    this.#client.destroy();
    this.#ports.onIdle();
  }
}

/** `100 Continue`, `103 Early Hints`: the answer is still to come. After 101 none would. */
const isInterim = (status: number): boolean => status >= 100 && status < 200 && status !== 101;
