// The books of broadcasts at their edges: who counts, when time is over, ranks, and memory that stays bounded.

import { describe, expect, it } from 'vitest';
import type { Subscriber } from '../../../src/engines/ws-broadcast-ledger.ts';
import { BroadcastLedger } from '../../../src/engines/ws-broadcast-ledger.ts';
import type { Publication } from '../../../src/engines/ws-broadcast-publication.ts';
import { createPublisher } from '../../../src/engines/ws-broadcast-publication.ts';
import { createBooks } from '../../support/broadcast-books.ts';

const timeoutMicros = 5_000;

function open(subscribers: number) {
  const books = createBooks();
  const ledger = new BroadcastLedger({ series: 'say', timeoutMicros, observer: books });
  const joined = Array.from({ length: subscribers }, () => ledger.join());
  const at = (index: number): Subscriber => {
    const one = joined[index];
    if (one === undefined) throw new Error(`there is no subscriber ${index}`);
    return one;
  };
  const publisher = createPublisher();
  const publish = (key: string, atMicros: number, except: Subscriber | null = null): Publication => {
    const publication = ledger.publish(key, publisher, except, atMicros);
    if (publication === undefined) throw new Error('the key was taken');
    ledger.sent(publication);
    return publication;
  };
  return { books, ledger, at, publish, publisher };
}

describe('the fan-out of a message', () => {
  it('is told when the last copy is there: first, median and last of the audience', () => {
    const { books, ledger, at, publish } = open(5);
    const message = publish('a', 1_000);
    for (const [index, latency] of [100, 200, 400, 800, 1_600].entries()) {
      expect(books.told().tallies).toEqual({});
      ledger.receive(at(index), message, 1_000 + latency);
    }
    expect(books.told()).toEqual({
      tallies: { published: 1, expected: 5, delivered: 5 },
      observed: {
        delivery: [100, 200, 400, 800, 1_600],
        fanoutFirst: [100],
        fanoutMedian: [400],
        fanoutLast: [1_600],
      },
      atMicros: new Set([1_000]),
    });
    expect(ledger.nextDeadlineMicros()).toBeNull();
  });

  it.each([
    { arrived: 3, first: 1, median: 2, last: timeoutMicros },
    { arrived: 2, first: 1, median: 2, last: timeoutMicros },
    { arrived: 1, first: 1, median: timeoutMicros, last: timeoutMicros },
    { arrived: 0, first: timeoutMicros, median: timeoutMicros, last: timeoutMicros },
  ])(
    'with $arrived of 4 copies counts each missing one as the timeout',
    ({ arrived, first, median, last }) => {
      const { books, ledger, at, publish } = open(4);
      const message = publish('a', 0);
      for (let index = 0; index < arrived; index += 1) ledger.receive(at(index), message, index + 1);
      ledger.expire(timeoutMicros);
      expect(books.told().tallies).toEqual({});
      ledger.expire(timeoutMicros + 1);
      const { tallies, observed } = books.told();
      expect(tallies).toMatchObject({ published: 1, expected: 4, missing: 4 - arrived, incomplete: 1 });
      expect(observed).toMatchObject({ fanoutFirst: [first], fanoutMedian: [median], fanoutLast: [last] });
      expect(observed['delivery']).toHaveLength(4);
    },
  );

  it('of nobody is published and nothing else', () => {
    const { books, publish } = open(0);
    publish('a', 7);
    expect(books.told()).toMatchObject({ tallies: { published: 1 }, observed: {} });
  });
});

