// A view as one plain line, for logs and pipes.

import { formatRate } from '../kernel/units.ts';
import {
  begunWords,
  errorWords,
  formatBad,
  formatClock,
  formatRanked,
  formatSlowest,
  phaseWords,
} from './live-words.ts';
import type { RunView } from './live-view.ts';

/** `after  42s/1m40s  steady  begun 39.8/s of 40/s  ok 79.1/s  …`; no line end, no escape codes. */
export function progressLine(view: RunView): string {
  const { pace, variant, elapsedMicros, plannedMicros } = view;
  const parts = [
    `${variant}  ${formatClock(elapsedMicros)}/${formatClock(plannedMicros)}`,
    phaseWords(view),
    begunWords(pace),
    ...(pace.scheduledUsers === null ? [] : [`users ${pace.users} of ${pace.scheduledUsers}`]),
    ...rateParts(view),
    `in flight ${pace.inFlight}`,
    ...(['waiting', 'dropped', 'unsent'] as const).flatMap((name) =>
      pace[name] > 0 ? [`${name} ${pace[name]}`] : [],
    ),
    ...latencyParts(view),
    ...(view.bad > 0 ? [`bad so far ${view.bad} of ${view.done} (${errorWords(view.errors)})`] : []),
    ...view.active.map(({ id, leftMicros }) => `fault ${id} ${formatClock(leftMicros)} left`),
    ...view.warnings.map((warning) => `WARNING generator: ${warning}`),
  ];
  return parts.join('  ');
}

function rateParts({ rate }: RunView): string[] {
  if (rate === null) return [];
  return [
    `ok ${formatRate(rate.okPerSecond)}`,
    ...((rate.badShare ?? 0) > 0 ? [`bad ${formatBad(rate.badShare)}`] : []),
  ];
}

function latencyParts({ latency }: RunView): string[] {
  if (latency === null) return [];
  const values = [latency.p50, latency.p95, latency.p99].map(formatRanked);
  return [
    `p50/p95/p99 ${values.join('/')}`,
    `slowest ok ${formatSlowest(latency)} in the last ${formatClock(latency.overMicros)}`,
  ];
}
