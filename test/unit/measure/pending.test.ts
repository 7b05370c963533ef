// What is in flight is counted by how long ago it was due, and forgotten when it ends.

import { expect, test } from 'vitest';
import { PendingBook } from '../../../src/measure/pending.ts';

const startAtMicros = 7_000_000_000;
const at = (ms: number): number => startAtMicros + ms * 1_000;

test('each series has its own, by tenths of a second', () => {
  const book = new PendingBook();
  for (const ms of [10, 20, 150]) book.begin('ask', at(ms));
  book.begin('watch', at(150));
  expect(book.counts(startAtMicros)).toEqual([
    {
      series: 'ask',
      buckets: [
        { untilMicros: 100_000, count: 2 },
        { untilMicros: 200_000, count: 1 },
      ],
    },
    { series: 'watch', buckets: [{ untilMicros: 200_000, count: 1 }] },
  ]);
  book.end('ask', at(20));
  book.end('ask', at(150));
  book.end('watch', at(150));
  expect(book.counts(startAtMicros)).toEqual([
    { series: 'ask', buckets: [{ untilMicros: 100_000, count: 1 }] },
  ]);
});

test('what has ended leaves nothing behind', () => {
  const book = new PendingBook();
  for (let ms = 0; ms < 10_000; ms += 1) {
    book.begin('ask', at(ms));
    book.end('ask', at(ms));
  }
  expect(book.counts(startAtMicros)).toEqual([]);
});
