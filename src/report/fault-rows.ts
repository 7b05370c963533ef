// Faults in words: what was asked for, what happened, what the proxy saw.

import { occurrenceName } from '../record/fault-name.ts';
import type { FaultRecord } from '../record/schema.ts';
import { formatDuration, formatSize } from '../kernel/units.ts';
import { formatNamed, formatValue } from './words.ts';

/** Neutral values that only repeat what is usual. */
const usual = new Set(['toxicity 100%', 'jitter 0ms', 'jitter 0µs', 'variation 0B', 'delay 0ms']);

/** `latency on postgres: latency 25ms, jitter 5ms` */
function faultText(fault: FaultRecord): string {
  const parameters = Object.entries(fault.with)
    .map(([name, value]) => formatNamed(name, value))
    .filter((text) => !usual.has(text));
  const asked = parameters.length === 0 ? '' : `: ${parameters.join(', ')}`;
  return `${fault.kind} on ${fault.on}${asked}`;
}

const checkWords = {
  within: { sign: '✓', status: 'as asked' },
  outside: { sign: '✗', status: 'not as asked' },
  'not binding': { sign: '–', status: 'not binding' },
  unmeasured: { sign: '–', status: 'not measured' },
} as const;

export function faultRow(fault: FaultRecord) {
  const { effectAtMicros: effect, clearedAtMicros: cleared, traffic } = fault;
  const known = traffic.before !== null && traffic.during !== null;
  return {
    id: occurrenceName(fault),
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
      ...checkWords[check.status],
      statusClass: check.status.replaceAll(' ', '-'),
      idle: check.status === 'not binding',
    })),
    state: fault.status,
    stateClass: fault.status === 'undo failed' ? 'fail' : fault.status.replaceAll(' ', '-'),
    note: [fault.note, steadyAfterText(fault)].filter((text) => text !== null && text !== '').join('; '),
  };
}

/** `steady again afterwards`, `NOT steady afterwards: p95(query) < 2s (57 of 120 bad)` */
function steadyAfterText({ steadyAfter }: FaultRecord): string {
  if (steadyAfter === null) return '';
  const { status, promise, bad, samples } = steadyAfter;
  if (status === 'holds') return `steady afterwards (${samples} samples)`;
  if (status === 'broken') return `NOT steady afterwards: ${promise ?? ''} (${bad} of ${samples} bad)`;
  return `steady afterwards: unknown (${samples} samples)`;
}

const moment = (micros: number): string => (micros === 0 ? '0s' : formatDuration(micros));

/** What the embedded proxy saw while a fault was active; empty for other proxies. */
export function observationRow(fault: FaultRecord) {
  const seen = fault.observation;
  if (seen === null) return [];
  return [
    {
      id: occurrenceName(fault),
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

/** `2 injected, all undone`, `1 of 2 injected, 1 not undone`, `2 injected, 1 not binding, all undone` */
export function faultSummary(faults: readonly FaultRecord[]): string {
  if (faults.length === 0) return 'none';
  const injected = faults.filter((fault) => fault.status !== 'not injected').length;
  const undone = faults.filter((fault) => fault.status === 'undone').length;
  const idle = faults.filter(({ fidelity }) =>
    fidelity.some((check) => check.status === 'not binding'),
  ).length;
  const all = injected === faults.length ? '' : ` of ${faults.length}`;
  const head = `${injected}${all} injected${idle === 0 ? '' : `, ${idle} not binding`}`;
  if (injected === 0) return head;
  return undone < injected ? `${head}, ${injected - undone} not undone` : `${head}, all undone`;
}
