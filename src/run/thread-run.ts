// Runs one thread's load and reports it: snapshots while it goes, then the drain, the cut, and the last of the numbers.

import { isAborted } from '../kernel/abort.ts';
import { setMaxListeners } from 'node:events';
import type { Observer, OpenEngine } from '../engines/engine.ts';
import type { StepSpec } from '../engines/registry.ts';
import type { Saturator } from '../engines/saturate.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Sample } from '../measure/outcome.ts';
import { PendingBook, type PendingCounts } from '../measure/pending.ts';
import { Recorder } from '../measure/recorder.ts';
import type { SliceDelta, Snapshot } from '../measure/snapshot.ts';
import { ThreadProbe } from '../measure/thread-probe.ts';
import type { SecondHealth } from '../measure/health.ts';
import type { WorkerPlan } from './load-plan.ts';
import type { PreciseClock } from './precise-clock.ts';
import type { ThreadLoad } from './thread-load.ts';
import { createThreadLoad } from './thread-load.ts';

const snapshotEveryMicros = 250_000;
const secondMicros = 1_000_000;
/** Until then every snapshot has its deltas, so that whoever watches need not wait a second for the first numbers. */
const firstDeltasMicros = 600_000;
/** The probe is set to zero this long before the start, out of the way of the first arrivals. */
const armedMicros = 5_000;
/** After `stop`, what is in flight gets this long at most. */
const shortDrainMicros = 1_000_000;
/** What was cut off must have reported within this, or the thread has lost count. */
const cutGraceMicros = 5_000_000;

/** Codes of a system that has no more descriptors or ports to give. */
const ownLimits: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL']);

export interface ThreadRunPorts<Prepared> {
  readonly clock: PreciseClock;
  /** For waiting that needs no precision. */
  readonly pauses: Clock;
  readonly engines: Pick<OpenEngine<StepSpec, Prepared>, 'prepare' | 'session'>;
  /** Needed where something saturates. */
  readonly saturator?: Saturator | undefined;
  send(snapshot: Snapshot): void;
}

/** One life: `start` once, `edge` and `stop` at any time after it. */
export class ThreadRun<Prepared> {
  readonly #plan: WorkerPlan;
  readonly #ports: ThreadRunPorts<Prepared>;
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #over = new AbortController();
  readonly #load: ThreadLoad;
  readonly #probe: ThreadProbe;
  readonly #pending: PendingBook | undefined;
  #recorder: Recorder | undefined;
  #startAtMicros = 0;
  #secondsTold = 0;

  constructor(plan: WorkerPlan, ports: ThreadRunPorts<Prepared>) {
    this.#plan = plan;
    this.#ports = ports;
    // Every request in flight listens to these; that is no leak.
    for (const { signal } of [this.#stop, this.#cut, this.#over]) setMaxListeners(0, signal);
    this.#probe = new ThreadProbe(() => ports.clock.spunMicros());
    this.#pending = plan.watchesInFlight === true ? new PendingBook() : undefined;
    this.#load = createThreadLoad(plan, {
      pending: this.#pending,
      clock: ports.clock,
      pauses: ports.pauses,
      engines: ports.engines,
      saturator: ports.saturator,
      stop: this.#stop.signal,
      cut: this.#cut.signal,
      onSample: (sample) => this.#onSample(sample),
      onSkipped: (series, atMicros, times) => this.#recorder?.skipped(series, atMicros, times),
      onNotStarted: (series, dueAtMicros, kind) => this.#recorder?.notStarted(series, dueAtMicros, kind),
      onLag: (lagMicros) => this.#probe.started(lagMicros),
    });
  }

