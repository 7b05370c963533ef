// What faults did to the promises, in words: when it showed, when they held again, what is missing, what it spent.

import { occurrenceName } from '../record/fault-name.ts';
import { type ImpactRecord, noSteadyPhase } from '../record/impact-schema.ts';
import type { FaultRecord } from '../record/schema.ts';
import { formatDuration, formatShare, significant } from '../kernel/units.ts';
import { formatValue } from './words.ts';

interface ImpactRow {
  readonly id: string;
  readonly detection: string;
  readonly recovery: string;
  readonly missing: string;
  readonly peak: string;
  /** One per steady promise. */
  readonly budget: readonly { readonly promise: string; readonly spent: string }[];
  readonly note: string;
}

/** Empty for a fault that never was in effect, and in records of earlier versions. */
export function impactRow(fault: FaultRecord): ImpactRow[] {
  const { impact } = fault;
  if (impact === undefined) return [];
  const { recoveryAtLeast, deficit, budget, reason } = impact;
  return [
    {
      id: occurrenceName(fault),
      detection: detectionText(impact),
      recovery: recoveryText(impact),
      missing: formatValue(deficit, 'count', recoveryAtLeast),
      peak: peakText(impact),
      budget: budget.map((spent) => ({ promise: spent.promise, spent: spentText(spent) })),
      note: reason ?? '',
    },
  ];
}

const moment = (micros: number): string => (micros === 0 ? '0s' : formatDuration(micros));

/** Where something else than the deficit cannot be told, it might be this. */
function detectionText({ detectionMicros, reason }: ImpactRecord): string {
  if (detectionMicros !== null) return `after ${moment(detectionMicros)}`;
  return reason === null || reason === noSteadyPhase ? 'never' : '–';
}

/** `3s, relapsed`, `≥ 11s, not reached` */
function recoveryText({ recoveryMicros, recoveryAtLeast, relapsed }: ImpactRecord): string {
  if (recoveryMicros === null) return '–';
  const again = relapsed ? ', relapsed' : '';
  return recoveryAtLeast
    ? `≥ ${moment(recoveryMicros)}, not reached${again}`
    : `${moment(recoveryMicros)}${again}`;
}

function peakText({ peakErrorRate, peakAtMicros }: ImpactRecord): string {
  if (peakErrorRate === null) return '–';
  const at = peakAtMicros === null || peakErrorRate === 0 ? '' : ` at ${moment(peakAtMicros)}`;
  return `${formatShare(peakErrorRate)}${at}`;
}

/** `240% of it: 120 bad, 50 allowed` */
function spentText({ bad, allowed }: ImpactRecord['budget'][number]): string {
  const counts = `${bad} bad, ${significant(allowed)} allowed`;
  return allowed > 0 ? `${formatShare(bad / allowed)} of it: ${counts}` : counts;
}
