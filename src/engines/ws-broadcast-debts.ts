// What messages owe to subscribers, and who waits until one that is about to leave is owed nothing more.

import type { Publication } from './ws-broadcast-publication.ts';
import { hasSeen } from './ws-broadcast-publication.ts';

export interface Subscriber {
  /** Its bit in every message; free for another one after it has gone. */
  readonly slot: number;
  /** The first message that was addressed to it, and the first that no longer is. */
  readonly first: number;
  until: number;
  gone: boolean;
}

export const isAddressed = (
  { number, exceptSlot }: Publication,
  { first, until, slot }: Subscriber,
): boolean => number >= first && number < until && exceptSlot !== slot;

export const isOwed = (publication: Publication, subscriber: Subscriber): boolean =>
  isAddressed(publication, subscriber) && !hasSeen(publication, subscriber.slot);

interface Debt {
  /** How many copies may still come. */
  copies: number;
  readonly paid: (() => void)[];
}

/** Of those who are about to leave only: all others cost nothing here. */
export class Debts {
  readonly #debts = new Map<Subscriber, Debt>();

  open(subscriber: Subscriber, copies: number): void {
    if (copies > 0) this.#debts.set(subscriber, { copies, paid: [] });
  }

  /** Calls back when nothing is owed to it any more, at once when that is so. */
  whenPaid(subscriber: Subscriber, paid: () => void): void {
    const debt = this.#debts.get(subscriber);
    if (debt === undefined) paid();
    else debt.paid.push(paid);
  }

  /** A copy has come, or will not be waited for. */
  pay(subscriber: Subscriber): void {
    const debt = this.#debts.get(subscriber);
    if (debt === undefined) return;
    debt.copies -= 1;
    if (debt.copies > 0) return;
    this.#debts.delete(subscriber);
    for (const paid of debt.paid) paid();
  }

  /** The copies of this message are awaited no longer. */
  giveUp(publication: Publication): void {
    for (const subscriber of this.#debts.keys()) if (isOwed(publication, subscriber)) this.pay(subscriber);
  }
}
