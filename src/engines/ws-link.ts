// A named socket of one user, through all its connections: open, lost, opened again, left.

import { settledOrAborted } from './abort.ts';
import type { Failure } from './failures.ts';
import type { Waited } from './ws-deadline.ts';
import type { DialEvents } from './ws-dial.ts';
import { dial } from './ws-dial.ts';
import type { Lost, WsLine } from './ws-line.ts';
import type { LinkInit } from './ws-link-contract.ts';
import type { Opened } from './ws-open.ts';
import { leaveSocket } from './ws-open.ts';
import { pingRegularly } from './ws-pings.ts';
import { reconnect } from './ws-reconnect.ts';
import { Resends } from './ws-resend.ts';
import type { WsReconnect } from './ws-step.ts';

/** A connection that ended unasked, and stays so. */
interface Loss {
  /** What arrived on it before can still be awaited. */
  readonly line: WsLine;
  readonly lost: Lost;
  readonly atMicros: number;
  /** True = the scenario allows it: no failure by itself. */
  readonly allowed: boolean;
  /** True = nothing more is to be counted: it is among the `closed`, or a step had waited for it. */
  settled: boolean;
}

type Up = WsLine | Lost;

/** A loss is counted as `closed` once it is certain that no step waits for the server to close. */
export class WsLink {
  readonly #init: LinkInit;
  readonly #waiting = new Set<(up: Up) => void>();
  /** What steps have sent that is sent again on a new connection. */
  readonly resends: Resends;
  readonly #over = new AbortController();
  #line: WsLine | null = null;
  #refused: Lost | null = null;
  #loss: Loss | null = null;
  /** Since when there is no connection, while a new one is being opened. */
  #downSinceMicros: number | null = null;
  #missedPong: Failure | null = null;
  #stopPings: () => void = () => undefined;
  #closeAwaited: ((lost: Lost) => void) | null = null;
  #leaving = false;
  #left = false;

  constructor(init: LinkInit) {
    this.#init = init;
    this.resends = new Resends(init.plan.options.reconnect?.resend ?? []);
  }

