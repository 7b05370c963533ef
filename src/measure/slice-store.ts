// The main thread's merge of all threads' deltas. Slices stay encoded and are opened when asked, so a long run fits in memory.

import type { Histogram } from 'hdr-histogram-js';
import { addCounts } from './counts.ts';
import { createHistogram, decodeInto, encodeHistogram } from './histogram.ts';
import { openLater } from './encoded-histograms.ts';
import type { Slice, SliceCounts } from './slice.ts';
import { emptyCounts, histogramKinds } from './slice.ts';
import type { EdgeKind } from './slice-grid.ts';
import { SliceGrid } from './slice-grid.ts';
import type { SliceDelta } from './snapshot.ts';

type Encoded = SliceDelta['histograms'];

interface Stored {
  readonly series: string;
  readonly startMicros: number;
  readonly counts: SliceCounts;
  readonly encoded: Encoded;
}

export class SliceStore {
  readonly #grid: SliceGrid;
  readonly #stored = new Map<string, Stored>();

  constructor(warmupMicros: number) {
    this.#grid = new SliceGrid(warmupMicros);
  }

  edge(atMicros: number, kind: EdgeKind): void {
    this.#grid.addEdge(atMicros, kind);
  }

  add(delta: SliceDelta): void {
    merge(this.#stored, delta, delta.startMicros);
  }

  /**
   * Everything so far, in order of start, then series. A thread that had not yet heard of an edge may have named a slice
   * that the edge moved: what it sent then belongs to the slice that now holds that moment.
   */
  slices(): Slice[] {
    const settled = new Map<string, Stored>();
    for (const stored of this.#stored.values()) {
      merge(settled, { ...stored, histograms: stored.encoded }, this.#grid.startOf(stored.startMicros));
    }
    return [...settled.values()]
      .sort(
        (a, b) => a.startMicros - b.startMicros || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0),
      )
      .map(({ series, startMicros, counts, encoded }) => ({
        series,
        startMicros,
        endMicros: this.#grid.endOf(startMicros),
        counts,
        histograms: openLater(encoded),
      }));
  }
}

function merge(into: Map<string, Stored>, delta: SliceDelta, startMicros: number): void {
  const key = `${startMicros} ${delta.series}`;
  let stored = into.get(key);
  if (stored === undefined) {
    stored = { series: delta.series, startMicros, counts: emptyCounts(), encoded: {} };
    into.set(key, stored);
  }
  addCounts(stored.counts, delta.counts);
  for (const kind of histogramKinds) {
    const added = delta.histograms[kind];
    if (added === undefined) continue;
    const held = stored.encoded[kind];
    stored.encoded[kind] = held === undefined ? added : encodeHistogram(opened([held, added]));
  }
}

function opened(parts: readonly Uint32Array[]): Histogram {
  const histogram = createHistogram();
  for (const part of parts) decodeInto(histogram, part);
  return histogram;
}
