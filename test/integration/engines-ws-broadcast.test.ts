// Broadcasts over real sockets, from a server that loses, repeats, swaps and delays copies to plan.

import { afterEach, describe, expect, it } from 'vitest';
import { CookieJar } from '../../src/engines/cookies.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Sample } from '../../src/measure/outcome.ts';
import { createBooks } from '../support/broadcast-books.ts';
import type { Copies } from '../support/broadcast-servers.ts';
import { broadcastServer, connectStep, sayStep, subscribeStep } from '../support/broadcast-servers.ts';
import { openUser, plainScope } from '../support/engine-users.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Written = Parameters<ReturnType<typeof openUser>['prepare']>[0];

/** So many sockets of one thread, subscribed in order; the first one speaks. */
async function crowd(
  size: number,
  copies: Copies,
  broadcast: Record<string, unknown> = {},
  onCopy?: (subscriber: number) => void,
) {
  const server = await broadcastServer(copies, onCopy);
  cleanups.push(server.close);
  const books = createBooks();
  const { engines, prepare, close } = openUser({ ws: server.url }, { observer: books });
  cleanups.push(close);
  let ids = 0;
  const steps = {
    connect: prepare(connectStep),
    subscribe: prepare({ ...subscribeStep, json: { type: 'subscribe', id: 'x' } }),
    say: prepare({ ...sayStep(broadcast), json: { type: 'say', id: '{{id}}' } }),
    leave: prepare({ ws: 'close feed', name: 'leave' }),
  };
  const join = async () => {
    const session = engines.session({ cookies: new CookieJar() });
    const scope = plainScope();
    const perform = (step: (typeof steps)[keyof typeof steps]): Promise<Sample> =>
      session.send(step, scope, null, new AbortController().signal);
    for (const step of [steps.connect, steps.subscribe])
      expect(await perform(step)).toMatchObject({ error: null });
    return {
      say: (id: unknown = `m${(ids += 1)}`) => {
        scope.values['id'] = id;
        return perform(steps.say);
      },
      leave: () => perform(steps.leave),
      close: (cut?: AbortSignal) => session.close(cut),
      send: (written: Written) => perform(prepare(written)),
    };
  };
  const people = [];
  for (let index = 0; index < size; index += 1) people.push(await join());
  const [first] = people;
  if (first === undefined) throw new Error('nobody came');
  return { server, books, people, join, first, say: () => first.say() };
}

describe('what a server does to copies is counted exactly', () => {
  it('each one delivered', async () => {
    const { books, say } = await crowd(20, () => [0]);
    for (let message = 0; message < 5; message += 1) expect(await say()).toMatchObject({ error: null });
    await waitMs(100);
    const { tallies, observed } = books.told();
    expect(tallies).toEqual({ published: 5, expected: 100, delivered: 100 });
    expect(observed['delivery']).toHaveLength(100);
    for (const kind of ['fanoutFirst', 'fanoutMedian', 'fanoutLast']) expect(observed[kind]).toHaveLength(5);
  });

  it('every fourth subscriber left out', async () => {
    const { books, say } = await crowd(20, (subscriber) => (subscriber % 4 === 0 ? [] : [0]), {
      timeout: '150ms',
    });
    await say();
    await say();
    await waitMs(300);
    const { tallies, observed } = books.told();
    expect(tallies).toEqual({ published: 2, expected: 40, delivered: 30, missing: 10, incomplete: 2 });
    expect(observed['fanoutLast']).toEqual([150_000, 150_000]);
    expect(observed['fanoutMedian']?.every((value) => value < 150_000)).toBe(true);
  });

  it('each copy twice', async () => {
    const { books, say } = await crowd(7, () => [0, 20]);
    await say();
    await waitMs(150);
    expect(books.told().tallies).toEqual({ published: 1, expected: 7, delivered: 7, duplicate: 7 });
  });

  it('the first message behind the second for some', async () => {
    const { books, say } = await crowd(9, (subscriber, message) => [
      message === 0 && subscriber < 4 ? 60 : 0,
    ]);
    await say();
    await say();
    await waitMs(200);
    expect(books.told().tallies).toEqual({ published: 2, expected: 18, delivered: 18, outOfOrder: 4 });
  });

  it('later than the timeout for some', async () => {
    const copies: Copies = (subscriber) => [subscriber < 3 ? 350 : 0];
    const { books, say } = await crowd(10, copies, { timeout: '120ms' });
    await say();
    await waitMs(550);
    const { tallies, observed } = books.told();
    expect(tallies).toEqual({ published: 1, expected: 10, delivered: 7, missing: 3, incomplete: 1, late: 3 });
    expect(observed['delivery']?.slice(7)).toEqual([120_000, 120_000, 120_000]);
  });
});

