// Which phases a run is in right now: what the faults do, and whether the promises hold again after them.

import type { Snapshot } from '../measure/snapshot.ts';
import { SliceStore } from '../measure/slice-store.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { Gate } from '../slo/gate.ts';
import { gatesOf, type PromiseText } from '../slo/gates.ts';
import { faultTimelineOf } from '../slo/recovery.ts';
import { speaksOf } from '../slo/select.ts';
import { type Hanging, LiveThreads } from './live-threads.ts';
import type { FaultView } from './live-view.ts';

const secondMicros = 1_000_000;
/** A fault that nothing recovers from is watched no longer than this. */
const longestWatchMicros = 600 * secondMicros;

interface Happening {
  readonly fault: ScheduledFault;
  /** From the start of the load. */
  readonly effectAtMicros: number;
  /** null = active. */
  clearedAtMicros: number | null;
  recovered: boolean;
}

export interface PhaseSetup {
  /** Every injection (scenario/occurrences). */
  readonly chaos: readonly ScheduledFault[];
  readonly promises: readonly PromiseText[];
  readonly warmupMicros: number;
  /** Of the load: what comes after it is no part of any recovery. */
  readonly durationMicros: number;
}

export interface LiveRecovery {
  readonly id: string;
  /** From the clear. */
  readonly tookMicros: number;
  /** False: the promises never were broken. */
  readonly impact: boolean;
}

/** Slices are kept only from a fault's effect to its recovery. All times from the start of the load. */
export class LivePhases {
  readonly #setup: PhaseSetup;
  readonly #gates: readonly Gate[];
  readonly #threads = new LiveThreads();
  #happenings: Happening[] = [];
  /** Of every fault so far, also of those that were recovered from: what follows one is no recovery of another. */
  readonly #effects: number[] = [];
  #over = new Set<string>();
  #slices: SliceStore | undefined;
  #lookedAtMicros = 0;

  constructor(setup: PhaseSetup) {
    this.#setup = setup;
    this.#gates = gatesOf(setup.promises);
  }

  begun(fault: ScheduledFault, effectAtMicros: number): void {
    this.#happenings.push({ fault, effectAtMicros, clearedAtMicros: null, recovered: false });
    this.#effects.push(effectAtMicros);
    this.#over.add(occurrenceName(fault));
    this.#slices ??= new SliceStore(this.#setup.warmupMicros);
    this.#slices.edge(effectAtMicros, 'effect');
  }

