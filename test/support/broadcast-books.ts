// An observer that adds up what a broadcast's books tell, and the plainest possible books to compare them with.

import type { Observer } from '../../src/engines/engine.ts';

export interface Told {
  readonly tallies: Record<string, number>;
  /** Sorted. */
  readonly observed: Record<string, number[]>;
  /** Every moment that was given, rounded to what a test needs. */
  readonly atMicros: Set<number>;
}

export function createBooks(): Observer & { told(): Told } {
  const tallies: Record<string, number> = {};
  const observed: Record<string, number[]> = {};
  const moments = new Set<number>();
  return {
    observe: (_series, kind, atMicros, valueMicros) => {
      (observed[kind] ??= []).push(valueMicros);
      moments.add(atMicros);
    },
    tally: (_series, name, atMicros, by) => {
      tallies[name] = (tallies[name] ?? 0) + by;
      moments.add(atMicros);
    },
    told: () => ({
      tallies: { ...tallies },
      observed: Object.fromEntries(
        Object.entries(observed).map(([kind, values]) => [kind, [...values].sort((a, b) => a - b)]),
      ),
      atMicros: moments,
    }),
  };
}

interface ReferenceSubscriber {
  /** How many messages had been published when it joined, and when it went or was about to. */
  readonly joinedAt: number;
  goneAt: number;
  goneAtMicros: number;
  goneBy: 'by plan' | 'unasked' | null;
  /** Every copy in order of arrival. */
  readonly copies: { readonly message: number; readonly atMicros: number }[];
}

interface ReferenceMessage {
  readonly publisher: number;
  readonly sentAtMicros: number;
  readonly except: number | null;
}

/** Keeps everything and works it all out at the end, from the definitions alone. */
export class ReferenceBooks {
  readonly #timeoutMicros: number;
  readonly #subscribers: ReferenceSubscriber[] = [];
  readonly #messages: ReferenceMessage[] = [];

  constructor(timeoutMicros: number) {
    this.#timeoutMicros = timeoutMicros;
  }

  join(): void {
    this.#subscribers.push({
      joinedAt: this.#messages.length,
      goneAt: Infinity,
      goneAtMicros: Infinity,
      goneBy: null,
      copies: [],
    });
  }

  publish(publisher: number, except: number | null, sentAtMicros: number): void {
    this.#messages.push({ publisher, sentAtMicros, except });
  }

  receive(subscriber: number, message: number, atMicros: number): void {
    const one = this.#subscribers[subscriber];
    if (one !== undefined && one.goneBy === null) one.copies.push({ message, atMicros });
  }

  /** Nothing new is addressed to it; what was, still is. */
  retire(subscriber: number): void {
    const one = this.#subscribers[subscriber];
    if (one !== undefined) one.goneAt = Math.min(one.goneAt, this.#messages.length);
  }

  leave(subscriber: number, how: 'by plan' | 'unasked', atMicros: number): void {
    const one = this.#subscribers[subscriber];
    if (one === undefined || one.goneBy !== null) return;
    one.goneBy = how;
    one.goneAt = Math.min(one.goneAt, this.#messages.length);
    one.goneAtMicros = atMicros;
  }

  told(): Pick<Told, 'tallies' | 'observed'> {
    const tallies: Record<string, number> = {};
    const observed: Record<string, number[]> = {};
    const count = (name: string, by = 1): void => {
      if (by > 0) tallies[name] = (tallies[name] ?? 0) + by;
    };
    const note = (kind: string, value: number): void => void (observed[kind] ??= []).push(value);
    for (const [number, message] of this.#messages.entries()) {
      const latencies: number[] = [];
      let missing = 0;
      for (const [index, one] of this.#subscribers.entries()) {
        if (number < one.joinedAt || number >= one.goneAt || message.except === index) continue;
        const copies = one.copies.filter((copy) => copy.message === number);
        const [first] = copies;
        count('duplicate', copies.length - 1);
        if (first !== undefined && this.#wasOvertaken(one, index, number)) count('outOfOrder');
        const untilMicros = message.sentAtMicros + this.#timeoutMicros;
        if (first !== undefined && first.atMicros <= untilMicros)
          latencies.push(first.atMicros - message.sentAtMicros);
        else if (first !== undefined) {
          missing += 1;
          count('late');
        } else if (one.goneBy === 'by plan' && one.goneAtMicros <= untilMicros) count('excused');
        else missing += 1;
      }
      this.#fanout(latencies, missing, count, note);
    }
    for (const values of Object.values(observed)) values.sort((a, b) => a - b);
    return { tallies, observed };
  }

  #wasOvertaken(one: ReferenceSubscriber, index: number, number: number): boolean {
    const publisher = this.#messages[number]?.publisher;
    const place = one.copies.findIndex((copy) => copy.message === number);
    return one.copies.slice(0, place).some(({ message }) => {
      const other = this.#messages[message];
      return (
        message > number && message < one.goneAt && other?.publisher === publisher && other?.except !== index
      );
    });
  }

  #fanout(
    latencies: number[],
    missing: number,
    count: (name: string, by?: number) => void,
    note: (kind: string, value: number) => void,
  ): void {
    const all = [
      ...latencies.sort((a, b) => a - b),
      ...Array.from({ length: missing }, () => this.#timeoutMicros),
    ];
    count('published');
    count('expected', all.length);
    count('delivered', latencies.length);
    count('missing', missing);
    count('incomplete', Math.min(missing, 1));
    for (const value of all) note('delivery', value);
    if (all.length === 0) return;
    note('fanoutFirst', all[0] ?? NaN);
    note('fanoutMedian', all[Math.ceil(all.length / 2) - 1] ?? NaN);
    note('fanoutLast', all.at(-1) ?? NaN);
  }
}
