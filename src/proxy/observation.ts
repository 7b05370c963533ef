// What the proxy saw on one link: counters in slices of at most 250 ms, cut at every change of toxics, for five minutes;
// what is older is kept added up between such changes.

import { type AttemptCounts, emptyAttempts } from './attempt-counts.ts';
import { AttemptLog } from './attempts.ts';
import { recordDelay } from './delay-histogram.ts';
import { type ByteTotals, noBytes } from './byte-totals.ts';
import { PastStretches, type Stretch, type StreamCounts } from './past-stretches.ts';
import type { Scheduler } from './schedule.ts';
import type { Stream } from './toxic-input.ts';

const sliceMicros = 250_000;
const keptMicros = 310_000_000;

/** Until another begins, or until toxics change: then its end is brought forward. */
export interface ObservationSlice extends Stretch {
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
  /** Of before the slices. */
  readonly past: PastStretches;
  private kept: ObservationSlice[] = [];
  private readonly scheduler: Scheduler;
  private readonly sinceMicros: number;
  private cutAtMicros: number;
  private changes = 0;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
    this.sinceMicros = scheduler.nowMicros();
    this.cutAtMicros = this.sinceMicros;
    this.past = new PastStretches(this.sinceMicros);
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

  /** Toxics have changed, at a moment ago: what follows is another slice. */
  cut(atMicros = this.scheduler.nowMicros()): void {
    this.cutAtMicros = atMicros;
    this.changes += 1;
    const last = this.kept.at(-1);
    if (last !== undefined) last.endMicros = Math.min(last.endMicros, this.cutAtMicros);
  }

  disabled(attemptsCounted: boolean): void {
    this.cut();
    this.outages.push({ downAtMicros: this.cutAtMicros, upAtMicros: null, attemptsCounted });
    if (this.outages.length > 1000) this.outages.shift();
  }

  enabled(): void {
    this.cut();
    const last = this.outages.at(-1);
    if (last !== undefined) last.upAtMicros ??= this.cutAtMicros;
  }

  /** Slices with anything in them, oldest first. */
  slices(): readonly ObservationSlice[] {
    return this.kept;
  }

  /** No slices are known of what was before. */
  knownSinceMicros(): number {
    return Math.max(this.sinceMicros, this.scheduler.nowMicros() - keptMicros + sliceMicros);
  }

  private slice(): ObservationSlice {
    const nowMicros = this.scheduler.nowMicros();
    const last = this.kept.at(-1);
    if (last !== undefined && nowMicros < last.endMicros) return last;
    this.retire(nowMicros - keptMicros);
    const gridMicros = Math.floor(nowMicros / sliceMicros) * sliceMicros;
    const startMicros = Math.max(gridMicros, this.cutAtMicros);
    const slice = emptySlice({ startMicros, endMicros: gridMicros + sliceMicros, changes: this.changes });
    this.kept.push(slice);
    return slice;
  }

  private retire(beforeMicros: number): void {
    const recent = this.kept.findIndex(({ endMicros }) => endMicros >= beforeMicros);
    const old = this.kept.splice(0, recent === -1 ? this.kept.length : recent);
    for (const { attempts: _, ...slice } of old) this.past.add(slice);
  }
}

const emptyCounts = (): StreamCounts => ({
  ...{ chunks: 0, bytesIn: 0, bytesOut: 0, delays: new Map() },
  ...{ heldMicros: 0, ends: 0, endDelays: new Map() },
});

const emptySlice = (time: Pick<Stretch, 'startMicros' | 'endMicros' | 'changes'>): ObservationSlice => ({
  ...time,
  ...{ connections: 0, refused: 0, resets: 0, closes: 0 },
  ...{ upstream: emptyCounts(), downstream: emptyCounts(), attempts: emptyAttempts() },
});
