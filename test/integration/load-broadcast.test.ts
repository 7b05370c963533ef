// Broadcasts through real load threads: more than a thousand subscribers, and every copy accounted for.

import { afterEach, describe, expect, it } from 'vitest';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import { addCounts } from '../../src/measure/counts.ts';
import { mergeHistograms, valueAtRank } from '../../src/measure/histogram.ts';
import type { SliceCounts, SliceHistograms } from '../../src/measure/slice.ts';
import { emptyCounts } from '../../src/measure/slice.ts';
import { withJoined } from '../../src/scenario/broadcast-joined.ts';
import type { Flow, LoadEntry, Step } from '../../src/scenario/scenario.ts';
import type { BroadcastServer, Copies } from '../support/broadcast-servers.ts';
import { broadcastServer, connectStep, sayStep, subscribeStep } from '../support/broadcast-servers.ts';
import { planOf, second } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';

const servers: BroadcastServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const ws = (written: { readonly ws: string; readonly name?: string }): Step =>
  stepInputSchemas.ws.parse(written);
const think = (seconds: number): Step => ({
  kind: 'think',
  minMicros: seconds * second,
  maxMicros: seconds * second,
});

const flow = (name: string, steps: readonly Step[]): Flow => ({ name, weight: 1, before: [], steps });

const usersOf = (name: string, count: number, seconds: number, delaySeconds = 0): LoadEntry => ({
  model: 'users',
  flows: [name],
  delayMicros: delaySeconds * second,
  everyMicros: null,
  iterations: { count: 1, per: 'user' },
  stages: [{ fromUsers: count, toUsers: count, forMicros: seconds * second }],
});

const audience = 3_000;
const published = 10;

/** Subscribers stay for seven seconds; from the fourth on one publisher, itself a subscriber, speaks ten times. */
async function broadcast(copies: Copies, threads: number, timeout = '1s') {
  const server = await broadcastServer(copies);
  servers.push(server);
  const listen = flow('listen', [ws(connectStep), ws(subscribeStep), think(7)]);
  const speak = flow('speak', [
    ws({ ...connectStep, name: 'connect speaker' }),
    ws({ ...subscribeStep, name: 'join' }),
    {
      kind: 'repeat',
      times: published,
      forMicros: null,
      everyMicros: 150_000,
      steps: [ws(sayStep({ joined: ['subscribe', 'join'], timeout }))],
    },
    think(2),
  ]);
  const flows = Object.fromEntries([listen, speak].map((one) => [one.name, withJoined(one)]));
  const load = [usersOf('listen', audience, 8), usersOf('speak', 1, 5, 4)];
  const plan = planOf('http://127.0.0.1:1', listen, load, {
    flows,
    addresses: { http: undefined, ws: server.url, clients: {} },
    gracefulStopMicros: 5 * second,
  });
  const { slices } = await runLoad(plan, threads);
  expect(server.subscribers()).toBe(audience + 1);
  const own = slices.filter(({ series }) => series === 'say');
  const counts: SliceCounts = emptyCounts();
  for (const slice of own) addCounts(counts, slice.counts);
  expect(counts).toMatchObject({ offered: published, ok: published });
  const histogram = (kind: keyof SliceHistograms) =>
    mergeHistograms(own.map(({ histograms }) => histograms[kind]));
  return { tallies: counts.tallies, histogram };
}

// Counts must be exact at every attempt; only that a copy came within a second needs a machine that is there.
const chances = { retry: 2 };

describe('a broadcast to thousands of subscribers', () => {
  it.each([1, 2])('delivers every copy, with %i threads as with one', chances, async (threads) => {
    const { tallies, histogram } = await broadcast(() => [0], threads);
    const expected = published * (audience + 1);
    expect(tallies).toEqual({ published, expected, delivered: expected });
    expect(histogram('delivery').totalCount).toBe(expected);
    for (const kind of ['fanoutFirst', 'fanoutMedian', 'fanoutLast'] as const) {
      expect(histogram(kind).totalCount).toBe(published);
    }
    expect(histogram('fanoutFirst').maxValue).toBeLessThanOrEqual(histogram('fanoutLast').maxValue);
  });

  it(
    'settles what is under way when the run is cut off, before the thread has reported',
    chances,
    async () => {
      const { tallies, histogram } = await broadcast(
        (subscriber) => (subscriber === 0 ? [0] : [20_000]),
        1,
        '30s',
      );
      expect(tallies).toEqual({
        published,
        expected: published,
        delivered: published,
        excused: published * audience,
      });
      expect(histogram('fanoutLast').totalCount).toBe(published);
    },
  );

  it(
    'counts what never came to half of them as missing, although they leave within the timeout',
    chances,
    async () => {
      const { tallies } = await broadcast((subscriber) => (subscriber % 2 === 0 ? [0] : []), 1, '4s');
      const half = published * (audience / 2);
      expect(tallies).toEqual({
        published,
        expected: 2 * half + published,
        delivered: half + published,
        missing: half,
        incomplete: published,
      });
    },
  );

  it('counts what is lost, repeated and overtaken exactly', chances, async () => {
    // Every tenth subscriber gets no even message; every seventh gets each odd one twice; message 4 comes after message 5
    // for the first hundred.
    const copies: Copies = (subscriber, message) => {
      if (subscriber % 10 === 0 && message % 2 === 0) return [];
      if (subscriber % 7 === 0 && message % 2 === 1) return [0, 5];
      return [message === 4 && subscriber < 100 ? 400 : 0];
    };
    const everyone = Array.from({ length: audience + 1 }, (_, subscriber) => subscriber);
    const { tallies, histogram } = await broadcast(copies, 1);
    const lost = 5 * everyone.filter((one) => one % 10 === 0).length;
    const twice = 5 * everyone.filter((one) => one % 7 === 0).length;
    const overtaken = everyone.filter((one) => one < 100 && one % 10 !== 0).length;
    const expected = published * (audience + 1);
    expect(tallies).toEqual({
      published,
      expected,
      delivered: expected - lost,
      missing: lost,
      incomplete: 5,
      duplicate: twice,
      outOfOrder: overtaken,
    });
    // Lost copies count as the timeout: the last subscriber of a message that did not reach all, and the worst deliveries.
    const last = histogram('fanoutLast');
    expect(valueAtRank(last, published)).toBeGreaterThan(0.998 * second);
    expect(valueAtRank(last, published - 5)).toBeLessThan(0.9 * second);
    expect(valueAtRank(histogram('delivery'), expected - lost)).toBeLessThan(0.998 * second);
    expect(valueAtRank(histogram('delivery'), expected - lost + 1)).toBeGreaterThan(0.998 * second);
  });
});