describe('fan-out latency', () => {
  it('follows from when each subscriber is served: k · 10 ms for the k-th of 21', async () => {
    const servedAtMicros: number[] = [];
    const onCopy = (): void => void servedAtMicros.push(systemClock.nowMicros());
    const { books, say } = await crowd(21, (subscriber) => [subscriber * 10], {}, onCopy);
    const beforeMicros = systemClock.nowMicros();
    await say();
    const all = { published: 1, expected: 21, delivered: 21 };
    await expect.poll(() => books.told().tallies, { timeout: 10_000 }).toEqual(all);
    const { observed } = books.told();
    const [first = 0] = observed['fanoutFirst'] ?? [];
    const [median = 0] = observed['fanoutMedian'] ?? [];
    const [last = 0] = observed['fanoutLast'] ?? [];
    // The 11th and the 21st: timers may be late, but never more than a millisecond early.
    expect(median).toBeGreaterThan(99_000);
    expect(last).toBeGreaterThan(199_000);
    const delivery = observed['delivery'] ?? [];
    expect([delivery[0], delivery[10], delivery[20]]).toEqual([first, median, last]);
    // Against when each was really served: never less than after the first, and what is more is the way from there.
    const [firstServed = 0] = servedAtMicros;
    for (const [place, servedAt] of servedAtMicros.entries())
      expect(delivery[place]).toBeGreaterThanOrEqual(servedAt - firstServed);
    const ways = delivery.map((took, place) => took - ((servedAtMicros[place] ?? 0) - beforeMicros));
    // One that is held up says nothing; of 21 over 200 ms half are not.
    expect(ways.sort((a, b) => a - b)[10]).toBeLessThan(50_000);
  });
});

describe('who counts', () => {
  it('whoever joins later is not expected to have what came before', async () => {
    const { books, say, join } = await crowd(3, () => [50]);
    await say();
    await join();
    await waitMs(150);
    await say();
    await waitMs(150);
    expect(books.told().tallies).toEqual({ published: 2, expected: 7, delivered: 7 });
  });

  it('one whose connection breaks misses what is under way, one that leaves waits for it, one cut off is excused', async () => {
    const { books, people, server, say } = await crowd(6, () => [200]);
    await say();
    server.cut(1);
    server.cut(2);
    await Promise.all([people[3]?.leave(), people[4]?.close()]);
    await waitMs(400);
    expect(books.told().tallies).toMatchObject({
      published: 1,
      excused: 1,
      expected: 5,
      delivered: 3,
      missing: 2,
      incomplete: 1,
    });
    await say();
    await waitMs(400);
    expect(books.told().tallies).toMatchObject({ published: 2, expected: 7, delivered: 5, missing: 2 });
  });

  it('the sender does not, when it expects no copy of its own', async () => {
    const { books, say } = await crowd(5, (subscriber) => (subscriber === 0 ? [] : [0]), { self: false });
    await say();
    await waitMs(100);
    expect(books.told().tallies).toEqual({ published: 1, expected: 4, delivered: 4 });
  });

  it('when everybody is cut off at once, what is under way is settled without waiting for its timeout', async () => {
    const { books, people, say } = await crowd(8, (subscriber) => (subscriber < 5 ? [0] : [5_000]));
    await say();
    await waitMs(100);
    expect(books.told().tallies).toEqual({});
    await Promise.all(people.map((person) => person.close()));
    expect(books.told().tallies).toEqual({ published: 1, excused: 3, expected: 5, delivered: 5 });
  });
});

