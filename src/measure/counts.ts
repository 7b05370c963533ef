// Adding up what became of offered work: two sets of counts into one.

import type { ErrorClass } from './outcome.ts';
import type { SliceCounts, TallyName } from './slice.ts';

/** Adds `source` into `target`, every count and every class. */
export function addCounts(target: SliceCounts, source: SliceCounts): void {
  target.offered += source.offered;
  target.started += source.started;
  target.ok += source.ok;
  target.failed += source.failed;
  target.dropped += source.dropped;
  target.unsent += source.unsent;
  target.censored += source.censored;
  target.skipped += source.skipped;
  target.answered += source.answered;
  target.okEnded += source.okEnded;
  target.begun += source.begun;
  target.bytes += source.bytes;
  for (const [name, count] of Object.entries(source.statuses)) {
    target.statuses[name] = (target.statuses[name] ?? 0) + count;
  }
  for (const [name, count] of Object.entries(source.errors) as [ErrorClass, number][]) {
    target.errors[name] = (target.errors[name] ?? 0) + count;
  }
  for (const [name, count] of Object.entries(source.tallies) as [TallyName, number][]) {
    target.tallies[name] = (target.tallies[name] ?? 0) + count;
  }
}
