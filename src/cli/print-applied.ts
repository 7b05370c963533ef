// A fault applied by hand, on the terminal: what would be done, and what was seen of it.

import { faultParameters } from '../faults/registry.ts';
import { formatDuration, formatSize } from '../kernel/units.ts';
import type { PreparedPlace } from '../run/apply-fault.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { AppliedDocument } from './applied-document.ts';
import { type Output, tone } from './output.ts';

export function printPlanned(output: Output, scheduled: ScheduledFault, place: PreparedPlace): void {
  const { id, fault, on, forMicros } = scheduled;
  const parameters = faultParameters(fault, on);
  const { where, details, undo } = place;
  output.document({ id, kind: fault.kind, on, where, details, with: parameters, forMicros, undo });
  const words = [fault.kind, ...Object.entries(parameters).map(([key, value]) => `${key} ${value}`)];
  output.result(`would inject ${words.join(', ')} for ${formatDuration(forMicros)}`);
  output.result(`  on ${where} (${details.join(', ')})`);
  output.result(`  undo: ${undo}`);
}

export function printApplied(output: Output, applied: AppliedDocument): void {
  output.document(applied);
  const { id, on, status, note, lastedMicros, endedEarly, fidelity } = applied;
  const early = endedEarly ? ', ended by hand' : '';
  const how =
    status === 'undone' ? tone('good').replace('good', 'undone') : tone('fail').replace('fail', status);
  output.result(`${id} on ${on}: ${formatDuration(lastedMicros)}${early}; ${how}`);
  if (note !== null) output.result(`  NOT undone: ${note}`);
  for (const check of fidelity) {
    const mark = check.status === 'outside' ? tone('fail').replace('fail', 'outside') : check.status;
    output.result(`  ${mark}  ${check.name}: asked ${check.asked}, happened ${check.happened}`);
  }
  output.result(`  traffic: ${trafficWords(applied)}`);
}

function trafficWords({ traffic, observation }: AppliedDocument): string {
  if (traffic.status === 'unknown') return 'not known: nobody could see what met the fault';
  const seen =
    observation === null
      ? ''
      : `; ${observation.connections} new connections, ${formatSize(observation.bytesUp)} up, ${formatSize(observation.bytesDown)} down`;
  switch (traffic.status) {
    case 'seen':
      return `${traffic.during ?? 0} attempts met the fault${seen}`;
    case 'avoided':
      return 'there was some before, and none while the fault was on';
    default:
      return 'none: nothing has met the fault';
  }
}
