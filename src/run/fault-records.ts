// Faults as the record tells them, and what about them makes a run invalid.

import { faultParameters } from '../faults/registry.ts';
import type { FaultRecord, SloRecord } from '../record/schema.ts';
import type { PlayedFault } from './timeline.ts';

export function faultRecord(played: PlayedFault): FaultRecord {
  const { fault, result } = played;
  return {
    id: fault.id,
    kind: fault.fault.kind,
    on: fault.on,
    with: faultParameters(fault.fault),
    plannedAtMicros: fault.atMicros,
    plannedForMicros: fault.forMicros,
    effectAtMicros: played.effectAtMicros,
    clearedAtMicros: played.clearedAtMicros,
    status: result === null ? 'not injected' : result.status,
    note: played.note,
    fidelity: result?.fidelity ?? [],
    traffic: result?.traffic ?? { before: null, during: null, status: 'unknown' },
    observation: result?.observation ?? null,
  };
}

/** One reason per fault that did not do what it was asked to do. */
export function faultsThatInvalidate(
  played: readonly PlayedFault[],
  records: readonly FaultRecord[],
): string[] {
  return records.flatMap((record, index) => {
    const reasons: string[] = [];
    const entry = played[index];
    if (record.status === 'not injected' && entry?.brokenPromise === null) {
      reasons.push(`fault ${record.id} ${record.note ?? 'was not injected'}`);
    }
    if (record.traffic.status === 'missed') {
      reasons.push(`fault ${record.id} met no traffic on ${record.on}: nothing was tested`);
    }
    for (const check of record.fidelity) {
      if (check.status !== 'outside') continue;
      reasons.push(`fault ${record.id}: ${check.name} was ${check.happened}, asked for ${check.asked}`);
    }
    return reasons;
  });
}

/** One note per fault that the traffic gave nothing to do: its promises were kept without it. */
export const idleFaults = (records: readonly FaultRecord[]): string[] =>
  records.flatMap((record) =>
    record.fidelity
      .filter((check) => check.status === 'not binding')
      .map(
        (check) =>
          `fault ${record.id} was not binding: ${check.name} ${check.happened}, asked ${check.asked}`,
      ),
  );

export const undoFailures = (records: readonly FaultRecord[]): string[] =>
  records.flatMap((record) =>
    record.status === 'undo failed' ? [`fault ${record.id} could not be undone: ${record.note ?? ''}`] : [],
  );

/**
 * A fault that was held back because a steady promise was already broken: that promise fails, and promises about the
 * fault are not judged.
 */
export function judgeHeldBack(slo: readonly SloRecord[], played: readonly PlayedFault[]): SloRecord[] {
  const heldBack = played.filter((entry) => entry.brokenPromise !== null);
  return slo.map((record) => {
    const cause = heldBack.find((entry) => entry.brokenPromise === record.text);
    if (cause !== undefined && record.status !== 'fail' && record.status !== 'warn') {
      return {
        ...record,
        status: record.severity,
        reason: `significantly broken when ${cause.fault.id} was due`,
      };
    }
    const about = heldBack.find((entry) => mentions(record.text, entry.fault.id));
    if (about === undefined) return record;
    return { ...record, status: 'not judged', reason: `the fault ${about.fault.id} was not injected` };
  });
}

function mentions(promise: string, faultId: string): boolean {
  return (
    promise.includes(`fault:${faultId}`) ||
    promise.includes(`recovery:${faultId}`) ||
    new RegExp(`(recovery|detection|deficit)\\(${faultId.replace(/[^\w-]/g, '.')}\\)`).test(promise)
  );
}