describe('a copy', () => {
  it('at the very timeout is in time, a microsecond later it is late, whether or not a timer has rung', () => {
    const { books, ledger, at, publish } = open(2);
    const message = publish('a', 0);
    ledger.receive(at(0), message, timeoutMicros);
    ledger.receive(at(1), message, timeoutMicros + 1);
    expect(books.told().tallies).toEqual({
      published: 1,
      expected: 2,
      delivered: 1,
      missing: 1,
      incomplete: 1,
      late: 1,
    });
  });

  it('that comes again is a duplicate, also after its message was settled', () => {
    const { books, ledger, at, publish } = open(1);
    const message = publish('a', 0);
    for (const atMicros of [1, 2, 3, timeoutMicros + 9]) ledger.receive(at(0), message, atMicros);
    expect(books.told().tallies).toMatchObject({ delivered: 1, duplicate: 3 });
  });

  it('is out of order behind a later one of the same publisher, not of another', () => {
    const { books, ledger, at, publish } = open(1);
    const [a, b] = [publish('a', 0), publish('b', 1)];
    const other = ledger.publish('c', createPublisher(), null, 2);
    if (other === undefined) throw new Error('the key was taken');
    ledger.receive(at(0), other, 10);
    ledger.receive(at(0), b, 11);
    ledger.receive(at(0), a, 12);
    expect(books.told().tallies).toMatchObject({ outOfOrder: 1, delivered: 3 });
  });

  it('for somebody who joined later is nobody’s concern, nor is the sender’s own when it expects none', () => {
    const { books, ledger, at, publish } = open(2);
    const message = publish('a', 0, at(0));
    const later = ledger.join();
    ledger.receive(later, message, 1);
    ledger.receive(at(0), message, 2);
    ledger.receive(at(0), message, 3);
    expect(books.told().tallies).toEqual({});
    ledger.receive(at(1), message, 4);
    expect(books.told().tallies).toEqual({ published: 1, expected: 1, delivered: 1 });
  });
});

describe('a subscriber that goes', () => {
  it('by plan is owed nothing more; unasked, what it did not get is missing', () => {
    const { books, ledger, at, publish } = open(3);
    const message = publish('a', 0);
    ledger.leave(at(0), 'by plan', 1);
    ledger.leave(at(1), 'unasked', 2);
    ledger.receive(at(2), message, 3);
    expect(books.told().tallies).toEqual({
      published: 1,
      excused: 1,
      expected: 2,
      delivered: 1,
      missing: 1,
      incomplete: 1,
    });
  });

  it('keeps what it got: leaving changes nothing of it', () => {
    const { books, ledger, at, publish } = open(2);
    const message = publish('a', 0);
    ledger.receive(at(0), message, 1);
    ledger.leave(at(0), 'by plan', 2);
    ledger.receive(at(1), message, 3);
    expect(books.told().tallies).toEqual({ published: 1, expected: 2, delivered: 2 });
  });

  it('after the timeout was owed it: leaving by plan does not make good what was missing', () => {
    const { books, ledger, at, publish } = open(1);
    publish('a', 0);
    ledger.leave(at(0), 'by plan', timeoutMicros + 1);
    expect(books.told().tallies).toEqual({ published: 1, expected: 1, missing: 1, incomplete: 1 });
  });

  it('makes room: who comes after it is not taken for it', () => {
    const { books, ledger, at, publish } = open(1);
    const before = publish('a', 0);
    const later = publish('b', 1);
    ledger.receive(at(0), later, 2);
    ledger.leave(at(0), 'by plan', 3);
    const next = ledger.join();
    expect(next.slot).toBe(at(0).slot);
    const after = publish('c', 4);
    ledger.receive(next, before, 5);
    ledger.receive(next, after, 6);
    expect(books.told().tallies).toEqual({ published: 3, excused: 1, expected: 2, delivered: 2 });
  });
});