  /** Opens the connection. Rejects only when the URL or a header is not one. */
  async open(signal: AbortSignal): Promise<Waited<Opened>> {
    const waited = await dial(this.#init, signal, this.#events);
    const failure = waited.failure ?? waited.value?.failure ?? null;
    if (failure !== null) {
      this.#refused = { failure, status: waited.value?.status };
      await this.leave();
    }
    return waited;
  }

  /** Calls back when there is a connection, or will be none; at once when that is known. Returns what takes it back. */
  whenUp(callback: (up: Up) => void): () => void {
    const up = this.#line ?? this.#refused ?? this.#loss?.lost;
    if (up === undefined) {
      this.#waiting.add(callback);
      return () => this.#waiting.delete(callback);
    }
    callback(up);
    return () => undefined;
  }

  /** The connection whose messages can be awaited: the one that is open, or was until it was lost. */
  get source(): WsLine | null {
    return this.#line ?? this.#loss?.line ?? null;
  }

  /** Calls back when the server has closed the connection, which is then no loss. Returns what takes it back. */
  whenClosed(callback: (lost: Lost) => void): () => void {
    const ended = this.#loss?.lost ?? this.#refused;
    if (ended !== null) {
      if (this.#loss !== null) {
        this.#loss.settled = true;
        this.#left = true;
      }
      callback(ended);
      return () => undefined;
    }
    this.#closeAwaited = callback;
    return () => {
      this.#closeAwaited = null;
    };
  }

  /** A step has failed because the connection is lost. */
  told(): void {
    if (this.#loss === null || this.#loss.settled || this.#loss.allowed) return;
    this.#loss.settled = true;
    this.#tally('closed', this.#loss.atMicros);
  }

  /** What is wrong at the end of an iteration: a missed pong once, a lost connection as long as it is lost. */
  trouble(): Failure | null {
    const missed = this.#missedPong;
    this.#missedPong = null;
    this.told();
    return this.#loss === null || this.#loss.allowed ? missed : this.#loss.lost.failure;
  }

  /** True when the scenario allows the server to have closed the connection as it did. */
  get wasClosedProperly(): boolean {
    return this.#loss?.allowed ?? false;
  }

  /** True when it was left, or the server closed it for a step that waited for that. */
  get isOver(): boolean {
    return this.#left && this.#refused === null;
  }

  /**
   * About to be left: no new broadcast is for it. Waits for the copies that it is still owed, so that lost ones are
   * missing; bounded by the broadcasts' timeouts. `cut` ends the waiting.
   */
  async retire(cut: AbortSignal): Promise<void> {
    this.#leaving = true;
    const paid = this.#line?.retire() ?? null;
    if (paid !== null && !cut.aborted) await settledOrAborted(paid, cut);
  }

  /** From now on an end of the connection is no loss. */
  letGo(): void {
    this.#left = true;
    this.#over.abort();
    this.#stopPings();
    this.#line?.leave();
    this.#loss?.line.mark();
    this.told();
  }

  /** Leaves the socket, with a signal after `retire`; resolves when it is closed, within about a second more. */
  async leave(cut?: AbortSignal): Promise<void> {
    if (cut !== undefined) await this.retire(cut);
    const line = this.#line;
    this.letGo();
    if (line !== null) await leaveSocket(line.socket);
  }

  readonly #events: DialEvents = {
    onUp: (line) => {
      this.#line = line;
      this.#startPings(line);
      if (this.#downSinceMicros !== null) this.#upAgain(line, this.#downSinceMicros);
    },
    onLost: (line, lost) => {
      if (this.#line !== line) return;
      this.#line = null;
      this.#stopPings();
      if (this.#left) line.mark();
      else this.#ended(line, lost, this.#init.shared.nowMicros());
    },
  };

  #ended(line: WsLine, lost: Lost, atMicros: number): void {
    const { allowedCloses, reconnect: policy } = this.#init.plan.options;
    const awaited = this.#closeAwaited;
    const allowed = lost.failure.error === 'reset' && allowedCloses.includes(Number(lost.status));
    if (awaited === null && !allowed && policy !== null && !this.#leaving) {
      line.mark();
      this.#tally('closed', atMicros);
      this.#downSinceMicros = atMicros;
      void this.#reconnect(policy, line);
      return;
    }
    if (awaited === null) this.#loss = { line, lost, atMicros, allowed, settled: false };
    else {
      this.#left = true;
      line.mark();
      awaited(lost);
    }
  }

  async #reconnect(policy: WsReconnect, line: WsLine): Promise<void> {
    const { signal } = this.#over;
    const failure = await reconnect(policy, {
      random: this.#init.random,
      signal,
      attempt: async () => {
        const { value, failure: cut } = await dial(this.#init, signal, this.#events);
        // It may be open although it was late, or lost again already: then this attempt has done its work.
        return this.#downSinceMicros === null ? null : (cut ?? value?.failure ?? null);
      },
    });
    if (failure === null || failure === undefined) return;
    // Without a close code: it is the connecting that has failed.
    const final: Lost = { failure, status: undefined };
    this.#loss = { line, lost: final, atMicros: this.#downSinceMicros ?? 0, allowed: false, settled: true };
    this.#tellWaiting(final);
  }

  #upAgain(line: WsLine, sinceMicros: number): void {
    this.#downSinceMicros = null;
    const { plan, shared } = this.#init;
    shared.observer.observe(plan.name, 'reconnect', sinceMicros, shared.nowMicros() - sinceMicros);
    this.#tally('reconnects', sinceMicros);
    this.resends.sendAll(line);
    this.#tellWaiting(line);
  }

  #tellWaiting(up: Up): void {
    const callbacks = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of callbacks) callback(up);
  }

  #startPings(line: WsLine): void {
    const { plan, shared } = this.#init;
    const { ping, reconnect: policy } = plan.options;
    if (ping === null) return;
    this.#stopPings = pingRegularly(line.pings, ping, {
      nowMicros: shared.nowMicros,
      onPong: (sentAtMicros, tookMicros) => {
        this.#tally('pings', sentAtMicros);
        shared.observer.observe(plan.name, 'ping', sentAtMicros, tookMicros);
      },
      onMissed: (sentAtMicros) => {
        this.#tally('pings', sentAtMicros);
        this.#tally('pongsMissed', sentAtMicros);
        const detail = `no pong within ${ping.timeoutMicros / 1000}ms`;
        if (policy === null) this.#missedPong ??= { error: 'timeout', code: undefined, detail };
        // Who connects again takes a peer that is silent for one that is gone.
        else line.cutOff(detail);
      },
    });
  }

  #tally(name: 'closed' | 'reconnects' | 'pings' | 'pongsMissed', atMicros: number): void {
    this.#init.shared.observer.tally(this.#init.plan.name, name, atMicros, 1);
  }
}
