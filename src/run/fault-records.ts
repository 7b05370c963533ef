// Faults as the record tells them, and what about them makes a run invalid.

import { faultParameters } from '../faults/registry.ts';
import type { FaultRecord, FidelityCheck, SloRecord } from '../record/schema.ts';
import { occurrenceName } from '../record/fault-name.ts';
import { promiseFrom } from '../slo/gates.ts';
import { faultIdsOf } from '../slo/reading.ts';
import type { PlayedFault } from './timeline.ts';

/** `stopped`: the run was, by a person or a promise; what was cut short by that cannot have been as asked. */
export function faultRecord(played: PlayedFault, stopped: boolean): FaultRecord {
  const { fault, result } = played;
  const fidelity = result?.fidelity ?? [];
  return {
    id: fault.id,
    kind: fault.fault.kind,
    on: fault.on,
    with: { ...faultParameters(fault.fault, fault.on), ...hitBy(result) },
    plannedAtMicros: fault.atMicros,
    plannedForMicros: fault.forMicros,
    effectAtMicros: played.effectAtMicros,
    clearedAtMicros: played.clearedAtMicros,
    status: result?.status ?? (played.leftBehind === true ? 'undo failed' : 'not injected'),
    ...(played.brokenPromise === null ? {} : { heldBackBy: played.brokenPromise }),
    note: played.note,
    fidelity: stopped && played.cutShort ? fidelity.map(cutShort) : fidelity,
    traffic: result?.traffic ?? { before: null, during: null, status: 'unknown' },
    observation: result?.observation == null ? null : { ...result.observation, attempts: null },
    occurrence: fault.occurrence ?? null,
    steadyAfter: null,
  };
}

const cutShort = (check: FidelityCheck): FidelityCheck =>
  check.status === 'outside'
    ? { ...check, status: 'unmeasured', happened: `${check.happened} (cut short)` }
    : check;

/** Which containers a selector chose: `on` names only the selector. */
const hitBy = (result: PlayedFault['result']): { readonly containers?: string } =>
  result?.hit === undefined ? {} : { containers: result.hit.join(', ') };

/** One reason per fault that did not do what it was asked to do. */
export function faultsThatInvalidate(
  played: readonly PlayedFault[],
  records: readonly FaultRecord[],
  stopped: boolean,
): string[] {
  return records.flatMap((record, index) => {
    const reasons: string[] = [];
    const entry = played[index];
    if (stopped && entry?.cutShort === true) return [];
    const name = occurrenceName(record);
    if (record.status === 'not injected' && entry?.brokenPromise === null) {
      reasons.push(`fault ${name} ${record.note ?? 'was not injected'}`);
    }
    if (record.traffic.status === 'missed') {
      reasons.push(`fault ${name} met no traffic on ${record.on}: nothing was tested`);
    }
    for (const check of record.fidelity) {
      if (check.status !== 'outside') continue;
      reasons.push(`fault ${name}: ${check.name} was ${check.happened}, asked for ${check.asked}`);
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
          `fault ${occurrenceName(record)} was not binding: ${check.name} ${check.happened}, asked ${check.asked}`,
      ),
  );

export const undoFailures = (records: readonly FaultRecord[]): string[] =>
  records.flatMap((record) =>
    record.status === 'undo failed'
      ? [`fault ${occurrenceName(record)} could not be undone: ${record.note ?? ''}`]
      : [],
  );

/**
 * A fault that was held back because a steady promise was already broken: that promise fails, and promises about the
 * fault are not judged.
 */
export function judgeHeldBack(slo: readonly SloRecord[], faults: readonly FaultRecord[]): SloRecord[] {
  const heldBack = faults.filter((fault) => fault.heldBackBy !== undefined);
  return slo.map((record) => {
    const cause = heldBack.find((fault) => fault.heldBackBy === record.text);
    // Also where `on_no_data` makes less of it: that it is broken is known.
    if (cause !== undefined && record.status !== record.severity) {
      return {
        ...record,
        status: record.severity,
        reason: `significantly broken when ${occurrenceName(cause)} was due`,
      };
    }
    const about = faultIdsOf(promiseFrom(record.text).measure);
    const missed = heldBack.find(({ id }) => about.includes(id));
    if (missed === undefined) return record;
    return {
      ...record,
      status: 'not judged',
      reason: `the fault ${occurrenceName(missed)} was not injected`,
    };
  });
}
