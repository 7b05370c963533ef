// Traffic that was kept away from a fault: only where a load went on that could have met it.

import type { Slice } from '../measure/slice.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { FaultRecord } from '../record/schema.ts';
import type { PlayedFault } from './timeline.ts';

/** A link that nobody asked for anything is not spared by a breaker or a cache: such a fault was missed. */
export function withLoadGoingOn(
  records: readonly FaultRecord[],
  played: readonly PlayedFault[],
  slices: readonly Slice[],
): FaultRecord[] {
  return records.map((record, index) => {
    if (record.traffic.status !== 'avoided' || wentOn(record, slices)) return record;
    const status = played[index]?.fault.traffic === 'optional' ? 'optional' : 'missed';
    return { ...record, traffic: { ...record.traffic, status } };
  });
}

/** Something was offered while the fault was on, or was under way until its middle. Unknown times are no proof against it. */
function wentOn(
  { effectAtMicros: effect, clearedAtMicros: cleared }: FaultRecord,
  slices: readonly Slice[],
): boolean {
  if (effect === null || cleared === null) return true;
  const middleMicros = (effect + cleared) / 2;
  return slices.some(({ series, startMicros, endMicros, counts, histograms }) => {
    if (series.startsWith('flow:') || startMicros >= cleared) return false;
    if (endMicros > effect) return counts.offered > 0;
    const longestMicros = Math.max(
      histograms.service?.maxValue ?? 0,
      histograms.serviceFailed?.maxValue ?? 0,
    );
    return startMicros + longestMicros >= middleMicros;
  });
}

/** One note per fault that nothing met: its promises were kept without it. */
export const avoidedFaults = (records: readonly FaultRecord[]): string[] =>
  records.flatMap((record) =>
    record.traffic.status === 'avoided'
      ? [
          `fault ${occurrenceName(record)} was avoided: nothing met it on ${record.on} while the load went on (a breaker, a cache)`,
        ]
      : [],
  );
