// Faults in words: what was asked for, what happened, what the proxy saw.

import type { FaultRecord } from '../record/schema.ts';
import { formatDuration, formatSize } from '../kernel/units.ts';
import { formatNamed, formatValue, plural } from './words.ts';

/** Neutral values that only repeat what is usual. */
const usual = new Set(['toxicity 100%', 'jitter 0ms', 'jitter 0µs']);

/** `latency on postgres: latency 25ms, jitter 5ms` */
export function faultText(fault: FaultRecord): string {
  const parameters = Object.entries(fault.with)
    .map(([name, value]) => formatNamed(name, value))
    .filter((text) => !usual.has(text));
  const asked = parameters.length === 0 ? '' : `: ${parameters.join(', ')}`;
  return `${fault.kind} on ${fault.on}${asked}`;
}

const checkWords: Readonly<Record<string, string>> = {
  within: 'as asked',
  outside: 'not as asked',
  'not binding': 'not binding',
  unmeasured: 'not measured',
};

export function faultRow(fault: FaultRecord) {
  const { effectAtMicros: effect, clearedAtMicros: cleared, traffic } = fault;
  const known = traffic.before !== null && traffic.during !== null;
  return {
    id: fault.id,
    asked: faultText(fault),
    planned: `at ${moment(fault.plannedAtMicros)} for ${formatDuration(fault.plannedForMicros)}`,
    effectAt: effect === null ? 'never' : `at ${moment(effect)}`,
    lasted: effect === null || cleared === null ? '–' : formatDuration(cleared - effect),
    traffic: traffic.status,
    trafficClass: traffic.status,
    trafficFigures: known ? `${traffic.before ?? 0} before, ${traffic.during ?? 0} during` : '',
    checks: fault.fidelity.map((check) => ({
      name: check.name,
      asked: check.asked,
      happened: check.happened,
      status: checkWords[check.status] ?? check.status,
      statusClass: check.status.replaceAll(' ', '-'),
    })),
    state: fault.status,
    stateClass: fault.status === 'undo failed' ? 'fail' : fault.status.replaceAll(' ', '-'),
    note: fault.note ?? '',
  };
}

const moment = (micros: number): string => (micros === 0 ? '0s' : formatDuration(micros));

/** What the embedded proxy saw while a fault was active; empty for other proxies. */
export function observationRow(fault: FaultRecord) {
  const seen = fault.observation;
  if (seen === null) return [];
  return [
    {
      id: fault.id,
      link: fault.on,
      connections: seen.connections,
      refused: seen.refused,
      resets: seen.resets,
      bytesUp: formatSize(seen.bytesUp),
      bytesDown: formatSize(seen.bytesDown),
      p50: formatValue(seen.addedDelayMicros?.p50 ?? null, 'µs'),
      p99: formatValue(seen.addedDelayMicros?.p99 ?? null, 'µs'),
      samples: seen.addedDelayMicros === null ? '–' : String(seen.addedDelayMicros.count),
    },
  ];
}

/** `2 faults injected and undone`, `1 of 2 faults injected, an undo failed` */
export function faultSummary(faults: readonly FaultRecord[]): string {
  if (faults.length === 0) return 'none';
  const injected = faults.filter((fault) => fault.status !== 'not injected').length;
  const undone = faults.filter((fault) => fault.status === 'undone').length;
  const head =
    injected === faults.length
      ? plural(injected, 'fault')
      : `${injected} of ${plural(faults.length, 'fault')}`;
  if (undone < injected) return `${head} injected, ${injected - undone} not undone`;
  return injected === 0 ? `${head} injected` : `${head} injected and undone`;
}
