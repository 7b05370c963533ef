// One open WebSocket: who waits for which message, what arrived that nobody waited for, and how it ended.

import type WebSocket from 'ws';
import type { Json } from '../kernel/json.ts';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';
import { Incoming } from './ws-incoming.ts';
import { KeptMessages } from './ws-kept.ts';
import type { BoundMatch } from './ws-match.ts';
import type { Pace } from './ws-pace.ts';
import { Pings } from './ws-pings.ts';
import { Waiters } from './ws-waiters.ts';

/** How a socket ended before it was asked to. */
export interface Lost {
  readonly failure: Failure;
  /** The close code as text; undefined when the connection was never open. */
  readonly status: string | undefined;
}

/** Someone who needs messages of a socket, or only to know that it has ended. */
export interface Listener {
  readonly match: BoundMatch | null;
  /** True = no step waits here. */
  readonly isBackground?: boolean;
  /** True = it waits no longer. */
  readonly onMessage: (message: Incoming) => boolean;
  readonly onLost: (lost: Lost) => void;
}

/** What becomes of a message that someone follows: it must not be sent, or one of the two is told once. */
export type SendNotice = { readonly problem: string } | { sent(): void; failed(): void };

/** What follows one open socket besides the steps: broadcasts. All times on the machine's clock. */
export interface LineTap {
  /**
   * Every message as it arrives, before those who wait for one.
   * True = it is accounted for, so it is not counted as unmatched when nobody waits for it.
   */
  onMessage(message: Incoming): boolean;
  /** A step is about to send its message, at `atMicros`. */
  onSend(step: string, sent: Json, atMicros: number): SendNotice | null;
  /** A step on this socket succeeded, or its message was sent again after a reconnection. */
  onStep(step: string): void;
  /** The user is about to leave: nothing new is for this socket. Resolves when all it is owed came or is given up. */
  onRetire(atMicros: number): Promise<unknown> | null;
  /** The user leaves the socket: nothing more is expected of it. */
  onLeave(atMicros: number): void;
  /** The connection has ended unasked. */
  onClose(atMicros: number): void;
}

/** What is told of every socket that is opened, also again after a loss. */
export interface LineFollower {
  onOpen(socket: string, connectSeries: string): LineTap;
}

export interface LineInit {
  readonly socket: WebSocket;
  readonly nowMicros: () => number;
  /** The value of a message that is JSON, else undefined. */
  readonly read: (raw: Buffer) => unknown;
  /** False when no step awaits on this socket: what nobody waits for is then only counted. */
  readonly keep: boolean;
  /** A message that was nobody's, by the time of its arrival. */
  readonly onUnmatched: (atMicros: number) => void;
}

/**
 * A message goes to one waiter at most; another one never counts as a reply. What no waiter wanted is kept (within
 * bounds) for the next `await` until a step on this socket ends: an `await` sees what arrived after the message that
 * ended the step before (or after the sending, without a reply).
 */
export class WsLine {
  readonly socket: WebSocket;
  readonly pings: Pings;
  readonly #waiters = new Waiters();
  readonly #lost = new Set<(lost: Lost) => void>();
  readonly #idle = new Set<() => void>();
  readonly #nowMicros: () => number;
  readonly #read: (raw: Buffer) => unknown;
  readonly #onUnmatched: (atMicros: number) => void;
  readonly #kept: KeptMessages | null;
  #tap: LineTap | null = null;
  #pace: Pace | null = null;
  #lastError: Error | undefined;
  #cutOff: string | undefined;
  #stepsWaiting = 0;
  /** Messages so far that nobody waited for when they arrived. */
  others = 0;

