// What the main thread knows of a running load: merged slices, examples, every second's health, and who died.

import { isAborted } from '../kernel/abort.ts';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { performance } from 'node:perf_hooks';
import type { Health, SecondHealth } from '../measure/health.ts';
import { judgeHealth } from '../measure/health.ts';
import { createMachineProbe } from '../measure/machine-probe.ts';
import type { Slice } from '../measure/slice.ts';
import { SliceStore } from '../measure/slice-store.ts';
import type { ErrorExample, Snapshot } from '../measure/snapshot.ts';
import { systemClock } from '../kernel/clock.ts';
import type { LoadPlan } from './load-plan.ts';

const secondMicros = 1_000_000;
const examplesPerClass = 3;

/** What a load came to; all times from its start. */
export interface LoadResult {
  /** Merged over threads, in order of start. */
  readonly slices: Slice[];
  /** The first few of each series and error class. */
  readonly examples: ErrorExample[];
  readonly health: Health;
  /** How long load was really offered: shorter than planned when it was stopped, or when all its iterations were done. */
  readonly elapsedMicros: number;
  /** Threads that died, with the reason: their numbers are incomplete and the run is invalid. */
  readonly deadThreads: string[];
}

export class LoadLedger {
  readonly #plan: LoadPlan;
  readonly #store: SliceStore;
  readonly #seconds: SecondHealth[] = [];
  readonly #dead: string[] = [];
  readonly #over = new AbortController();
  #examples: ErrorExample[] = [];
  #startAtMicros: number | undefined;
  #elapsedMicros: number;
  /** When the last of the threads that are done had nothing more to offer. */
  #offeredMicros = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#store = new SliceStore(plan.warmupMicros);
    this.#elapsedMicros = plan.durationMicros;
    this.#store.edge(plan.durationMicros, 'end');
  }

  start(startAtMicros: number): void {
    this.#startAtMicros = startAtMicros;
    void this.#watchMachine(startAtMicros);
  }

  add(snapshot: Snapshot): void {
    for (const delta of snapshot.deltas) this.#store.add(delta);
    this.#examples.push(...snapshot.examples);
    if (snapshot.health !== null) this.#seconds.push(snapshot.health);
  }

  edge(atMicros: number, kind: 'effect' | 'clear'): void {
    this.#store.edge(atMicros, kind);
  }

  /** The load was stopped at this moment of the machine's clock; returns that moment from the start of the load. */
  stopped(atMicros: number): number {
    const elapsed = this.#startAtMicros === undefined ? 0 : Math.max(0, atMicros - this.#startAtMicros);
    this.#endBy(elapsed);
    return this.#elapsedMicros;
  }

  /** A thread is done, and had nothing more to offer from this moment of the load. */
  done(offeredMicros: number): void {
    this.#offeredMicros = Math.max(this.#offeredMicros, offeredMicros);
  }

  died(thread: number, why: string): void {
    this.#dead.push(`thread ${thread}: ${why}`);
  }

  slices(): Slice[] {
    return this.#store.slices();
  }

  /** Ends the watch over the machine. */
  stop(): void {
    this.#over.abort();
  }

  /** Lets go of what waits on disk. */
  close(): void {
    this.stop();
    this.#store.close();
  }

  result(): LoadResult {
    // What a dead thread would have offered, and for how long, nobody knows.
    if (this.#dead.length === 0) this.#endBy(this.#offeredMicros);
    const slices = this.slices();
    this.close();
    return {
      slices,
      examples: firstOfEach(this.#examples),
      health: judgeHealth(this.#seconds, {
        fromMicros: this.#plan.warmupMicros,
        untilMicros: this.#elapsedMicros,
        tightestPromiseMicros: this.#plan.tightestPromiseMicros,
        saturates: this.#plan.load.some(({ model }) => model === 'saturate'),
      }),
      elapsedMicros: this.#elapsedMicros,
      deadThreads: this.#dead,
    };
  }

  /** The edge keeps answers that came after the load out of its last second. */
  #endBy(elapsedMicros: number): void {
    this.#elapsedMicros = Math.round(Math.min(this.#elapsedMicros, elapsedMicros));
    this.#store.edge(this.#elapsedMicros, 'end');
  }

  /** The main thread merges, and drives the faults: it is one of the threads that may be too busy. */
  async #watchMachine(startAtMicros: number): Promise<void> {
    const probe = createMachineProbe();
    await systemClock.sleepUntil(startAtMicros, this.#over.signal);
    await probe();
    let before: EventLoopUtilization = performance.eventLoopUtilization();
    for (let second = 0; !this.#over.signal.aborted; second += 1) {
      await systemClock.sleepUntil(startAtMicros + (second + 1) * secondMicros, this.#over.signal);
      if (isAborted(this.#over.signal)) return;
      const now = performance.eventLoopUtilization();
      const busyShare = performance.eventLoopUtilization(now, before).utilization;
      before = now;
      const machine = await probe();
      this.#seconds.push({
        startMicros: second * secondMicros,
        lagP99Micros: null,
        due: 0,
        behind: 0,
        loopDelayP99Micros: null,
        busyShare,
        gcShare: null,
        exhausted: 0,
        ...machine,
      });
    }
  }
}

function firstOfEach(examples: readonly ErrorExample[]): ErrorExample[] {
  const seen = new Map<string, number>();
  return [...examples]
    .sort((a, b) => a.atMicros - b.atMicros)
    .filter((example) => {
      const key = `${example.class} ${example.series}`;
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return count <= examplesPerClass;
    });
}