describe('whoever leaves within the timeout', () => {
  const never = new AbortController().signal;
  const everySecond: Copies = (subscriber) => (subscriber % 2 === 0 ? [0] : []);

  it.each(['a close step', 'the end of its flow', 'a connect under the same name'])(
    'by %s waits for what it is owed: of a server that sends to every second one, half is missing',
    async (by) => {
      const { books, people, say } = await crowd(10, everySecond, { timeout: '400ms' });
      await say();
      await waitMs(50);
      const samples = await Promise.all(
        people.map(async (person) => {
          if (by === 'a close step') return person.leave();
          if (by !== 'the end of its flow') await person.send({ ...connectStep, name: 'again' });
          await person.close(never);
          return null;
        }),
      );
      expect(books.told().tallies).toEqual({
        published: 1,
        expected: 10,
        delivered: 5,
        missing: 5,
        incomplete: 1,
      });
      expect(books.told().observed['fanoutLast']).toEqual([400_000]);
      // Closing itself is as quick as ever: the waiting is not its latency.
      for (const sample of samples) {
        if (sample === null) continue;
        expect(sample).toMatchObject({ error: null, status: '1000' });
        expect(sample.endedAtMicros - sample.startedAtMicros).toBeLessThan(300_000);
      }
    },
  );

  it('is not in the audience of what is said while it waits', async () => {
    const { books, people, say } = await crowd(4, everySecond, { timeout: '400ms' });
    await say();
    const leaving = Promise.all([people[1]?.leave(), people[3]?.close(never)]);
    await waitMs(20);
    await say();
    await leaving;
    expect(books.told().tallies).toEqual({
      published: 2,
      expected: 6,
      delivered: 4,
      missing: 2,
      incomplete: 1,
    });
  });

  it('waits for nothing when it has everything, whatever the timeout', async () => {
    const { books, people, say } = await crowd(6, () => [0], { timeout: '60s' });
    await say();
    await waitMs(100);
    await Promise.all(people.map((person, index) => (index < 3 ? person.leave() : person.close(never))));
    expect(books.told().tallies).toEqual({ published: 1, expected: 6, delivered: 6 });
  });

  it('waits no longer when the run is cut off: only then copies are excused', async () => {
    const { books, people, say } = await crowd(4, everySecond, { timeout: '60s' });
    await say();
    await waitMs(100);
    const cut = new AbortController();
    const leaving = Promise.all(people.map((person) => person.close(cut.signal)));
    await waitMs(100);
    expect(books.told().tallies).toEqual({});
    cut.abort();
    await leaving;
    expect(books.told().tallies).toEqual({ published: 1, excused: 2, expected: 2, delivered: 2 });
  });

  it('and loses its connection meanwhile misses what it was owed, and waits for it no longer', async () => {
    const { books, people, say, server } = await crowd(4, everySecond, { timeout: '60s' });
    await say();
    await waitMs(100);
    const leaving = Promise.all([people[1]?.leave(), people[3]?.close(never)]);
    await waitMs(50);
    server.cut(1);
    server.cut(3);
    const [sample] = await leaving;
    expect(sample).toMatchObject({ error: 'reset' });
    expect(books.told().tallies).toMatchObject({ expected: 4, delivered: 2, missing: 2 });
  });
});

describe('messages that could not be told apart are not sent', () => {
  it('the same identity twice', async () => {
    const { books, first } = await crowd(2, () => [0]);
    await first.say('same');
    expect(await first.say('same')).toMatchObject({
      error: 'expectation',
      example: expect.stringContaining('an earlier message has the same identity, "same"') as string,
    });
    await waitMs(50);
    expect(books.told().tallies).toEqual({ published: 1, expected: 2, delivered: 2 });
  });

  it('an identity that is no text or number', async () => {
    const { first } = await crowd(1, () => [0]);
    expect(await first.say({ nested: true })).toMatchObject({
      error: 'expectation',
      example: expect.stringContaining('has no identity (a text or a number) at $.id') as string,
    });
  });
});

describe('copies among other messages', () => {
  it('end a round trip, too, and are not counted as messages that nobody waited for', async () => {
    const { books, first } = await crowd(3, () => [20]);
    const sample = await first.send({
      ...sayStep(),
      name: 'say',
      json: { type: 'say', id: 'mine' },
      reply: { match: { '$.id': '{{sent.id}}' }, timeout: '2s' },
    });
    expect(sample).toMatchObject({ error: null, answered: true });
    await waitMs(100);
    expect(books.told().tallies).toEqual({ published: 1, expected: 3, delivered: 3 });
  });
});
