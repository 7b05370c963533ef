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

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
}

/** Bounds of what is kept for a later `await`; the oldest goes first. */
const keptMessages = 256;
const keptBytes = 262_144;

const sizeOf = (data: WebSocket.RawData): number =>
  Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
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
  #kept: Kept[] = [];
  #keptBytes = 0;
  #lastError: Error | undefined;
  /** Set once the socket has ended; every later step on it fails with it. */
  lost: Lost | undefined;
  /** Messages that were nobody's reply, so far. */
  unmatched = 0;

  constructor(socket: WebSocket, keepForAwait: boolean) {
    this.socket = socket;
    this.#keepForAwait = keepForAwait;
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
    this.unmatched -= 1;
    return found.bytes;
  }

  /** Returns what ends the waiting. */
  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  #receive(data: WebSocket.RawData): void {
    if (this.#waiters.size === 0 && !this.#keepForAwait) {
      this.unmatched += 1;
      return;
    }
    const bytes = sizeOf(data);
    const value = parseJson(textOf(data));
    for (const waiter of this.#waiters) {
      if (value === undefined || waiter.matches(value) !== null) continue;
      this.#waiters.delete(waiter);
      this.mark();
      waiter.onMatch(bytes);
      return;
    }
    this.unmatched += 1;
    if (this.#keepForAwait && value !== undefined) this.#keep({ value, bytes });
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
  }
}
