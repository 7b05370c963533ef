// The main thread's merge of all threads' deltas. What is older than a minute waits on disk, so a run of any length fits.

import type { Histogram } from 'hdr-histogram-js';
import { addCounts } from './counts.ts';
import { openLater } from './encoded-histograms.ts';
import { createHistogram, decodeInto, encodeHistogram } from './histogram.ts';
import type { Slice, SliceCounts } from './slice.ts';
import { emptyCounts, histogramKinds } from './slice.ts';
import { decodeSlice, encodeSlice } from './slice-codec.ts';
import type { EdgeKind } from './slice-grid.ts';
import { SliceGrid } from './slice-grid.ts';
import type { SliceDelta } from './snapshot.ts';
import { SpillFile } from './spill-file.ts';

interface Stored {
  readonly series: string;
  readonly startMicros: number;
  readonly counts: SliceCounts;
  readonly encoded: SliceDelta['histograms'];
}

/** What is this far behind the newest slice goes to disk; what still comes for it later is merged when read. */
const recentMicros = 60_000_000;

export class SliceStore {
  readonly #grid: SliceGrid;
  readonly #recent = new Map<string, Stored>();
  readonly #old = new SpillFile();
  #newestMicros = 0;
  #spilledToMicros = 0;

  constructor(warmupMicros: number) {
    this.#grid = new SliceGrid(warmupMicros);
  }

  edge(atMicros: number, kind: EdgeKind): void {
    this.#grid.addEdge(atMicros, kind);
  }

  add(delta: SliceDelta): void {
    merge(this.#recent, delta, delta.startMicros);
    this.#newestMicros = Math.max(this.#newestMicros, delta.startMicros);
    // In steps of ten seconds: one walk over what is recent for many slices that go.
    if (this.#newestMicros - recentMicros >= this.#spilledToMicros + 10_000_000) this.#spill();
  }

  /**
   * Everything so far, in order of start, then series. A thread that had not yet heard of an edge may have named a slice
   * that the edge moved: what it sent then belongs to the slice that now holds that moment.
   */
  slices(): Slice[] {
    const settled = new Map<string, Stored>();
    const settle = (delta: SliceDelta): void => merge(settled, delta, this.#grid.startOf(delta.startMicros));
    for (const block of this.#old.blocks()) settle(decodeSlice(block));
    for (const stored of this.#recent.values()) settle(deltaOf(stored));
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

  /** Lets go of what waits on disk; what `slices` returned stays good. */
  close(): void {
    this.#old.close();
  }

  /** A disk that is full costs memory, not numbers: what cannot be written stays here. */
  #spill(): void {
    const untilMicros = this.#newestMicros - recentMicros;
    this.#spilledToMicros = untilMicros;
    for (const [key, stored] of this.#recent) {
      if (stored.startMicros >= untilMicros) continue;
      try {
        this.#old.append(encodeSlice(deltaOf(stored)));
      } catch {
        return;
      }
      this.#recent.delete(key);
    }
  }
}

const deltaOf = ({ series, startMicros, counts, encoded }: Stored): SliceDelta => ({
  series,
  startMicros,
  counts,
  histograms: encoded,
});

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
