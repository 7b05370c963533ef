// A line of progress every two seconds: what is offered, what is in flight, what comes back, which fault is active.

import { addCounts } from '../measure/counts.ts';
import { createHistogram, decodeInto, valueAtRank } from '../measure/histogram.ts';
import { rankOf, samplesNeeded } from '../measure/quantile.ts';
import { emptyCounts } from '../measure/slice.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import { formatDuration, formatRate, formatShare, microsToSeconds } from '../kernel/units.ts';

export interface RunProgress {
  add(snapshot: Snapshot): void;
  /** A fault took or lost effect. */
  readonly fault: (id: string, active: boolean) => void;
}

const everyMicros = 2_000_000;

export function createProgress(
  label: string,
  plannedMicros: number,
  say: (line: string) => void,
): RunProgress {
  const active = new Set<string>();
  const inFlight = new Map<number, number>();
  let latency = createHistogram();
  let counts = emptyCounts();
  let saidAtMicros = 0;
  const line = (atMicros: number): string => {
    const seconds = microsToSeconds(atMicros - saidAtMicros);
    const bad = counts.failed + counts.censored + counts.dropped + counts.unsent;
    const total = [...inFlight.values()].reduce((sum, value) => sum + value, 0);
    const latencies = [0.5, 0.95, 0.99].map((quantile) => {
      const enough = latency.totalCount >= samplesNeeded(quantile);
      return enough ? formatDuration(valueAtRank(latency, rankOf(quantile, latency.totalCount))) : '–';
    });
    const parts = [
      `${label} ${Math.round(microsToSeconds(atMicros))}s/${Math.round(microsToSeconds(plannedMicros))}s`,
      `offered ${formatRate(counts.offered / seconds)}`,
      `ok ${formatRate(counts.okEnded / seconds)}`,
      `in flight ${total}`,
      `p50/p95/p99 ${latencies.join('/')}`,
      `failed ${formatShare(counts.offered === 0 ? 0 : bad / counts.offered)}`,
      ...(active.size === 0 ? [] : [`fault ${[...active].join(', ')}`]),
    ];
    return parts.join('  ');
  };
  return {
    add: (snapshot) => {
      inFlight.set(snapshot.thread, snapshot.progress.inFlight);
      for (const delta of snapshot.deltas) {
        if (delta.series.startsWith('flow:')) continue;
        addCounts(counts, delta.counts);
        if (delta.histograms.response !== undefined) decodeInto(latency, delta.histograms.response);
      }
      if (snapshot.atMicros - saidAtMicros < everyMicros) return;
      say(line(snapshot.atMicros));
      saidAtMicros = snapshot.atMicros;
      latency = createHistogram();
      counts = emptyCounts();
    },
    fault: (id, isActive) => {
      if (isActive) active.add(id);
      else active.delete(id);
    },
  };
}
