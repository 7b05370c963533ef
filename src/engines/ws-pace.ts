// A slow consumer: messages are taken in at a rate, and the socket rests meanwhile, so that the server feels it.

import type WebSocket from 'ws';

interface Item {
  readonly cost: number;
  readonly run: () => void;
}

/** A late timer is made up for, but no more than this. */
const catchUpMicros = 50_000;

export interface PaceInit {
  readonly rate: { readonly perSecond: number; readonly of: 'bytes' | 'messages' };
  readonly nowMicros: () => number;
  readonly socket: Pick<WebSocket, 'pause' | 'resume'>;
}

const sizeOf = (data: WebSocket.RawData): number =>
  Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;

/**
 * What a read brought beyond the rate waits here; until it is gone the socket stays paused, so that no more than one
 * read of it (64 KiB, or one large message) ever waits.
 */
export class Pace {
  readonly #init: PaceInit;
  #queue: Item[] = [];
  #freeAtMicros = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;
  #pumping = false;

  constructor(init: PaceInit) {
    this.#init = init;
  }

  /** `take` is called when it is the message's turn. */
  push(data: WebSocket.RawData, take: () => void): void {
    this.#add(this.#init.rate.of === 'bytes' ? sizeOf(data) : 1, take);
  }

  /** The end of the connection comes after its last message. */
  end(ended: () => void): void {
    this.#add(0, ended);
  }

  /** Everything at once, and from now on without a rate: nobody reads slowly who is leaving. */
  flush(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#pumping) this.#pump();
  }

  #add(cost: number, run: () => void): void {
    this.#queue.push({ cost, run });
    if (this.#timer === undefined && !this.#pumping) this.#pump();
  }

  #pump(): void {
    this.#pumping = true;
    const restMicros = this.#run();
    this.#pumping = false;
    if (restMicros <= 0) this.#init.socket.resume();
    else {
      this.#init.socket.pause();
      this.#timer = setTimeout(() => this.#awake(), Math.ceil(restMicros / 1000));
    }
  }

  /** Runs what may run now; how long to rest after it. */
  #run(): number {
    const { nowMicros, rate } = this.#init;
    for (;;) {
      const now = nowMicros();
      if (this.#isOpen && this.#freeAtMicros > now) return this.#freeAtMicros - now;
      const next = this.#queue.shift();
      if (next === undefined) return 0;
      this.#freeAtMicros =
        Math.max(this.#freeAtMicros, now - catchUpMicros) + (next.cost / rate.perSecond) * 1_000_000;
      next.run();
    }
  }

  #awake(): void {
    this.#timer = undefined;
    this.#pump();
  }
}
