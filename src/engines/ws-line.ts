// One open WebSocket: who waits for which message, and what arrived that nobody waited for.

import type WebSocket from 'ws';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';
import type { BoundChecks } from './json-checks.ts';
import { parseJson } from './json-checks.ts';

/** How a socket ended before it was asked to. */
export interface Lost {
  readonly failure: Failure;
  /** The close code as text; undefined when the connection was never open. */
  readonly status: string | undefined;
}

export interface Waiter {
  readonly matches: BoundChecks;
  readonly onMatch: (bytes: number) => void;
  readonly onLost: (lost: Lost) => void;
}

/** What follows one open socket besides the steps: broadcasts. All times on the machine's clock. */
export interface LineTap {
  /**
   * Every message as it arrives, before those who wait for one; `value` is undefined when it is no JSON.
   * True = it is accounted for, so it is not counted as unmatched when nobody waits for it.
   */
  onMessage(value: unknown, raw: Buffer, atMicros: number): boolean;
  /** A step on this socket succeeded. */
  onStep(step: string, atMicros: number): void;
  /** The connection has ended, asked or not. */
  onClose(atMicros: number): void;
}

/** What is told of every socket that is opened, also again after a loss; null = it does not follow this one. */
export interface LineFollower {
  onOpen(socket: string, connectSeries: string, atMicros: number): LineTap | null;
}

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
  readonly accounted: boolean;
}

/** Bounds of what is kept for a later `await`; the oldest goes first. */
const keptMessages = 256;
const keptBytes = 262_144;

function bufferOf(data: WebSocket.RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/**
 * A message goes to the first waiter whose checks it meets, and to that one only; another one never counts as a reply.
 * What no waiter wanted is counted, and kept (within bounds) for the next `await` until a step on this socket ends:
 * an `await` sees what arrived after the message that ended the step before (or after the sending, without a reply).
 */
export class WsLine {
  readonly socket: WebSocket;
  readonly #waiters = new Set<Waiter>();
  readonly #keepForAwait: boolean;
  readonly #nowMicros: () => number;
  #tap: LineTap | null = null;
  #kept: Kept[] = [];
  #keptBytes = 0;
  #lastError: Error | undefined;
  /** Set once the socket has ended; every later step on it fails with it. */
  lost: Lost | undefined;
  /** Messages that were nobody's reply, so far. */
  unmatched = 0;

  constructor(socket: WebSocket, keepForAwait: boolean, nowMicros: () => number) {
    this.socket = socket;
    this.#keepForAwait = keepForAwait;
    this.#nowMicros = nowMicros;
    socket.on('message', (data) => {
      this.#receive(data);
    });
    socket.on('error', (error) => {
      this.#lastError = error;
    });
    socket.on('close', (code, reason) => {
      this.#closed(code, reason.toString());
    });
  }

  /** Called when the socket opens, before its first message. */
  follow(tap: LineTap | null): void {
    this.#tap = tap;
  }

  /** A step on this socket succeeded. */
  succeeded(step: string): void {
    this.#tap?.onStep(step, this.#nowMicros());
  }

  /** Forgets what arrived up to now: a step on this socket ended here. */
  mark(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }

  /** The first kept message that matches: it and all before it are used up. Its size in bytes, or undefined. */
  takeKept(matches: BoundChecks): number | undefined {
    const index = this.#kept.findIndex(({ value }) => matches(value) === null);
    const found = this.#kept[index];
    if (found === undefined) return undefined;
    const used = this.#kept.splice(0, index + 1);
    this.#keptBytes -= used.reduce((sum, { bytes }) => sum + bytes, 0);
    if (!found.accounted) this.unmatched -= 1;
    return found.bytes;
  }

  /** Returns what ends the waiting. */
  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  #receive(data: WebSocket.RawData): void {
    if (this.#tap === null && this.#waiters.size === 0 && !this.#keepForAwait) {
      this.unmatched += 1;
      return;
    }
    const raw = bufferOf(data);
    const value = parseJson(raw.toString());
    const accounted = this.#tap?.onMessage(value, raw, this.#nowMicros()) ?? false;
    for (const waiter of this.#waiters) {
      if (value === undefined || waiter.matches(value) !== null) continue;
      this.#waiters.delete(waiter);
      this.mark();
      waiter.onMatch(raw.length);
      return;
    }
    if (!accounted) this.unmatched += 1;
    if (this.#keepForAwait && value !== undefined) this.#keep({ value, bytes: raw.length, accounted });
  }

  #keep(message: Kept): void {
    this.#kept.push(message);
    this.#keptBytes += message.bytes;
    while (this.#kept.length > keptMessages || this.#keptBytes > keptBytes) {
      this.#keptBytes -= this.#kept.shift()?.bytes ?? 0;
    }
  }

  #closed(code: number, reason: string): void {
    const said = reason === '' ? '' : `: ${reason}`;
    const cause = this.#lastError === undefined ? undefined : failureOf(this.#lastError);
    const why = cause === undefined ? '' : ` (${cause.detail})`;
    const failure: Failure = {
      error: cause?.error === 'protocol' ? 'protocol' : 'reset',
      code: cause?.code,
      detail: `the connection was closed with code ${code}${said}${why}`,
    };
    this.lost = { failure, status: String(code) };
    for (const waiter of this.#waiters) waiter.onLost(this.lost);
    this.#waiters.clear();
    this.#tap?.onClose(this.#nowMicros());
    this.#tap = null;
  }
}
