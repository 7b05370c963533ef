// Histograms of slices that stay encoded until they are looked at, so that a long run fits in memory.

import { histogramOfPairs } from './histogram.ts';
import type { SliceHistograms } from './slice.ts';
import { histogramKinds } from './slice.ts';
import type { SliceDelta } from './snapshot.ts';

/** Looks like plain histograms; each is made from its few encoded bytes whenever it is read, and never kept. */
export function openLater(encoded: SliceDelta['histograms']): SliceHistograms {
  const histograms: SliceHistograms = {};
  for (const kind of histogramKinds) {
    const pairs = encoded[kind];
    if (pairs === undefined) continue;
    Object.defineProperty(histograms, kind, { enumerable: true, get: () => histogramOfPairs(pairs) });
  }
  return histograms;
}
