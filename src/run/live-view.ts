// What people see of a run while it goes: plain data of one moment, and the port of whatever shows it.

import type { ErrorClass } from '../measure/outcome.ts';
import type { RankedValue } from '../measure/quantile.ts';

/** A run among others of one command. */
export interface RunPlace {
  /** `pair 3 of 10` */
  readonly what: string;
  readonly runsDone: number;
  readonly runs: number;
  /** Wall time of the finished runs, each with its start and its reports; null before the first has ended. */
  readonly meanRunMicros: number | null;
  /** One line about the run before; null when there was none. */
  readonly last: string | null;
  /** Nothing runs for so long between two runs; default: 0. */
  readonly pauseMicros?: number;
  /** Fewer runs than planned may be enough; default: no. */
  readonly mayEndEarly?: boolean;
}

/**
 * `atLeast`: no run has ended yet, so only the planned length of the load is known. `atMost`: not all of the runs may be
 * needed; default: they are.
 */
export interface TimeLeft {
  readonly micros: number;
  readonly atLeast: boolean;
  readonly atMost?: boolean;
}

/** Iterations; rates are over the last two seconds, the schedule's over the same two. */
export interface PaceView {
  /** What the arrivals of the schedule ask for; null = the load has none. */
  readonly scheduledPerSecond: number | null;
  /** Whatever the model: with users, their iterations too. */
  readonly begunPerSecond: number;
  readonly onlyArrivals: boolean;
  /** Begun by less than the schedule asks for, by more than chance explains. */
  readonly belowSchedule: boolean;
  /** What the schedule asks for now; null = the load has no users. */
  readonly scheduledUsers: number | null;
  readonly users: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Since the start. */
  readonly dropped: number;
  readonly unsent: number;
}

/** null = too few samples to be printed. Failures rank above every good answer. */
export interface LatencyView {
  readonly p50: RankedValue | null;
  readonly p95: RankedValue | null;
  readonly p99: RankedValue | null;
  /** Of the good answers; null = there was none. */
  readonly slowestOkMicros: number | null;
  /** How far back these look. */
  readonly overMicros: number;
}

/** What has ended, well or badly, within `overMicros`; of the steps, not of whole iterations. */
export interface RateView {
  readonly donePerSecond: number;
  readonly okPerSecond: number;
  /** Between 0 and 1; null when nothing has ended. */
  readonly badShare: number | null;
  readonly overMicros: number;
}

export interface SeriesView {
  readonly name: string;
  readonly rate: RateView;
  readonly latency: LatencyView;
}

/** One second of the past, for curves. */
export interface SecondView {
  /** From the start of the load. */
  readonly second: number;
  readonly okPerSecond: number;
  readonly p50: RankedValue | null;
  readonly p95: RankedValue | null;
  readonly slowestOkMicros: number | null;
}

export interface FaultView {
  readonly id: string;
  /** `latency on postgres` */
  readonly what: string;
  /** Of an active one: until its planned end; of the next one: until it begins. */
  readonly leftMicros: number;
}

export interface RunView {
  readonly title: string;
  readonly variant: string;
  readonly place: RunPlace | null;
  readonly stage: 'starting' | 'load' | 'draining' | 'stopping';
  /** `warmup`, `steady`, `fault:<id>`, `recovery:<id>`; empty while starting. */
  readonly phases: readonly string[];
  /** Of the load; while starting: of the start. */
  readonly elapsedMicros: number;
  readonly plannedMicros: number;
  /** Of all runs of the command; null when there is only this one. */
  readonly left: TimeLeft | null;
  readonly pace: PaceView;
  /** null until something has ended. */
  readonly rate: RateView | null;
  readonly latency: LatencyView | null;
  /** Steps that have ended since the start, and what went wrong with them. */
  readonly done: number;
  readonly bad: number;
  readonly errors: Readonly<Partial<Record<ErrorClass, number>>>;
  readonly active: readonly FaultView[];
  readonly next: FaultView | null;
  /** About the generator and the numbers themselves. */
  readonly warnings: readonly string[];
  /** Busiest first. */
  readonly series: readonly SeriesView[];
  /** The last minute; a second that nothing is known of is missing. */
  readonly history: readonly SecondView[];
}

/** Shows views in place. Lines said meanwhile go above it: that is the business of whoever made it. */
export interface LiveView {
  show(view: RunView): void;
  /** Nothing runs any more. */
  clear(): void;
}
