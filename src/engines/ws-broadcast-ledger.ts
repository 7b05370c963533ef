// The books of one publishing step: its audience, the copies each message still owes, and what came twice, late or overtaken.

import type { Observer } from './engine.ts';
import type { Subscriber } from './ws-broadcast-debts.ts';
import { Debts, isAddressed, isOwed } from './ws-broadcast-debts.ts';
import type { Publication, Publisher } from './ws-broadcast-publication.ts';
import {
  createPublication,
  deliver,
  hasSeen,
  markSeen,
  overtaken,
  settle,
} from './ws-broadcast-publication.ts';

export type { Subscriber } from './ws-broadcast-debts.ts';

export interface LedgerInit {
  /** The publishing step's. */
  readonly series: string;
  readonly timeoutMicros: number;
  readonly observer: Observer;
}

/** After its timeout a message can be recognised this much longer, for copies that come late or twice. */
const rememberedMicros = 30_000_000;
/** Fewer when there are many: the oldest are forgotten first. */
const mostRemembered = 20_000;
const mostRememberedBytes = 8 * 1_048_576;

/**
 * A copy costs a few steps whatever the audience, a message a bit per subscriber; a socket that leaves costs a look at
 * each message that is still under way. Times must not run backwards from call to call.
 */
export class BroadcastLedger {
  readonly #series: string;
  readonly #timeoutMicros: number;
  readonly #observer: Observer;
  readonly #byKey = new Map<string, Publication>();
  readonly #freeSlots: number[] = [];
  readonly #debts = new Debts();
  #slots = 0;
  #audience = 0;
  #published = 0;
  /** All that can be recognised, in order of publication: everything before `#pendingFrom` is settled. */
  #log: Publication[] = [];
  #oldest = 0;
  #pendingFrom = 0;
  #rememberedBytes = 0;

  constructor({ series, timeoutMicros, observer }: LedgerInit) {
    this.#series = series;
    this.#timeoutMicros = timeoutMicros;
    this.#observer = observer;
  }

