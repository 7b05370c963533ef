// Whatever joins, leaves, is sent and arrives in whatever order: the books equal those of the plainest model.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subscriber } from '../../../src/engines/ws-broadcast-ledger.ts';
import { BroadcastLedger } from '../../../src/engines/ws-broadcast-ledger.ts';
import type { Publication, Publisher } from '../../../src/engines/ws-broadcast-publication.ts';
import { createPublisher } from '../../../src/engines/ws-broadcast-publication.ts';
import { createBooks, ReferenceBooks } from '../../support/broadcast-books.ts';

const timeoutMicros = 1_000;

const nth = fc.nat({ max: 11 });
const happening = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('join' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('retire' as const, 'leave' as const, 'lose' as const),
      subscriber: nth,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('publish' as const),
      publisher: fc.nat({ max: 2 }),
      except: fc.option(nth, { freq: 4 }),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({ what: fc.constant('receive' as const), subscriber: nth, message: nth }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('wait' as const), micros: fc.nat({ max: 700 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('expire' as const) }) },
);

/**
 * Plays the same happenings to the ledger and to the reference; returns both stories. `patient` = who retires goes as soon
 * as it is owed nothing more, and nobody goes by plan before.
 */
function play(
  happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
  patient = false,
) {
  const books = createBooks();
  const ledger = new BroadcastLedger({ series: 'say', timeoutMicros, observer: books });
  const reference = new ReferenceBooks(timeoutMicros);
  const subscribers: Subscriber[] = [];
  const publications: Publication[] = [];
  const publishers: Publisher[] = [createPublisher(), createPublisher(), createPublisher()];
  const retired = new Set<Subscriber>();
  const paid: Subscriber[] = [];
  let now = 10_000;
  const goThosePaid = (): void => {
    for (const subscriber of patient ? paid.splice(0) : []) {
      ledger.leave(subscriber, 'by plan', now);
      reference.leave(subscribers.indexOf(subscriber), 'by plan', now);
    }
  };
  for (const one of happenings) {
    if (one.what === 'wait') now += one.micros;
    else if (one.what === 'expire') ledger.expire(now);
    else if (one.what === 'join') {
      subscribers.push(ledger.join());
      reference.join();
    } else if (one.what === 'publish') {
      const publisher = publishers[one.publisher];
      const except = one.except === null ? undefined : subscribers[one.except];
      const present = except === undefined || except.gone ? null : except;
      if (publisher === undefined) continue;
      const publication = ledger.publish(String(publications.length), publisher, present, now);
      if (publication === undefined) throw new Error('the key was taken');
      ledger.sent(publication);
      publications.push(publication);
      reference.publish(one.publisher, present === null ? null : (one.except ?? null), now);
    } else {
      const subscriber = subscribers[one.subscriber];
      if (subscriber === undefined) continue;
      if (one.what === 'receive') {
        const publication = publications[one.message];
        if (publication === undefined) continue;
        ledger.receive(subscriber, publication, now);
        reference.receive(one.subscriber, one.message, now);
      } else if (one.what === 'retire' || (patient && one.what === 'leave')) {
        ledger.retire(subscriber, now, () => paid.push(subscriber));
        reference.retire(one.subscriber);
        retired.add(subscriber);
      } else {
        const how = one.what === 'leave' ? ('by plan' as const) : ('unasked' as const);
        ledger.leave(subscriber, how, now);
        reference.leave(one.subscriber, how, now);
      }
    }
    goThosePaid();
  }
  now += timeoutMicros + 1;
  ledger.expire(now);
  goThosePaid();
  const { tallies, observed } = books.told();
  return { told: { tallies, observed }, expected: reference.told(), ledger, retired, paid };
}

// Long ones: by default nearly all would have a handful of happenings.
const stories = fc.array(happening, { maxLength: 150, size: 'max' });

describe('the books of broadcasts', () => {
  it('equal those of a model that keeps everything', () => {
    fc.assert(
      fc.property(stories, (happenings) => {
        const { told, expected } = play(happenings);
        expect(told).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('always add up: expected = delivered + missing, one delivery each, late ones among the missing', () => {
    fc.assert(
      fc.property(stories, (happenings) => {
        const { tallies: t, observed } = play(happenings).told;
        expect(t['expected'] ?? 0).toBe((t['delivered'] ?? 0) + (t['missing'] ?? 0));
        expect(observed['delivery']?.length ?? 0).toBe(t['expected'] ?? 0);
        expect(t['late'] ?? 0).toBeLessThanOrEqual(t['missing'] ?? 0);
        expect(observed['fanoutFirst']?.length ?? 0).toBeLessThanOrEqual(t['published'] ?? 0);
        for (const value of Object.values(observed).flat()) expect(value).toBeLessThanOrEqual(timeoutMicros);
      }),
    );
  });

  it('excuse nothing when whoever is about to leave waits for what it is owed, and nobody waits for ever', () => {
    fc.assert(
      fc.property(stories, (happenings) => {
        const { told, expected, retired } = play(happenings, true);
        expect(told).toEqual(expected);
        expect(told.tallies['excused']).toBeUndefined();
        expect([...retired].every(({ gone }) => gone)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tell everybody who is about to leave when the last copy came, was given up, or the socket went', () => {
    fc.assert(
      fc.property(stories, (happenings) => {
        const { retired, paid } = play(happenings);
        expect(new Set(paid)).toEqual(retired);
      }),
    );
  });

  it('have nothing under way once everybody has left', () => {
    fc.assert(
      fc.property(stories, fc.boolean(), (happenings, byPlan) => {
        const all = Array.from({ length: 31 }, (_, subscriber) => ({
          what: byPlan ? ('leave' as const) : ('lose' as const),
          subscriber,
        }));
        expect(play([...happenings, ...all]).ledger.nextDeadlineMicros()).toBeNull();
      }),
    );
  });
});
