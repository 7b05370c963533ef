// Attempts at the proxy, set against what the load offered meanwhile: the last part of a fault's record.

import { deriveAttempts, type LoadMeanwhile } from '../faults/attempts/derive.ts';
import type { Slice } from '../measure/slice.ts';
import type { FaultRecord, PhaseRecord } from '../record/schema.ts';
import { undisturbed } from '../slo/undisturbed.ts';
import type { PlayedFault } from './timeline.ts';

export interface LoadSeen {
  readonly slices: readonly Slice[];
  readonly phases: readonly PhaseRecord[];
  readonly endMicros: number;
}

/** `records` belong to `played`, one each. */
export function withAttempts(
  records: readonly FaultRecord[],
  played: readonly PlayedFault[],
  { slices, phases, endMicros }: LoadSeen,
): FaultRecord[] {
  const load: LoadMeanwhile = {
    slices: slices.filter((slice) => !slice.series.startsWith('flow:')),
    steady: undisturbed(phases).map(({ startMicros, endMicros }) => ({
      fromMicros: startMicros,
      untilMicros: endMicros,
    })),
    endMicros,
  };
  return records.map((record, index) => {
    const result = played[index]?.result;
    const turns = result?.turns ?? null;
    const startAtMicros = startOf(played[index]);
    if (record.observation === null || turns === null || startAtMicros === null) return record;
    const attempts = deriveAttempts(turns.during, turns.before, startAtMicros, load);
    return { ...record, observation: { ...record.observation, attempts } };
  });
}

/** When the load began, on the clock of the proxy: what was cleared is known on both. */
function startOf(played: PlayedFault | undefined): number | null {
  const onClock = played?.result?.clearedAtMicros ?? null;
  const fromStart = played?.clearedAtMicros ?? null;
  return onClock === null || fromStart === null ? null : onClock - fromStart;
}