describe('a subscriber that is about to go', () => {
  const retired = (ledger: BroadcastLedger, subscriber: Subscriber, atMicros: number) => {
    const state = { isPaid: false };
    ledger.retire(subscriber, atMicros, () => (state.isPaid = true));
    return state;
  };

  it('is out of the audience at once, and is told when the last copy that it was owed has come', () => {
    const { books, ledger, at, publish } = open(2);
    const [a, b] = [publish('a', 0), publish('b', 1)];
    const state = retired(ledger, at(0), 2);
    const c = publish('c', 3);
    for (const message of [a, c, a]) ledger.receive(at(0), message, 4);
    expect(state.isPaid).toBe(false);
    ledger.receive(at(0), b, 5);
    expect(state.isPaid).toBe(true);
    ledger.leave(at(0), 'by plan', 6);
    for (const message of [a, b, c]) ledger.receive(at(1), message, 7);
    expect(books.told().tallies).toEqual({ published: 3, expected: 5, delivered: 5, duplicate: 1 });
  });

  it('and is owed nothing is told so at once, also when it asks again', () => {
    const { ledger, at, publish } = open(2);
    ledger.receive(at(0), publish('a', 0), 1);
    expect(retired(ledger, at(0), 2).isPaid).toBe(true);
    expect(retired(ledger, at(0), 3).isPaid).toBe(true);
  });

  it('waits no longer than the timeout, and what the server lost is missing', () => {
    const { books, ledger, at, publish } = open(1);
    publish('a', 0);
    const [first, again] = [retired(ledger, at(0), 1), retired(ledger, at(0), 2)];
    ledger.expire(timeoutMicros);
    expect(first.isPaid || again.isPaid).toBe(false);
    ledger.expire(timeoutMicros + 1);
    expect(first.isPaid && again.isPaid).toBe(true);
    ledger.leave(at(0), 'by plan', timeoutMicros + 2);
    expect(books.told().tallies).toEqual({ published: 1, expected: 1, missing: 1, incomplete: 1 });
  });

  it.each([
    { how: 'by plan' as const, tallies: { published: 1, excused: 1 } },
    { how: 'unasked' as const, tallies: { published: 1, expected: 1, missing: 1, incomplete: 1 } },
  ])('and goes $how before that is told, too', ({ how, tallies }) => {
    const { books, ledger, at, publish } = open(1);
    publish('a', 0);
    const state = retired(ledger, at(0), 1);
    ledger.leave(at(0), how, 2);
    expect(state.isPaid).toBe(true);
    expect(books.told().tallies).toEqual(tallies);
  });

  it('does not wait for a message that could not be sent, and is not taken off an audience twice', () => {
    const { books, ledger, at, publish } = open(2);
    const unsent = publish('a', 0);
    const state = retired(ledger, at(0), 1);
    ledger.withdraw(unsent);
    expect(state.isPaid).toBe(true);
    ledger.receive(at(1), publish('b', 2, at(0)), 3);
    ledger.leave(at(0), 'by plan', 4);
    ledger.receive(at(1), publish('c', 5), 6);
    expect(books.told().tallies).toEqual({ published: 2, expected: 2, delivered: 2 });
  });
});

describe('a message', () => {
  it('with the identity of one that is remembered is refused', () => {
    const { ledger, publish, publisher } = open(1);
    publish('a', 0);
    expect(ledger.publish('a', publisher, null, 1)).toBeUndefined();
    expect(ledger.publish('a', publisher, null, 60_000_000)).toBeDefined();
  });

  it('that could not be sent leaves no trace, unless somebody has it', () => {
    const { books, ledger, at, publish } = open(1);
    const unsent = publish('a', 0);
    ledger.withdraw(unsent);
    const cut = publish('b', 1);
    ledger.receive(at(0), cut, 2);
    ledger.withdraw(cut);
    ledger.expire(1_000_000);
    expect(books.told().tallies).toEqual({ published: 1, expected: 1, delivered: 1 });
    expect(ledger.publish('a', createPublisher(), null, 1_000_001)).toBeDefined();
  });
});

describe('memory', () => {
  it('is bounded by time and by number: old messages are forgotten', () => {
    const { ledger, at, publish } = open(1);
    for (let n = 0; n < 30_000; n += 1) ledger.receive(at(0), publish(`m${n}`, n), n);
    expect(ledger.remembered).toBeLessThanOrEqual(20_001);
    ledger.expire(60_000_000);
    expect(ledger.remembered).toBe(0);
    expect(ledger.find('m29999')).toBeUndefined();
  });

  it('is bounded by bytes: fewer messages are remembered for a larger audience', () => {
    const { ledger, at, publish } = open(80_000);
    for (let n = 0; n < 1_200; n += 1) ledger.withdraw(publish(`m${n}`, n));
    publish('last', 1_300);
    ledger.expire(1_301);
    expect(ledger.remembered).toBeLessThan(900);
    expect(at(79_999).slot).toBe(79_999);
  });
});
