// The unit of stored measurement: what one series did in one second (or up to the next phase edge).

import type { Histogram } from 'hdr-histogram-js';
import type { ErrorClass } from './outcome.ts';

/** Durations that engines report beside the latencies of samples. */
export type ObservedKind =
  | 'firstEvent'
  | 'eventGap'
  | 'ping'
  | 'reconnect'
  | 'delivery'
  | 'fanoutFirst'
  | 'fanoutMedian'
  | 'fanoutLast';

/**
 * What engines count beside the offered work. `missing`, `late`, `duplicate` and `outOfOrder` are deliveries of broadcasts
 * (`expected = delivered + missing`; `late` ones are among the missing; `excused` ones are no longer expected, because
 * their subscriber was cut off before they came); `incomplete` are messages with a missing delivery; `closed` are
 * connections lost unasked.
 */
export const tallyNames = [
  'redirects',
  'events',
  'unmatched',
  'pings',
  'pongsMissed',
  'closed',
  'reconnects',
  'published',
  'expected',
  'delivered',
  'missing',
  'excused',
  'incomplete',
  'late',
  'duplicate',
  'outOfOrder',
] as const;

export type TallyName = (typeof tallyNames)[number];

export interface SliceCounts {
  /** offered = started + dropped + unsent */
  offered: number;
  /** started = ok + failed + censored */
  started: number;
  ok: number;
  failed: number;
  dropped: number;
  unsent: number;
  censored: number;
  /** Steps that an earlier failure of the same iteration kept from being offered. */
  skipped: number;
  /** Complete answers of any status. */
  answered: number;
  /** Good answers by the second in which they ENDED (throughput), unlike all other counts (by due time). */
  okEnded: number;
  /** Started ones by when they STARTED, whatever they were in flight through: what others see of the load at that time. */
  begun: number;
  bytes: number;
  errors: Partial<Record<ErrorClass, number>>;
  /** What was counted beside the offered work. */
  tallies: Partial<Record<TallyName, number>>;
  statuses: Record<string, number>;
}

/** Histograms of a slice; values in integer microseconds, 3 significant digits. Absent = nothing recorded. */
export interface SliceHistograms {
  /** Good answers: end − due (end − start where no due time exists). */
  response?: Histogram;
  /** Good answers: end − actual start. */
  service?: Histogram;
  /** Failed and censored ones, the same two. */
  responseFailed?: Histogram;
  serviceFailed?: Histogram;
  connect?: Histogram;
  dns?: Histogram;
  tls?: Histogram;
  firstByte?: Histogram;
  /** Streamed answers: start to the first event, and from one event to the next. */
  firstEvent?: Histogram;
  eventGap?: Histogram;
  /** WebSocket: ping to pong, and the loss of a connection to its replacement. */
  ping?: Histogram;
  reconnect?: Histogram;
  /** Broadcasts: publication to each delivery, and per message to its first, median and last subscriber. */
  delivery?: Histogram;
  fanoutFirst?: Histogram;
  fanoutMedian?: Histogram;
  fanoutLast?: Histogram;
}

export const histogramKinds = [
  'response',
  'service',
  'responseFailed',
  'serviceFailed',
  'connect',
  'dns',
  'tls',
  'firstByte',
  'firstEvent',
  'eventGap',
  'ping',
  'reconnect',
  'delivery',
  'fanoutFirst',
  'fanoutMedian',
  'fanoutLast',
] as const satisfies readonly (keyof SliceHistograms)[];

/**
 * A slice begins at a phase edge or a whole second after one and ends at the next second or edge.
 * A sample belongs to the slice of its due (or start) time; one in flight when a fault took effect
 * belongs to the slice that begins at that moment.
 */
export interface Slice {
  readonly series: string;
  /** From the start of the load. */
  readonly startMicros: number;
  readonly endMicros: number;
  readonly counts: SliceCounts;
  readonly histograms: SliceHistograms;
}

export const emptyCounts = (): SliceCounts => ({
  offered: 0,
  started: 0,
  ok: 0,
  failed: 0,
  dropped: 0,
  unsent: 0,
  censored: 0,
  skipped: 0,
  answered: 0,
  okEnded: 0,
  begun: 0,
  bytes: 0,
  errors: {},
  tallies: {},
  statuses: {},
});
