// Refuses what covers the time of a fault that acted in one run of a pair and not in the other.

import type { RunRecord } from '../record/schema.ts';
import type { Measure } from '../slo/expression.ts';
import { metricOf } from '../slo/reading.ts';
import type { ComparedPair } from './pair-values.ts';

/** How often each fault took effect. */
function actedIn(run: RunRecord): Map<string, number> {
  const times = new Map<string, number>();
  for (const { id, effectAtMicros } of run.faults)
    times.set(id, (times.get(id) ?? 0) + (effectAtMicros === null ? 0 : 1));
  return times;
}

/**
 * One sentence; null: both runs of every pair had the same faults, or the measure looks elsewhere. A measure of phases or of
 * a fault needs nothing of the kind: where its fault did not act it has no value.
 */
export function unlikeFaults(measure: Measure, pairs: readonly ComparedPair[]): string | null {
  const sides = measure.against === undefined ? [measure] : [measure, measure.against.measure];
  const isWhole = sides.some((side) => side.during.length === 0 && metricOf(side).subject !== 'fault');
  if (!isWhole) return null;
  for (const { pair, before, after } of pairs) {
    const [first, second] = [actedIn(before.run), actedIn(after.run)];
    for (const id of new Set([...first.keys(), ...second.keys()])) {
      const [one, other] = [first.get(id) ?? 0, second.get(id) ?? 0];
      if (one === other) continue;
      const held = one < other ? 'before' : 'after';
      return (
        `pair ${pair}: the fault \`${id}\` acted ${one} times before and ${other} times after: the whole runs are not ` +
        `alike (held back in \`${held}\`? \`inject: always\` makes them so; \`during steady\` leaves it out)`
      );
    }
  }
  return null;
}
