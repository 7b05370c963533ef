// Every metric Mettle can judge. A new one is a file beside this and a line in this list.

import { achieved } from './achieved.ts';
import { apdex } from './apdex.ts';
import { attempts } from './attempts.ts';
import { availability } from './availability.ts';
import { broadcastLoss } from './broadcast-loss.ts';
import { broadcast } from './broadcast.ts';
import { budgetSpent } from './budget-spent.ts';
import { burn } from './burn.ts';
import { bytes } from './bytes.ts';
import { connect } from './connect.ts';
import { connectionsLost } from './connections-lost.ts';
import { cores } from './cores.ts';
import { count } from './count.ts';
import { cpu } from './cpu.ts';
import { deficit } from './deficit.ts';
import { detection } from './detection.ts';
import { dns } from './dns.ts';
import { dropped } from './dropped.ts';
import { duplicates } from './duplicates.ts';
import { errorRate } from './error-rate.ts';
import { eventGap } from './event-gap.ts';
import { fanoutFirst } from './fanout-first.ts';
import { fanoutLast } from './fanout-last.ts';
import { fanoutMedian } from './fanout-median.ts';
import { firstByte } from './first-byte.ts';
import { firstEvent } from './first-event.ts';
import { hold } from './hold.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { memoryGrowth } from './memory-growth.ts';
import { memoryShare } from './memory-share.ts';
import { memory } from './memory.ts';
import type { Metric } from './metric.ts';
import { openFilesLeft } from './open-files-left.ts';
import { openFiles } from './open-files.ts';
import { outOfMemory } from './out-of-memory.ts';
import { outOfOrder } from './out-of-order.ts';
import { peakErrorRate } from './peak-error-rate.ts';
import { percentile } from './percentile.ts';
import { ping } from './ping.ts';
import { pongsMissed } from './pongs-missed.ts';
import { probes } from './probes.ts';
import { processCount } from './process-count.ts';
import { rate } from './rate.ts';
import { reconnect } from './reconnect.ts';
import { recovery } from './recovery.ts';
import { restarts } from './restarts.ts';
import { retryAmplification } from './retry-amplification.ts';
import { scraped } from './scraped.ts';
import { roundTrip } from './round-trip.ts';
import { silence } from './silence.ts';
import { socketsLeft } from './sockets-left.ts';
import { sockets } from './sockets.ts';
import { threads } from './threads.ts';
import { throughput } from './throughput.ts';
import { tls } from './tls.ts';
import { unmatched } from './unmatched.ts';

export const metrics = [
  percentile,
  mean,
  max,
  errorRate,
  availability,
  achieved,
  dropped,
  throughput,
  apdex,
  burn,
  budgetSpent,
  firstByte,
  connect,
  dns,
  tls,
  firstEvent,
  eventGap,
  roundTrip,
  ping,
  reconnect,
  broadcast,
  fanoutFirst,
  fanoutMedian,
  fanoutLast,
  broadcastLoss,
  duplicates,
  outOfOrder,
  unmatched,
  connectionsLost,
  pongsMissed,
  bytes,
  rate,
  count,
  recovery,
  detection,
  deficit,
  peakErrorRate,
  retryAmplification,
  attempts,
  hold,
  silence,
  probes,
  cpu,
  cores,
  memory,
  memoryShare,
  threads,
  openFiles,
  sockets,
  processCount,
  restarts,
  outOfMemory,
  memoryGrowth,
  socketsLeft,
  openFilesLeft,
  scraped,
] as const satisfies readonly Metric[];

/** The metric that a name such as `p95` or `error_rate` means. */
export function metricNamed(name: string): Metric | undefined {
  return metrics.find((metric) => metric.pattern.test(name));
}
