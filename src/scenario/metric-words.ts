// What each metric means, for people: one line each, in the order of the registry.

import { metrics } from '../slo/metrics/registry.ts';
import type { Metric } from '../slo/metrics/metric.ts';

/** A metric as `mettle slo list` tells it. */
export interface DescribedMetric {
  /** As it is written: `apdex(<series>, 500ms)`. */
  readonly written: string;
  readonly name: string;
  readonly unit: Metric['unit'];
  readonly better: Metric['better'];
  readonly about: string;
}

const words: Readonly<Record<string, string>> = {
  'p1…p99.99': 'response time that this share of all that was offered stayed within; failures rank last',
  mean: 'mean response time; a failure counts as the longest wait',
  max: 'slowest response',
  error_rate: 'share of what was offered that was not answered well',
  availability: 'share of what was offered that was answered well',
  achieved: 'share of what was offered that was answered at all, whatever the status',
  dropped: 'share of what was offered that found no room to start',
  throughput: 'good answers per second',
  apdex: 'satisfied within the threshold, half of those within four times of it',
  burn: 'how many times too fast the error budget goes, in a long and a short window at once',
  budget_spent: 'share of the whole error budget that was spent',
  first_byte: 'from the start of a request to the head of its answer (p95)',
  connect: 'until a connection was open (p95)',
  dns: 'looking up the name (p95)',
  tls: 'the TLS handshake (p95)',
  first_event: 'from the start of a streamed answer to its first event (p95)',
  event_gap: 'from one event of a streamed answer to the next (p95)',
  round_trip: 'from a WebSocket message to the end of its reply (p95)',
  ping: 'from a WebSocket ping to its pong (p95)',
  reconnect: 'from the loss of a WebSocket to its replacement (p95)',
  broadcast: 'from the sending of a message to each of its copies (p95)',
  fanout_first: 'from the sending of a message to its first subscriber (p95)',
  fanout_median: 'from the sending of a message to its median subscriber (p95)',
  fanout_last: 'from the sending of a message to its last subscriber (p95)',
  broadcast_loss: 'share of the expected copies of broadcasts that never came',
  duplicates: 'further copies of a broadcast where there was one already',
  out_of_order: 'copies of broadcasts that came after a later message of the same sender',
  unmatched: 'WebSocket messages that nobody waited for',
  connections_lost: 'WebSockets that ended unasked',
  pongs_missed: 'pings whose pong did not come in time',
  bytes: 'received per complete answer, on average',
  rate: 'starts per second, by when they really started',
  count: 'how often it was really started',
  recovery: 'from the end of a fault until all is well again',
  detection: 'from the effect of a fault until it shows',
  deficit: 'good answers missing because of a fault',
  peak_error_rate: 'worst second of a fault, until recovered',
  retry_amplification: 'attempts per request during a fault, against the time before it',
  attempts: 'how often the service tried a dependency during a fault',
  hold: 'longest that the service held a stalled attempt: its real timeout',
  silence: 'longest time during a fault without an attempt',
  probes: 'how often a half-open circuit breaker tried again',
  cpu: 'share that is busy of the cores it may use (mean)',
  cores: 'how many cores it keeps busy (mean)',
  memory: 'memory in use (highest)',
  memory_share: 'memory of a container as a share of its limit (highest)',
  threads: 'threads of all its processes (most)',
  open_files: 'open descriptors of all its processes (most)',
  sockets: 'of the open descriptors, those that are sockets (most)',
  processes: 'processes in a container (most)',
  restarts: 'how often another process or container took its place',
  oom_kills: 'how often the kernel ended something in a container for want of memory',
  memory_growth: 'share by which its memory after the load exceeds that before it',
  sockets_left: 'sockets that are open after the load and were not before it',
  open_files_left: 'descriptors that are open after the load and were not before it',
  metric: "one of the target's own metrics: counters per second, gauges, quantiles of histograms",
};

const subjects: Readonly<Record<Metric['subject'], string>> = {
  series: '<series>',
  fault: '<fault>',
  link: '<dependency>',
  observed: '<target>',
  scraped: '<name>{<label>="…"}',
};

const argumentWords: Readonly<Record<Metric['argument'], string>> = {
  none: '',
  outcome: '',
  statistic: '[, <statistic>]',
  duration: ', 500ms',
  target: ', 99.9%',
};

/** All metrics of the registry. */
export const describedMetrics = (): DescribedMetric[] =>
  metrics.map(({ name, unit, better, subject, argument }: Metric) => ({
    written: `${name}(${subjects[subject]}${argumentWords[argument]})`,
    name,
    unit,
    better,
    about: words[name] ?? '',
  }));
