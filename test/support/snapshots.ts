// What load threads would tell, made by hand, for everything that watches a run.

import type { Histogram } from 'hdr-histogram-js';
import type { SecondHealth } from '../../src/measure/health.ts';
import { encodeHistogram } from '../../src/measure/histogram.ts';
import type { Progress, SliceDelta, Snapshot } from '../../src/measure/snapshot.ts';
import { noProgress } from '../../src/measure/snapshot.ts';
import { type SliceContent, sliceOf } from './slices.ts';

const second = 1_000_000;

export function deltaOf(series: string, startMicros: number, content: SliceContent): SliceDelta {
  const { counts, histograms } = sliceOf(series, startMicros, startMicros + second, content);
  const encoded = Object.entries(histograms).map(([kind, histogram]: [string, Histogram]) => [
    kind,
    encodeHistogram(histogram),
  ]);
  return { series, startMicros, counts, histograms: Object.fromEntries(encoded) as SliceDelta['histograms'] };
}

/** Nothing wrong with it. */
export const healthOf = (startMicros: number, changes: Partial<SecondHealth> = {}): SecondHealth => ({
  startMicros,
  lagP99Micros: 100,
  due: 10,
  behind: 0,
  loopDelayP99Micros: 0,
  busyShare: 0.1,
  gcShare: 0,
  stealShare: null,
  descriptorShare: null,
  exhausted: 0,
  ...changes,
});

export interface SnapshotChanges {
  readonly thread?: number;
  readonly progress?: Partial<Progress>;
  readonly deltas?: readonly SliceDelta[];
  readonly health?: SecondHealth | null;
}

/** Without changes: one of the short ones between two seconds. */
export const snapshotAt = (atSeconds: number, changes: SnapshotChanges = {}): Snapshot => ({
  thread: changes.thread ?? 0,
  atMicros: atSeconds * second,
  progress: { ...noProgress(), ...changes.progress },
  deltas: changes.deltas ?? [],
  examples: [],
  health: changes.health ?? null,
});