  /**
   * Resolves when all is told, with the moment of the load from which this thread had nothing more to offer. Rejects when
   * the thread has lost count, or for a bug.
   */
  async start(startAtMicros: number): Promise<number> {
    const { clock } = this.#ports;
    this.#startAtMicros = startAtMicros;
    this.#recorder = new Recorder(startAtMicros, this.#plan.warmupMicros);
    this.#recorder.edge(this.#plan.durationMicros, 'end');
    this.#probe.start();
    // What happens before the start is nobody's second; the loops are armed already, so that none begins late.
    void clock.sleepUntil(startAtMicros - armedMicros, this.#over.signal).then(() => this.#probe.forget());
    const telling = this.#tellUntilOver();
    let offeredUntilMicros: number;
    try {
      offeredUntilMicros = await this.#offerAndDrain();
    } finally {
      this.#over.abort();
      await telling;
      this.#probe.stop();
    }
    await this.#tell(null);
    return Math.round(offeredUntilMicros - startAtMicros);
  }

  edge(atMicros: number, kind: 'effect' | 'clear'): void {
    this.#recorder?.edge(atMicros, kind);
  }

  /** What engines measure beside samples; before the start there is nothing to measure. */
  readonly observer: Observer = {
    observe: (series, kind, atMicros, valueMicros) =>
      this.#recorder?.observe(series, kind, atMicros, valueMicros),
    tally: (series, name, atMicros, by) => this.#recorder?.tally(series, name, atMicros, by),
  };

  /** The load ended `atMicros` from its start: nothing more is offered. */
  stop(atMicros: number): void {
    this.#recorder?.edge(atMicros, 'end');
    this.#stop.abort();
  }

  async #offerAndDrain(): Promise<number> {
    const { clock } = this.#ports;
    const endAtMicros = this.#startAtMicros + this.#plan.durationMicros;
    const all = this.#load.offer(this.#startAtMicros).then(async (offeredUntilMicros) => {
      await this.#load.idle(this.#over.signal);
      return offeredUntilMicros;
    });
    const ended = new AbortController();
    // The deadline of what is in flight: some time after the end of the load, or a short one after a stop.
    const deadline = async (): Promise<void> => {
      await clock.sleepUntil(endAtMicros, anyOf(this.#stop.signal, ended.signal));
      const drain = this.#plan.gracefulStopMicros;
      const untilMicros = this.#stop.signal.aborted
        ? clock.nowMicros() + Math.min(drain, shortDrainMicros)
        : endAtMicros + drain;
      await clock.sleepUntil(untilMicros, ended.signal);
      if (ended.signal.aborted) return;
      this.#cut.abort();
      await clock.sleepUntil(clock.nowMicros() + cutGraceMicros, ended.signal);
      if (!isAborted(ended.signal)) throw new Error('what was cut off at the end never reported back');
    };
    try {
      return await Promise.race([all, deadline().then(() => all)]);
    } finally {
      ended.abort();
    }
  }

  #onSample(sample: Sample): void {
    this.#recorder?.record(sample);
    if (sample.code !== undefined && ownLimits.has(sample.code)) this.#probe.exhausted();
  }

  /** Four short snapshots a second, every fourth with the second's deltas and health. */
  async #tellUntilOver(): Promise<void> {
    const { clock } = this.#ports;
    for (let tick = 1; !this.#over.signal.aborted; tick += 1) {
      await clock.sleepUntil(this.#startAtMicros + tick * snapshotEveryMicros, this.#over.signal);
      if (isAborted(this.#over.signal)) return;
      const now = clock.nowMicros() - this.#startAtMicros;
      tick = Math.max(tick, Math.floor(now / snapshotEveryMicros));
      const seconds = Math.floor(now / secondMicros);
      if (seconds > this.#secondsTold) await this.#tellSeconds(seconds);
      else if (now < firstDeltasMicros) await this.#tell(null);
      else this.#send([], null);
    }
  }

  /** A thread that was blocked for several seconds was blocked in each of them: all get the same health. */
  async #tellSeconds(seconds: number): Promise<void> {
    const now = this.#ports.clock.nowMicros();
    const health = this.#probe.second(this.#secondsTold * secondMicros, this.#load.behind(now));
    for (let second = this.#secondsTold; second < seconds - 1; second += 1) {
      this.#send([], { ...health, startMicros: second * secondMicros });
    }
    this.#secondsTold = seconds;
    await this.#tell({ ...health, startMicros: (seconds - 1) * secondMicros });
  }

  /** Encoding is spread: between two cells the loop may start what is due. */
  async #tell(health: SecondHealth | null): Promise<void> {
    const { clock } = this.#ports;
    const deltas: SliceDelta[] = [];
    for (const delta of this.#recorder?.flushDelta() ?? []) {
      deltas.push(delta);
      await clock.sleepUntil(0);
    }
    this.#send(deltas, health, this.#pending?.counts(this.#startAtMicros));
  }

  #send(
    deltas: readonly SliceDelta[],
    health: SecondHealth | null,
    pending?: readonly PendingCounts[],
  ): void {
    const now = this.#ports.clock.nowMicros();
    this.#ports.send({
      thread: this.#plan.thread.index,
      atMicros: now - this.#startAtMicros,
      progress: this.#load.progress(now),
      deltas,
      examples: this.#recorder?.takeExamples() ?? [],
      health,
      ...(pending === undefined ? {} : { pending }),
    });
  }
}

const anyOf = (...signals: AbortSignal[]): AbortSignal => AbortSignal.any(signals);
