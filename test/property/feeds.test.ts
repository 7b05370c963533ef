// Data feeds over threads: no row is taken twice, none is left out, and the same seed takes the same, however it is split.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnresolvedValue } from '../../src/engines/unresolved.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { csvRows } from '../../src/scenario/feeds.ts';
import { openFeeds } from '../../src/scenario/feed-rows.ts';
import type { DataFeed, LoadEntry } from '../../src/scenario/scenario.ts';
import { createUserScope } from '../../src/scenario/scope.ts';
import { belongsTo } from '../../src/workload/partition.ts';
import { arrivals, users } from '../support/load-plans.ts';

const feedOf = (pick: DataFeed['pick'], count: number, per: DataFeed['per'] = 'iteration') => ({
  data: { pick, per, rows: Array.from({ length: count }, (_, n) => ({ n })) },
});

/** What every iteration of a load reads, by thread; iterations as [entry, number, iteration]. */
function readByThreads(
  data: Record<string, DataFeed>,
  load: readonly LoadEntry[],
  threads: number,
  iterations: readonly (readonly [entry: number, number: number, iteration: number])[],
): Map<string, unknown> {
  const readers = { data: load.map((_, index) => index) };
  const read = new Map<string, unknown>();
  for (let thread = 0; thread < threads; thread += 1) {
    for (const [index, entry] of load.entries()) {
      const feeds = openFeeds(data, { entry, index, entries: load.length, readers });
      for (const [of, number, iteration] of iterations) {
        if (of !== index || !belongsTo(number, { index: thread, count: threads })) continue;
        const scope = createUserScope({ seed: 7, user: number * load.length + index, env: {}, feeds });
        scope.beginIteration(iteration);
        read.set(`${index} ${number} ${iteration}`, scope.get('data.n'));
      }
    }
  }
  return read;
}

const iterationsOf = (load: readonly LoadEntry[], count: number) =>
  load.flatMap((entry, index) =>
    Array.from({ length: count }, (_, n): [number, number, number] => {
      if (entry.model !== 'users') return [index, n, n];
      const many = entry.stages[0]?.toUsers ?? 1;
      return [index, n % many, Math.floor(n / many)];
    }),
  );

const loads = fc.array(
  fc.oneof(
    fc.constant(arrivals(10, 10)),
    fc.integer({ min: 1, max: 7 }).map((count) => users(count, 10)),
  ),
  { minLength: 1, maxLength: 3 },
);
const threadCounts = fc.integer({ min: 1, max: 5 });

test('a unique feed gives each row once, and all of them, over any number of threads', () => {
  fc.assert(
    fc.property(loads, threadCounts, fc.integer({ min: 1, max: 40 }), (load, threads, each) => {
      const total = each * load.length;
      const read = readByThreads(feedOf('unique', total), load, threads, iterationsOf(load, each));
      const rows = [...read.values()].map(Number).sort((a, b) => a - b);
      expect(rows).toEqual(Array.from({ length: total }, (_, n) => n));
    }),
  );
});

test.each(['unique', 'sequential', 'random'] as const)(
  'a %s feed gives an iteration the same row whatever the number of threads',
  (pick) => {
    fc.assert(
      fc.property(loads, threadCounts, threadCounts, (load, one, other) => {
        const iterations = iterationsOf(load, 20);
        const data = feedOf(pick, 20 * load.length);
        const inOrder = (read: Map<string, unknown>) => [...read].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(inOrder(readByThreads(data, load, one, iterations))).toEqual(
          inOrder(readByThreads(data, load, other, iterations)),
        );
      }),
    );
  },
);

test('arrival n reads row n, and a feed that has run out says so', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 100 }), (n, count) => {
      const entry = arrivals(10, 10);
      const place = { entry, index: 0, entries: 1, readers: { data: [0] } };
      const row = (pick: DataFeed['pick']) =>
        openFeeds(feedOf(pick, count), place).row('data', n, n, createRandom(1))?.['n'];
      expect(row('sequential')).toBe(n % count);
      if (n < count) expect(row('unique')).toBe(n);
      else expect(() => row('unique')).toThrow(UnresolvedValue);
    }),
  );
});

const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', 'é', '1') });

test('what is written as CSV is read back, whatever is in its cells', () => {
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
  fc.assert(
    fc.property(table, (rows) => {
      const names = (rows[0] ?? []).map((_, index) => `c${index}`);
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const lines = [names.join(','), ...rows.map((row) => row.map(quoted).join(','))];
      const read = csvRows(lines.join('\n'), 'x.csv');
      expect(read).toEqual(
        rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]]))),
      );
    }),
  );
});

test('typed cells keep their values', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      fc.boolean(),
      fc.jsonValue(),
      (price, active, tags) => {
        const json = JSON.stringify(tags).replaceAll('"', '""');
        const source = `price,active,tags,text\n${price},${active},"${json}",${price}`;
        const types = { price: 'number', active: 'boolean', tags: 'json' } as const;
        expect(csvRows(source, 'x.csv', types)).toEqual([
          { price, active, tags: JSON.parse(JSON.stringify(tags)) as unknown, text: String(price) },
        ]);
      },
    ),
  );
});