  constructor({ socket, nowMicros, read, keep, onUnmatched }: LineInit) {
    this.socket = socket;
    this.pings = new Pings(socket, nowMicros);
    this.#nowMicros = nowMicros;
    this.#read = read;
    this.#onUnmatched = onUnmatched;
    this.#kept = keep ? new KeptMessages(onUnmatched) : null;
    socket.on('message', (data, isBinary) => {
      if (this.#pace === null) this.#receive(data, isBinary);
      else this.#pace.push(data, () => this.#receive(data, isBinary));
    });
    socket.on('error', (error) => {
      this.#lastError = error;
    });
    socket.on('close', (code, reason) => {
      const closed = (): void => this.#closed(code, reason.toString());
      if (this.#pace === null) closed();
      else this.#pace.end(closed);
    });
  }

  /** Called when the socket opens, before its first message. */
  opened(tap: LineTap | null, pace: Pace | null): void {
    this.#tap = tap;
    this.#pace = pace;
  }

  /** A step on this socket succeeded. */
  succeeded(step: string): void {
    this.#tap?.onStep(step);
  }

  /** A step is about to send this. */
  sending(step: string, sent: Json, atMicros: number): SendNotice | null {
    return this.#tap?.onSend(step, sent, atMicros) ?? null;
  }

  /** The user is about to leave; resolves when broadcasts owe nothing more here. null = they do not. */
  retire(): Promise<unknown> | null {
    return this.#tap?.onRetire(this.#nowMicros()) ?? null;
  }

  /** The user leaves: nothing more is expected here, and nothing is read slowly any more. */
  leave(): void {
    this.#tap?.onLeave(this.#nowMicros());
    this.#pace?.flush();
    this.mark();
  }

  /** Gives up what is kept: a step on this socket ended here. */
  mark(): void {
    this.#kept?.clear();
  }

  /** Messages that did not fit among those kept since the last step. */
  get overflowed(): number {
    return this.#kept?.overflowed ?? 0;
  }

  /** The first `most` kept messages that match. */
  takeKept(match: BoundMatch, most: number): readonly Incoming[] {
    const taken = this.#kept?.take(match, most) ?? [];
    this.others -= taken.length;
    return taken;
  }

  /** Returns what ends the waiting. */
  listen({ match, isBackground, onMessage, onLost }: Listener): () => void {
    const remove = match === null ? () => undefined : this.#waiters.add({ match, onMessage });
    let waits = match !== null && isBackground !== true;
    if (waits) this.#stepsWaiting += 1;
    this.#lost.add(onLost);
    return () => {
      remove();
      this.#lost.delete(onLost);
      if (!waits) return;
      waits = false;
      this.#stepsWaiting -= 1;
      this.#tellIdle();
    };
  }

  /** Ends the connection without a close frame; `why` is told of it. */
  cutOff(why: string): void {
    this.#cutOff = why;
    this.socket.terminate();
  }

  /** Calls back once when no step waits for a message, at once when that is so; returns what takes it back. */
  whenIdle(callback: () => void): () => void {
    this.#idle.add(callback);
    this.#tellIdle();
    return () => this.#idle.delete(callback);
  }

  #tellIdle(): void {
    if (this.#stepsWaiting > 0 || this.#idle.size === 0) return;
    const callbacks = [...this.#idle];
    this.#idle.clear();
    for (const callback of callbacks) callback();
  }

  #receive(data: WebSocket.RawData, isBinary: boolean): void {
    const atMicros = this.#nowMicros();
    if (this.#tap === null && this.#waiters.size === 0 && this.#kept === null) {
      this.others += 1;
      this.#onUnmatched(atMicros);
      return;
    }
    const message = new Incoming(data, isBinary, atMicros, this.#read);
    const accounted = this.#tap?.onMessage(message) ?? false;
    if (this.#waiters.give(message)) return;
    this.others += 1;
    if (this.#kept !== null) this.#kept.add(message, !accounted);
    else if (!accounted) this.#onUnmatched(atMicros);
  }

  #closed(code: number, reason: string): void {
    const said = reason === '' ? '' : `: ${reason}`;
    const cause = this.#lastError === undefined ? undefined : failureOf(this.#lastError);
    const detail = this.#cutOff ?? cause?.detail;
    const why = detail === undefined ? '' : ` (${detail})`;
    const failure: Failure = {
      error: cause?.error === 'protocol' ? 'protocol' : 'reset',
      code: cause?.code,
      detail: `the connection was closed with code ${code}${said}${why}`,
    };
    this.#tap?.onClose(this.#nowMicros());
    this.#tap = null;
    this.#pace?.flush();
    const listeners = [...this.#lost];
    this.#lost.clear();
    for (const onLost of listeners) onLost({ failure, status: String(code) });
  }
}
