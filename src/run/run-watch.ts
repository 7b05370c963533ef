// What a run knows of itself while it goes on: faults so far, work in flight, and the promise that stops it.

import type { Clock } from '../kernel/clock.ts';
import type { Slice } from '../measure/slice.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import { occurrencesOf } from '../scenario/occurrences.ts';
import type { Scenario, ScheduledFault } from '../scenario/scenario.ts';
import { AbortWatch, type Breach } from './abort-watch.ts';
import { LivePhases } from './live-phases.ts';
import { brokenSteadySoFar, promiseTexts } from './steady.ts';

const secondMicros = 1_000_000;
/** After a whole second the threads need a moment to tell it. */
const tellingMicros = 300_000;

interface Happened {
  readonly fault: ScheduledFault;
  readonly effectAtMicros: number;
  clearedAtMicros: number | null;
}

/** Does anything of this scenario depend on what is in flight? Faults (steady state, recovery) and aborts do. */
export const watchesInFlight = ({ chaos, slo }: Pick<Scenario, 'chaos' | 'slo'>): boolean =>
  chaos.length > 0 || slo.some(({ abortAfterMicros }) => abortAfterMicros !== undefined);

/** Times it is told are from the start of the load. */
export class RunWatch {
  readonly #scenario: Scenario;
  readonly #abort: AbortWatch;
  readonly #phases: LivePhases | null;
  readonly #stop = new AbortController();
  readonly #faults: Happened[] = [];
  #breach: Breach | null = null;

  constructor(scenario: Scenario) {
    const { slo, warmupMicros, durationMicros } = scenario;
    this.#scenario = scenario;
    const phased = slo.some(
      ({ assert, abortAfterMicros }) => abortAfterMicros !== undefined && assert.includes('during'),
    );
    this.#phases = phased
      ? new LivePhases({
          ...{ chaos: occurrencesOf(scenario), warmupMicros, durationMicros },
          promises: promiseTexts(slo),
        })
      : null;
    this.#abort = new AbortWatch({
      slo,
      warmupMicros,
      phases: (atMicros) => this.#phases?.names(atMicros) ?? [],
    });
  }

  /** Aborted when a promise stops the run. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get breach(): Breach | null {
    return this.#breach;
  }

  add(snapshot: Snapshot): void {
    this.#abort.add(snapshot);
    this.#phases?.add(snapshot);
  }

  faultBegan(fault: ScheduledFault, effectAtMicros: number): void {
    this.#faults.push({ fault, effectAtMicros, clearedAtMicros: null });
    this.#phases?.begun(fault, effectAtMicros);
  }

  faultEnded(fault: ScheduledFault, clearedAtMicros: number | null): void {
    const happened = this.#faults.find((entry) => entry.fault === fault);
    if (happened === undefined || clearedAtMicros === null) return;
    happened.clearedAtMicros = clearedAtMicros;
    this.#phases?.ended(fault.id, clearedAtMicros);
  }

  /** The first steady promise that is significantly broken right now, or null. */
  brokenSteady(slices: readonly Slice[], nowMicros: number): string | null {
    const soFar = { slices, faults: this.#faults, inFlight: this.#abort.inFlight(), nowMicros };
    return brokenSteadySoFar(this.#scenario, soFar);
  }

  /** Lets go of what waits on disk. */
  close(): void {
    this.#phases?.close();
  }

  /** Looks each second, until a promise stops the run, the load is over, or `signal` aborts. */
  async watch(clock: Clock, startAtMicros: number, signal: AbortSignal): Promise<void> {
    if (!this.#abort.isNeeded) return;
    const { durationMicros } = this.#scenario;
    for (let atMicros = secondMicros; atMicros <= durationMicros; atMicros += secondMicros) {
      await clock.sleepUntil(startAtMicros + atMicros + tellingMicros, signal);
      if (signal.aborted) return;
      this.#breach = this.#abort.look(atMicros);
      if (this.#breach === null) continue;
      this.#stop.abort();
      return;
    }
  }
}
