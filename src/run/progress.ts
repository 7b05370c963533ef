// A line of progress every few seconds: what is offered, what comes back, what is broken right now.

import { formatDuration, formatRate, formatShare, microsToSeconds } from '../kernel/units.ts';

export interface LiveNumbers {
  readonly atMicros: number;
  readonly offeredPerSecond: number;
  readonly okPerSecond: number;
  readonly inFlight: number;
  readonly failedShare: number;
  readonly p50Micros: number | null;
  readonly p95Micros: number | null;
  readonly p99Micros: number | null;
}

export function progressLine(label: string, live: LiveNumbers, plannedMicros: number, faults: readonly string[]): string {
  const latency = [live.p50Micros, live.p95Micros, live.p99Micros].map((value) =>
    value === null ? '–' : formatDuration(value),
  );
  const clock = `${Math.round(microsToSeconds(live.atMicros))}s/${Math.round(microsToSeconds(plannedMicros))}s`;
  const parts = [
    `${label} ${clock}`,
    `offered ${formatRate(live.offeredPerSecond)}`,
    `ok ${formatRate(live.okPerSecond)}`,
    `in flight ${live.inFlight}`,
    `p50/p95/p99 ${latency.join('/')}`,
    `failed ${formatShare(live.failedShare)}`,
  ];
  return faults.length === 0 ? parts.join('  ') : `${parts.join('  ')}  fault ${faults.join(', ')}`;
}
