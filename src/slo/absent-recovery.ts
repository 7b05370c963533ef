// Why a run has no phase `recovery:<id>`: nothing had to recover, or the fault was in effect until the load was over.

import type { RunRecord } from '../record/schema.ts';
import { noReading } from './metrics/metric.ts';
import type { Reading } from './metrics/metric.ts';

const prefix = 'recovery:';

/** `during`: phases that are all recoveries, none of which the run had. */
export function absentRecovery({ faults, load }: RunRecord, during: readonly string[]): Reading {
  const ids = during.map((name) => name.slice(prefix.length));
  const lasting = faults.find(
    ({ id, effectAtMicros, clearedAtMicros }) =>
      ids.includes(id) &&
      effectAtMicros !== null &&
      (clearedAtMicros === null || clearedAtMicros >= load.elapsedMicros),
  );
  if (lasting !== undefined) {
    const why = `the fault \`${lasting.id}\` was in effect until the end of the load`;
    return noReading(`${why}: nothing is known of what came after it`);
  }
  const note = `there was no phase \`${during.join(', ')}\`: nothing had to recover`;
  return { ...noReading(note), nothingToJudge: true };
}

/** Whether recoveries alone are asked for. */
export const asksRecoveryOnly = (during: readonly string[]): boolean =>
  during.length > 0 && during.every((name) => name.startsWith(prefix));
