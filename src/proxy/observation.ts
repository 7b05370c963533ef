// What the proxy saw on one link: counters in slices of at most 250 ms, cut at every change of toxics, for five minutes.

import { type AttemptCounts, emptyAttempts } from './attempt-counts.ts';
import { AttemptLog } from './attempts.ts';
import { type DelayHistogram, recordDelay } from './delay-histogram.ts';
import { type ByteTotals, noBytes } from './byte-totals.ts';
import type { Scheduler } from './schedule.ts';
import type { Stream } from './toxic-input.ts';

const sliceMicros = 250_000;
const keptMicros = 310_000_000;

interface StreamCounts {
  /** Pieces read from the source: as many as the network made of them. */
  chunks: number;
  bytesIn: number;
  /** Less than bytesIn where a toxic dropped or still held some. */
  bytesOut: number;
  delays: DelayHistogram;
  /** Added up over connections: how long toxics held data back, told whenever some of it leaves. */
  heldMicros: number;
  /** Ends of the stream read, and how much later they were passed on where a toxic was in the way. */
  ends: number;
  endDelays: DelayHistogram;
}

export interface ObservationSlice {
  readonly startMicros: number;
  /** The planned end; brought forward when the slice is cut. */
  endMicros: number;
  /** Accepted while the proxy was enabled. */
  connections: number;
  /** Turned away because the proxy was disabled. */
  refused: number;
  /** Connections broken off by a toxic. */
  resets: number;
  /** Connections closed by a toxic. */
  closes: number;
  upstream: StreamCounts;
  downstream: StreamCounts;
  readonly attempts: AttemptCounts;
}

/** A time the proxy was disabled. */
export interface Outage {
  readonly downAtMicros: number;
  upAtMicros: number | null;
  /** False when the port was closed, so that the system turned attempts away unseen. */
  readonly attemptsCounted: boolean;
}

export class Observation {
  readonly outages: Outage[] = [];
  readonly attempts: AttemptLog;
  readonly bytes: ByteTotals = noBytes();
  private kept: ObservationSlice[] = [];
  private readonly scheduler: Scheduler;
  private readonly sinceMicros: number;
  private cutAtMicros: number;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
    this.sinceMicros = scheduler.nowMicros();
    this.cutAtMicros = this.sinceMicros;
    this.attempts = new AttemptLog(
      () => scheduler.nowMicros(),
      () => this.slice().attempts,
    );
  }

  connected(): void {
    this.slice().connections += 1;
  }

  refused(): void {
    this.slice().refused += 1;
    this.attempts.refused();
  }

  reset(): void {
    this.slice().resets += 1;
  }

  closed(): void {
    this.slice().closes += 1;
  }

  read(stream: Stream, bytes: number): void {
    const counts = this.slice()[stream];
    counts.chunks += 1;
    counts.bytesIn += bytes;
    this.bytes[stream].received += bytes;
  }

  delivered(stream: Stream, bytes: number, addedDelayMicros: number | null, heldMicros = 0): void {
    const counts = this.slice()[stream];
    counts.bytesOut += bytes;
    this.bytes[stream].sent += bytes;
    counts.heldMicros += heldMicros;
    if (addedDelayMicros !== null) recordDelay(counts.delays, addedDelayMicros);
  }

  endRead(stream: Stream): void {
    this.slice()[stream].ends += 1;
  }

  endDelivered(stream: Stream, delayMicros: number): void {
    recordDelay(this.slice()[stream].endDelays, delayMicros);
  }

  /** Toxics have changed: what follows is another slice. */
  cut(): void {
    this.cutAtMicros = this.scheduler.nowMicros();
    const last = this.kept.at(-1);
    if (last !== undefined) last.endMicros = Math.min(last.endMicros, this.cutAtMicros);
  }

  disabled(attemptsCounted: boolean): void {
    this.cut();
    this.outages.push({ downAtMicros: this.scheduler.nowMicros(), upAtMicros: null, attemptsCounted });
    if (this.outages.length > 1000) this.outages.shift();
  }

  enabled(): void {
    this.cut();
    const last = this.outages.at(-1);
    if (last !== undefined) last.upAtMicros ??= this.scheduler.nowMicros();
  }

  /** Slices with anything in them, oldest first. */
  slices(): readonly ObservationSlice[] {
    return this.kept;
  }

  /** Nothing is known of what was before. */
  knownSinceMicros(): number {
    return Math.max(this.sinceMicros, this.scheduler.nowMicros() - keptMicros + sliceMicros);
  }

  private slice(): ObservationSlice {
    const nowMicros = this.scheduler.nowMicros();
    const last = this.kept.at(-1);
    if (last !== undefined && nowMicros < last.endMicros) return last;
    while ((this.kept[0]?.endMicros ?? nowMicros) < nowMicros - keptMicros) this.kept.shift();
    const gridMicros = Math.floor(nowMicros / sliceMicros) * sliceMicros;
    const startMicros = Math.max(gridMicros, this.cutAtMicros);
    const slice = emptySlice(startMicros, gridMicros + sliceMicros);
    this.kept.push(slice);
    return slice;
  }
}

const emptyCounts = (): StreamCounts => ({
  ...{ chunks: 0, bytesIn: 0, bytesOut: 0, delays: new Map() },
  ...{ heldMicros: 0, ends: 0, endDelays: new Map() },
});

const emptySlice = (startMicros: number, endMicros: number): ObservationSlice => ({
  ...{ startMicros, endMicros, connections: 0, refused: 0, resets: 0, closes: 0 },
  ...{ upstream: emptyCounts(), downstream: emptyCounts(), attempts: emptyAttempts() },
});
