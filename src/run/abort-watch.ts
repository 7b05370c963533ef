// Promises that stop a run while it goes on: judged each second over their last seconds, by what has ended and what hangs.

import { openLater } from '../measure/encoded-histograms.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import type { Gate, Tally } from '../slo/gate.ts';
import { gateOf, promiseFrom } from '../slo/gates.ts';
import { type InFlightAt, lateInFlight } from '../slo/late.ts';
import { isFlowSeries, speaksOf } from '../slo/select.ts';
import { everySecondLevel, isSignificantlyBad } from '../slo/significance.ts';
import { LiveThreads } from './live-threads.ts';

const secondMicros = 1_000_000;
const defaultWindowMicros = 10_000_000;

/** What `abort` looks at: the promise's own window, of a burn rate the long one, else the last 10 s. */
export function abortWindowMicros({ assert, windowMicros }: PromiseSpec): number {
  const { measure, windowMicros: over } = promiseFrom(assert);
  return windowMicros ?? over ?? measure.windows?.longMicros ?? defaultWindowMicros;
}

/** Why a run was stopped. Times from the start of the load. */
export interface Breach {
  /** Its place among the promises of the scenario. */
  readonly index: number;
  readonly promise: string;
  readonly sinceMicros: number;
  readonly atMicros: number;
  readonly windowMicros: number;
  /** Over the last window. */
  readonly bad: number;
  readonly total: number;
  readonly allowedShare: number;
}

/** What was told of one series at one moment: it ended (or was dropped) shortly before, and was due at `dueMicros` or later. */
interface Told {
  readonly toldMicros: number;
  readonly dueMicros: number;
  readonly bad: number;
  readonly total: number;
}

interface Watched {
  readonly index: number;
  readonly gate: Gate;
  readonly during: readonly string[];
  readonly afterMicros: number;
  readonly windowMicros: number;
  /** By when it was told, and when due; only what a breach can still reach. */
  readonly tallies: Map<string, Told>;
  /** Since when it is in one of its phases, and broken; null: it is not. */
  inPhaseSinceMicros: number | null;
  brokenSinceMicros: number | null;
}

export interface AbortSetup {
  readonly slo: readonly PromiseSpec[];
  readonly warmupMicros: number;
  /** The phases that the run is in at this moment. */
  phases(atMicros: number): readonly string[];
}

export class AbortWatch {
  readonly #setup: AbortSetup;
  readonly #watched: readonly Watched[];
  readonly #threads = new LiveThreads();

  constructor(setup: AbortSetup) {
    this.#setup = setup;
    this.#watched = setup.slo.flatMap((spec, index) => watchedOf(spec, index) ?? []);
  }

  get isNeeded(): boolean {
    return this.#watched.length > 0;
  }

  /** Of each thread that still tells anything, what it had in flight when it told last. */
  inFlight(): readonly InFlightAt[] {
    return this.#threads.inFlight();
  }

  /**
   * Work counts when it is told: what hangs until its timeout belongs to the seconds in which the timeouts come, for its
   * due time is behind every window by then. Whether it is of the warm-up, or of a phase, is decided by when it was due.
   */
  add(snapshot: Snapshot): void {
    this.#threads.hear(snapshot);
    const { atMicros, deltas } = snapshot;
    const { warmupMicros } = this.#setup;
    // Threads tell a little after each whole second.
    const toldMicros = Math.floor(atMicros / secondMicros) * secondMicros;
    for (const { series, startMicros, counts, histograms } of deltas) {
      if (startMicros < warmupMicros) continue;
      for (const { gate, during, tallies } of this.#watched) {
        if (!speaksOf(gate.subject, series)) continue;
        const added = gate.count(counts, openLater(histograms));
        // Without phases everything after the warm-up is the same: one entry for each second is enough.
        const dueMicros = during.length === 0 ? warmupMicros : startMicros;
        const key = `${toldMicros} ${dueMicros}`;
        const held = tallies.get(key);
        const bad = (held?.bad ?? 0) + added.bad;
        tallies.set(key, { toldMicros, dueMicros, bad, total: (held?.total ?? 0) + added.total });
      }
    }
  }