  /** From now on it is addressed by every message. */
  join(): Subscriber {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    this.#audience += 1;
    return { slot, first: this.#published, until: Infinity, gone: false };
  }

  /** A message is about to be sent; `except` is not expected to get it. Undefined when another one has this key. */
  publish(
    key: string,
    publisher: Publisher,
    except: Subscriber | null,
    atMicros: number,
  ): Publication | undefined {
    this.expire(atMicros);
    if (this.#byKey.has(key)) return undefined;
    publisher.sequence += 1;
    if (publisher.remembered > 0) publisher.highest ??= new Uint32Array(this.#slots);
    publisher.remembered += 1;
    const audience = this.#audience - (except?.until === Infinity ? 1 : 0);
    const publication = createPublication({
      key,
      number: this.#published,
      publisher,
      sentAtMicros: atMicros,
      exceptSlot: except?.slot ?? -1,
      audience,
      slots: this.#slots,
    });
    this.#published += 1;
    this.#byKey.set(key, publication);
    this.#log.push(publication);
    this.#rememberedBytes += publication.seen.length;
    return publication;
  }

  /** It was sent: without an audience there is nothing to wait for. */
  sent(publication: Publication): void {
    if (!publication.settled && publication.open === 0) this.#settle(publication);
  }

  /** It could not be sent: as if it had never been, unless somebody has it. */
  withdraw(publication: Publication): void {
    if (publication.settled || publication.delivered > 0) return;
    publication.settled = true;
    this.#byKey.delete(publication.key);
    this.#debts.giveUp(publication);
  }

  find(key: string): Publication | undefined {
    return this.#byKey.get(key);
  }

  /** A copy has arrived. */
  receive(subscriber: Subscriber, publication: Publication, atMicros: number): void {
    this.expire(atMicros);
    if (subscriber.gone || publication.forgotten || !isAddressed(publication, subscriber)) return;
    const { sentAtMicros } = publication;
    if (hasSeen(publication, subscriber.slot)) {
      this.#observer.tally(this.#series, 'duplicate', sentAtMicros, 1);
      return;
    }
    markSeen(publication, subscriber.slot);
    if (overtaken(publication, subscriber.slot)) {
      this.#observer.tally(this.#series, 'outOfOrder', sentAtMicros, 1);
    }
    if (publication.settled) {
      this.#observer.tally(this.#series, 'late', sentAtMicros, 1);
      return;
    }
    const latencyMicros = atMicros - sentAtMicros;
    deliver(publication, latencyMicros);
    this.#observer.observe(this.#series, 'delivery', sentAtMicros, latencyMicros);
    this.#debts.pay(subscriber);
    if (publication.open === 0) this.#settle(publication);
  }

  /** It is about to leave: no new message is addressed to it. `paid` is called once it is owed nothing more, maybe now. */
  retire(subscriber: Subscriber, atMicros: number, paid: () => void): void {
    this.expire(atMicros);
    if (subscriber.until === Infinity) {
      this.#takeOut(subscriber);
      this.#debts.open(subscriber, this.#owedTo(subscriber).length);
    }
    this.#debts.whenPaid(subscriber, paid);
  }

  /** It has gone: by plan, and nothing more is owed to it, or unasked, and what it did not get is missing. */
  leave(subscriber: Subscriber, how: 'by plan' | 'unasked', atMicros: number): void {
    this.expire(atMicros);
    if (subscriber.gone) return;
    subscriber.gone = true;
    if (subscriber.until === Infinity) this.#takeOut(subscriber);
    for (const publication of this.#owedTo(subscriber)) {
      publication.open -= 1;
      if (how === 'by plan') publication.excused += 1;
      else publication.lost += 1;
      if (publication.open === 0) this.#settle(publication);
      this.#debts.pay(subscriber);
    }
    this.#freeSlots.push(subscriber.slot);
  }

  /** Settles every message whose time is over, and forgets the oldest. */
  expire(nowMicros: number): void {
    for (;;) {
      const head = this.#head();
      if (head === undefined || nowMicros - head.sentAtMicros <= this.#timeoutMicros) break;
      this.#settle(head);
    }
    this.#forget(nowMicros);
  }

  /** When `expire` has something to do next; null = nothing is under way. */
  nextDeadlineMicros(): number | null {
    const head = this.#head();
    return head === undefined ? null : head.sentAtMicros + this.#timeoutMicros;
  }

  /** How many messages can be recognised. */
  get remembered(): number {
    return this.#log.length - this.#oldest;
  }

  #head(): Publication | undefined {
    while (this.#log[this.#pendingFrom]?.settled === true) this.#pendingFrom += 1;
    return this.#log[this.#pendingFrom];
  }

  #settle(publication: Publication): void {
    if (publication.open > 0) this.#debts.giveUp(publication);
    settle(publication, this.#series, this.#timeoutMicros, this.#observer);
  }

  #takeOut(subscriber: Subscriber): void {
    subscriber.until = this.#published;
    this.#audience -= 1;
  }

  #owedTo(subscriber: Subscriber): Publication[] {
    const owed: Publication[] = [];
    for (let index = this.#pendingFrom; index < this.#log.length; index += 1) {
      const publication = this.#log[index];
      if (publication?.settled === false && isOwed(publication, subscriber)) owed.push(publication);
    }
    return owed;
  }

  #forget(nowMicros: number): void {
    while (this.#oldest < this.#pendingFrom) {
      const publication = this.#log[this.#oldest];
      if (publication === undefined) break;
      const young = nowMicros - publication.sentAtMicros <= this.#timeoutMicros + rememberedMicros;
      if (young && this.remembered <= mostRemembered && this.#rememberedBytes <= mostRememberedBytes) break;
      publication.forgotten = true;
      if (this.#byKey.get(publication.key) === publication) this.#byKey.delete(publication.key);
      publication.publisher.remembered -= 1;
      if (publication.publisher.remembered === 0) publication.publisher.highest = undefined;
      this.#rememberedBytes -= publication.seen.length;
      this.#oldest += 1;
    }
    if (this.#oldest > 1_024 && this.#oldest * 2 > this.#log.length) {
      this.#log = this.#log.slice(this.#oldest);
      this.#pendingFrom -= this.#oldest;
      this.#oldest = 0;
    }
  }
}
