// Pings and their pongs on one socket: each answered by its own, singly or on an interval.

import type WebSocket from 'ws';

type Answered = (atMicros: number) => void;

/** A pong that answers no ping of ours is not looked at. */
export class Pings {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Answered>();
  #sent = 0;

  constructor(socket: WebSocket, nowMicros: () => number) {
    this.#socket = socket;
    socket.on('pong', (data) => {
      if (this.#waiting.size === 0) return;
      const key = data.toString('latin1');
      const answered = this.#waiting.get(key);
      this.#waiting.delete(key);
      answered?.(nowMicros());
    });
  }

  /** Returns what ends the waiting. */
  send(answered: Answered): () => void {
    this.#sent += 1;
    const key = `mettle ${this.#sent}`;
    this.#waiting.set(key, answered);
    this.#socket.ping(key, undefined, () => undefined);
    return () => this.#waiting.delete(key);
  }
}

export interface PingPlan {
  readonly everyMicros: number;
  /** No longer than the interval. */
  readonly timeoutMicros: number;
}

export interface PingEvents {
  readonly nowMicros: () => number;
  onPong(sentAtMicros: number, tookMicros: number): void;
  /** The pong did not come in time; the next ping is sent all the same. */
  onMissed(sentAtMicros: number): void;
}

/** Pings on an interval until it is stopped (by what it returns). What is outstanding then is neither answered nor missed. */
export function pingRegularly(
  pings: Pings,
  { everyMicros, timeoutMicros }: PingPlan,
  events: PingEvents,
): () => void {
  let stopped = false;
  let stopOutstanding = (): void => undefined;
  const ping = (): void => {
    const sentAtMicros = events.nowMicros();
    const forget = pings.send((atMicros) => {
      clearTimeout(limit);
      events.onPong(sentAtMicros, atMicros - sentAtMicros);
    });
    const missed = (): void => {
      forget();
      if (!stopped) events.onMissed(sentAtMicros);
    };
    const limit = setTimeout(missed, Math.ceil(timeoutMicros / 1000));
    stopOutstanding = () => {
      clearTimeout(limit);
      forget();
    };
  };
  const interval = setInterval(ping, Math.ceil(everyMicros / 1000));
  return () => {
    stopped = true;
    clearInterval(interval);
    stopOutstanding();
  };
}