  ended(id: string, clearedAtMicros: number): void {
    const happening = this.#happenings.find(
      ({ fault, clearedAtMicros: cleared }) => fault.id === id && cleared === null,
    );
    if (happening === undefined) return;
    happening.clearedAtMicros = clearedAtMicros;
    this.#slices?.edge(clearedAtMicros, 'clear');
  }

  /** Returns the faults that the promises were found to have recovered from. */
  add(snapshot: Snapshot): LiveRecovery[] {
    this.#threads.hear(snapshot);
    if (this.#slices === undefined) return [];
    for (const delta of snapshot.deltas) this.#slices.add(delta);
    // Only whole seconds that every thread has told: half a second may look better or worse than it is.
    const toldMicros = this.#threads.toldMicros();
    if (toldMicros <= this.#lookedAtMicros) return [];
    this.#lookedAtMicros = toldMicros;
    const found = this.#happenings.flatMap((happening) => this.#recoveryOf(happening, toldMicros));
    this.#forget(toldMicros);
    return found;
  }

  /** Lets go of what waits on disk. */
  close(): void {
    this.#slices?.close();
    this.#slices = undefined;
  }

  names(atMicros: number): string[] {
    const faulted = this.#happenings.flatMap(({ fault, clearedAtMicros, recovered }) => {
      if (clearedAtMicros === null) return [`fault:${fault.id}`];
      return recovered ? [] : [`recovery:${fault.id}`];
    });
    if (atMicros < this.#setup.warmupMicros) return ['warmup', ...faulted];
    return this.#isSteady() ? ['steady', ...faulted] : faulted;
  }

  active(atMicros: number): FaultView[] {
    return this.#happenings.flatMap(({ fault, effectAtMicros, clearedAtMicros }) =>
      clearedAtMicros === null ? [viewOf(fault, effectAtMicros + fault.forMicros - atMicros)] : [],
    );
  }

  /** The next one that has not begun; null = none is left. */
  next(atMicros: number): FaultView | null {
    const later = this.#setup.chaos.filter(
      (fault) => fault.atMicros > atMicros && !this.#over.has(occurrenceName(fault)),
    );
    const [first] = later.sort((a, b) => a.atMicros - b.atMicros);
    return first === undefined ? null : viewOf(first, first.atMicros - atMicros);
  }

  /** No fault and no recovery goes on; without gates, which tell a recovery, no fault (as in run/phases). */
  #isSteady(): boolean {
    if (this.#gates.length > 0) return this.#happenings.every(({ recovered }) => recovered);
    return this.#happenings.every(({ clearedAtMicros }) => clearedAtMicros !== null);
  }

  #recoveryOf(happening: Happening, toldMicros: number): LiveRecovery[] {
    const { fault, effectAtMicros, clearedAtMicros, recovered } = happening;
    if (clearedAtMicros === null || recovered || this.#slices === undefined) return [];
    const later = this.#effects.filter((other) => other > clearedAtMicros);
    const hanging = this.#threads.hanging();
    const settledMicros = settledUntil(
      hanging.filter((one) => isOpen(one, this.#gates)),
      { fromMicros: clearedAtMicros, toMicros: toldMicros },
    );
    const untilMicros = Math.min(settledMicros, this.#setup.durationMicros, ...later);
    // What hangs counts as bad until it has ended: nothing is announced while half of the answers do not come.
    const slices = [...this.#slices.slices(), ...hanging.map(({ slice }) => slice)];
    const times = { effectAtMicros, clearedAtMicros, untilMicros };
    const { recoveredAtMicros, impact } = faultTimelineOf(slices, this.#gates, times);
    happening.recovered = recoveredAtMicros !== null;
    if (recoveredAtMicros === null) return [];
    return [{ id: fault.id, tookMicros: recoveredAtMicros - clearedAtMicros, impact }];
  }

  /** Without anything left to watch nothing is kept; what never recovers stays in its recovery, unwatched. */
  #forget(atMicros: number): void {
    const watched = this.#happenings.some(
      ({ clearedAtMicros, recovered }) =>
        clearedAtMicros === null || (!recovered && atMicros - clearedAtMicros < longestWatchMicros),
    );
    this.#happenings = this.#happenings.filter(({ recovered }) => !recovered);
    if (!watched) this.close();
  }
}

/** In flight, and it may still become what the promises ask for. */
function isOpen({ slice, forMicros }: Hanging, gates: readonly Gate[]): boolean {
  const concerned = gates.filter(({ subject }) => speaksOf(subject, slice.series));
  const late = concerned.some(
    ({ lateAfterMicros }) => lateAfterMicros !== null && forMicros > lateAfterMicros,
  );
  return concerned.length > 0 && !late;
}

/** The newest whole seconds are left out while something of them is open: that is work as usual, neither good nor bad. */
function settledUntil(
  open: readonly Hanging[],
  { fromMicros, toMicros }: { readonly fromMicros: number; readonly toMicros: number },
): number {
  let seconds = Math.max(0, Math.floor((toMicros - fromMicros) / secondMicros));
  const isSettled = (second: number): boolean =>
    open.every(({ slice }) => Math.floor((slice.startMicros - fromMicros) / secondMicros) !== second);
  while (seconds > 0 && !isSettled(seconds - 1)) seconds -= 1;
  return fromMicros + seconds * secondMicros;
}

const viewOf = (fault: ScheduledFault, leftMicros: number): FaultView => ({
  id: occurrenceName(fault),
  what: `${fault.fault.kind} on ${fault.on}`,
  leftMicros: Math.max(0, leftMicros),
});
