// The connections of a storm: opened at a bounded rate, held, opened again when the server closes them; nothing is sent.
//
// They are sockets of Mettle's own process, so they end with it, however it ends.

import { connect, type Socket } from 'node:net';
import type { Address } from '../../kernel/ports.ts';
import { type StormSeen, StormTally } from './storm-tally.ts';

export interface StormOptions {
  /** The declared address behind the link: never anything else. */
  readonly upstream: Address;
  readonly count: number;
  /** Attempts, opening and opening again alike. */
  readonly ratePerSecond: number;
  /** Whether what the server refuses or closes is tried again. */
  readonly reopen: boolean;
  /** It closes by itself after this, whatever else happens. */
  readonly ttlMs: number;
}

const turnMs = 10;
const lookMs = 100;
/** Attempts that were due while this thread was busy are not all made at once. */
const mostPerTurn = 100;
/** How long `begin` waits for the first answers. */
const firstAnswersMs = 500;

/** The server, or its system, said no. Anything else never reached it: this machine or the way there is to blame. */
const turnedAway = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE']);

export class ConnectionStorm {
  readonly #options: StormOptions;
  readonly #tally: StormTally;
  readonly #open = new Set<Socket>();
  #timers: NodeJS.Timeout[] = [];
  #lastTurnMs = 0;
  #allowance = 1;
  #closing = false;

  constructor(options: StormOptions) {
    this.#options = options;
    this.#tally = new StormTally(options.count);
  }

  /** Sockets that are open or being opened. */
  get openCount(): number {
    return this.#open.size;
  }

  get seen(): StormSeen {
    return this.#tally.seen();
  }

  /** Resolves when every connection was tried once, or after half a second; the rest follows at its rate. */
  async begin(): Promise<void> {
    this.#lastTurnMs = performance.now();
    const ttl = setTimeout(() => void this.close(), this.#options.ttlMs);
    this.#timers = [ttl, setInterval(() => this.#turn(), turnMs)];
    const untilMs = performance.now() + firstAnswersMs;
    while (!this.#closing && !this.#tally.allTried && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, turnMs));
    }
    if (this.#closing) return;
    const looks = setInterval(() => this.#tally.look(), lookMs);
    this.#timers.push(looks);
    for (const timer of this.#timers) timer.unref();
  }

  /** Closes every connection. Resolves when the system has let go of them all. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#timers) clearInterval(timer);
    const closed = [...this.#open].map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const socket of this.#open) socket.destroy();
    await Promise.all(closed);
  }

  #turn(): void {
    const nowMs = performance.now();
    this.#allowance += ((nowMs - this.#lastTurnMs) * this.#options.ratePerSecond) / 1_000;
    this.#allowance = Math.min(this.#allowance, mostPerTurn);
    this.#lastTurnMs = nowMs;
    while (this.#allowance >= 1 && this.#tally.take()) {
      this.#allowance -= 1;
      this.#connect();
    }
  }

  #connect(): void {
    const socket = connect({ ...this.#options.upstream, noDelay: true });
    this.#open.add(socket);
    let connected = false;
    let code = '';
    socket.once('connect', () => {
      connected = true;
      this.#tally.connected();
      socket.resume(); // what the server says is thrown away; unread, its close would not be noticed
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? error.name));
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#closing) return;
      if (!connected && !turnedAway.has(code)) this.#tally.failed(code);
      else this.#tally.turnedAway(connected, this.#options.reopen);
    });
    socket.unref();
  }
}
