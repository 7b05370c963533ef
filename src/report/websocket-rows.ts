// WebSockets beside their steps: what was measured between them, what happened to connections, where broadcasts went.

import { formatShare } from '../kernel/units.ts';
import type { LatencyRecord, RunRecord, SeriesRecord } from '../record/schema.ts';
import { formatValue } from './words.ts';

const measured: readonly (readonly [kind: string, name: string])[] = [
  ['ping', 'ping to pong'],
  ['reconnect', 'loss to reconnection'],
  ['delivery', 'broadcast to each copy'],
  ['fanoutFirst', 'broadcast to the first subscriber'],
  ['fanoutMedian', 'broadcast to the median subscriber'],
  ['fanoutLast', 'broadcast to the last subscriber'],
];

const ofConnections = ['closed', 'reconnects', 'pings', 'pongsMissed', 'unmatched'] as const;

const figure = (latency: LatencyRecord, name: 'p50' | 'p95' | 'p99' | 'max' | 'mean'): string =>
  formatValue(latency[name], 'µs', latency.atLeast.includes(name));

function durationRows(series: SeriesRecord) {
  return measured.flatMap(([kind, what]) => {
    const latency = series.observedMicros[kind];
    if (latency === undefined) return [];
    return [
      {
        series: series.name,
        what,
        p50: figure(latency, 'p50'),
        p95: figure(latency, 'p95'),
        p99: figure(latency, 'p99'),
        max: figure(latency, 'max'),
        mean: figure(latency, 'mean'),
      },
    ];
  });
}

function connectionRow({ name, tallies }: SeriesRecord) {
  if (!ofConnections.some((tally) => tallies[tally] !== undefined)) return [];
  const counts = ofConnections.map((tally) => [tally, tallies[tally] ?? 0]);
  return [
    { series: name, ...(Object.fromEntries(counts) as Record<(typeof ofConnections)[number], number>) },
  ];
}

/** `1,204 (0.3%)`: of all copies that were expected. */
function shareText(count: number, expected: number): string {
  return count === 0 || expected === 0 ? String(count) : `${count} (${formatShare(count / expected)})`;
}

function broadcastRow({ name, tallies }: SeriesRecord) {
  const { published, expected = 0, delivered = 0, missing = 0, incomplete = 0 } = tallies;
  if (published === undefined) return [];
  return [
    {
      series: name,
      published,
      incomplete,
      expected,
      delivered,
      missing: shareText(missing, expected),
      late: tallies['late'] ?? 0,
      duplicate: shareText(tallies['duplicate'] ?? 0, expected),
      outOfOrder: shareText(tallies['outOfOrder'] ?? 0, expected),
      excused: tallies['excused'] ?? 0,
    },
  ];
}

/** False = the run has nothing of the kind. */
export function webSocketView({ series }: RunRecord) {
  const durations = series.flatMap(durationRows);
  const connections = series.flatMap(connectionRow);
  const broadcasts = series.flatMap(broadcastRow);
  if (durations.length + connections.length + broadcasts.length === 0) return false;
  return { durations, connections, broadcasts };
}