  /** Once a second, a little after it: everything before `atMicros` is told. The first promise that stops the run. */
  look(atMicros: number): Breach | null {
    if (atMicros <= this.#setup.warmupMicros) return null;
    const phases = this.#setup.phases(atMicros);
    let found: Breach | null = null;
    for (const watched of this.#watched) found ??= this.#lookAt(watched, phases, atMicros);
    return found;
  }

  #lookAt(watched: Watched, phases: readonly string[], atMicros: number): Breach | null {
    const { gate, during, windowMicros, afterMicros, tallies } = watched;
    const breachMicros = windowMicros + afterMicros;
    for (const [key, { toldMicros }] of tallies)
      if (toldMicros <= atMicros - breachMicros) tallies.delete(key);
    if (during.length > 0 && !during.some((phase) => phases.includes(phase))) {
      watched.inPhaseSinceMicros = null;
      watched.brokenSinceMicros = null;
      return null;
    }
    watched.inPhaseSinceMicros ??= during.length === 0 ? this.#setup.warmupMicros : atMicros;
    const { bad, total } = this.#counted(watched, atMicros, windowMicros);
    // Neither good nor bad: the timeouts of users that hang come in bursts. In a pause of the load nothing is awaited.
    if (total === 0 && this.#isAwaited(watched, atMicros)) return null;
    if (!isSignificantlyBad(bad, total, gate.share)) {
      watched.brokenSinceMicros = null;
      return null;
    }
    watched.brokenSinceMicros ??= atMicros;
    const sinceMicros = watched.brokenSinceMicros;
    if (atMicros - sinceMicros < afterMicros) return null;
    // Every second there is a look, and one of so many may be wrong: all that the breach rests on must not be.
    const whole = this.#counted(watched, atMicros, breachMicros);
    if (!isSignificantlyBad(whole.bad, whole.total, gate.share, everySecondLevel)) return null;
    const { index } = watched;
    const counted = { bad, total, allowedShare: gate.share };
    return { index, promise: gate.text, sinceMicros, atMicros, windowMicros, ...counted };
  }

  /** Is anything of it in flight that was due in its phase? Of whole iterations only their steps are known. */
  #isAwaited({ gate: { subject }, inPhaseSinceMicros }: Watched, atMicros: number): boolean {
    const sinceMicros = inPhaseSinceMicros ?? atMicros;
    const isAny = subject !== null && isFlowSeries(subject);
    const own = this.inFlight()
      .flatMap(({ pending }) => pending)
      .filter(({ series }) => isAny || speaksOf(subject, series));
    return own.some(({ buckets }) => buckets.some(({ untilMicros }) => untilMicros > sinceMicros));
  }

  /** Of what was due in its phase: told in the last `lengthMicros`, and what hangs now, which has not been told. */
  #counted({ gate, tallies, inPhaseSinceMicros }: Watched, atMicros: number, lengthMicros: number): Tally {
    const sinceMicros = inPhaseSinceMicros ?? atMicros;
    const late = lateInFlight(gate, this.inFlight(), sinceMicros);
    let [bad, total] = [late, late];
    for (const told of tallies.values()) {
      const { toldMicros, dueMicros } = told;
      const inWindow = toldMicros > atMicros - lengthMicros && toldMicros <= atMicros;
      if (!inWindow || dueMicros < sinceMicros) continue;
      bad += told.bad;
      total += told.total;
    }
    return { bad, total };
  }
}

function watchedOf(spec: PromiseSpec, index: number): Watched | null {
  const { assert, abortAfterMicros } = spec;
  if (abortAfterMicros === undefined) return null;
  const promise = promiseFrom(assert);
  const gate = gateOf(assert, promise);
  if (gate === null) return null;
  return {
    index,
    gate,
    during: promise.measure.during,
    afterMicros: abortAfterMicros,
    windowMicros: abortWindowMicros(spec),
    tallies: new Map(),
    inPhaseSinceMicros: null,
    brokenSinceMicros: null,
  };
}
