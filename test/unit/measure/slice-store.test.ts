// Slices that wait on disk come back as they were, merged with what came late, and leave no file behind.

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { createHistogram, encodeHistogram, recordMicros, slowest } from '../../../src/measure/histogram.ts';
import { emptyCounts } from '../../../src/measure/slice.ts';
import { decodeSlice, encodeSlice } from '../../../src/measure/slice-codec.ts';
import { SliceStore } from '../../../src/measure/slice-store.ts';
import type { SliceDelta } from '../../../src/measure/snapshot.ts';

const second = 1_000_000;

function delta(series: string, startMicros: number, ...valuesMicros: number[]): SliceDelta {
  const histogram = createHistogram();
  for (const value of valuesMicros) recordMicros(histogram, value);
  const counts = { ...emptyCounts(), offered: valuesMicros.length, ok: valuesMicros.length };
  return { series, startMicros, counts, histograms: { response: encodeHistogram(histogram) } };
}

test('a slice survives its encoding, with every count and every pair', () => {
  const written: SliceDelta = {
    ...delta('GET /ü "x"', 7 * second, 5, 5, 40_000),
    counts: {
      ...emptyCounts(),
      offered: 3,
      errors: { reset: 1 },
      tallies: { unmatched: 2 },
      statuses: { '200': 2 },
    },
  };
  expect(decodeSlice(encodeSlice(written))).toEqual(written);
  const bare = { ...written, histograms: {} };
  expect(decodeSlice(encodeSlice(bare))).toEqual(bare);
});

test('ten minutes of slices are all there, in order, and what came late for an old one is in it', () => {
  const store = new SliceStore(0);
  for (let at = 0; at < 600; at += 1) {
    store.add(delta('b', at * second, 1_000 + at));
    store.add(delta('a', at * second, 2_000 + at, 9_000));
  }
  store.add(delta('a', 3 * second, 500_000));
  const slices = store.slices();
  expect(slices).toHaveLength(1_200);
  expect(slices.map(({ startMicros }) => startMicros)).toEqual(
    [...slices.map(({ startMicros }) => startMicros)].sort((a, b) => a - b),
  );
  expect(slices.reduce((sum, { counts }) => sum + counts.offered, 0)).toBe(1_801);
  const late = slices.find(({ series, startMicros }) => series === 'a' && startMicros === 3 * second);
  expect(late?.counts.offered).toBe(3);
  expect(late?.histograms.response?.totalCount).toBe(3);
  expect(slowest(late?.histograms.response ?? createHistogram())).toBeGreaterThanOrEqual(500_000);
  store.close();
  expect(late?.histograms.response?.totalCount).toBe(3);
});

test('what waits on disk has no name there', () => {
  const store = new SliceStore(0);
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('mettle-slices-'));
  for (let at = 0; at < 200; at += 1) store.add(delta('a', at * second, 1_000));
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('mettle-slices-'));
  expect(after.length).toBeLessThanOrEqual(before.length);
  expect(store.slices()).toHaveLength(200);
  store.close();
  store.close();
});

test('an edge that came late still moves what went to disk before', () => {
  const store = new SliceStore(0);
  for (let at = 0; at < 120; at += 1) store.add(delta('a', at * second, 1_000));
  store.edge(10.5 * second, 'effect');
  const starts = store.slices().map(({ startMicros }) => startMicros / second);
  expect(starts.slice(8, 13)).toEqual([8, 9, 10, 10.5, 11.5]);
  expect(store.slices().reduce((sum, { counts }) => sum + counts.offered, 0)).toBe(120);
  store.close();
});
