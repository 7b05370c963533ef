// Which phases a run is in right now: what the faults do, and whether the promises hold again after them.

import type { Snapshot } from '../measure/snapshot.ts';
import { SliceStore } from '../measure/slice-store.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import { type PromiseText, recoveredAtMicros } from '../slo/gates.ts';
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
}

/** Slices are kept only from a fault's effect to its recovery. All times from the start of the load. */
export class LivePhases {
  readonly #setup: PhaseSetup;
  #happenings: Happening[] = [];
  #over = new Set<string>();
  #slices: SliceStore | undefined;
  #lookedAtMicros = 0;

  constructor(setup: PhaseSetup) {
    this.#setup = setup;
  }

  begun(fault: ScheduledFault, effectAtMicros: number): void {
    this.#happenings.push({ fault, effectAtMicros, clearedAtMicros: null, recovered: false });
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

  /** Returns the faults that the promises were found to have recovered from, with the time that took. */
  add(snapshot: Snapshot): { readonly id: string; readonly tookMicros: number }[] {
    if (this.#slices === undefined) return [];
    for (const delta of snapshot.deltas) this.#slices.add(delta);
    if (snapshot.atMicros - this.#lookedAtMicros < secondMicros) return [];
    this.#lookedAtMicros = snapshot.atMicros;
    const found = this.#happenings.flatMap((happening) => this.#recoveryOf(happening, snapshot.atMicros));
    this.#forget(snapshot.atMicros);
    return found;
  }

  names(atMicros: number): string[] {
    const faulted = this.#happenings.flatMap(({ fault, clearedAtMicros, recovered }) => {
      if (clearedAtMicros === null) return [`fault:${fault.id}`];
      return recovered ? [] : [`recovery:${fault.id}`];
    });
    if (atMicros < this.#setup.warmupMicros) return ['warmup', ...faulted];
    return faulted.length === 0 ? ['steady'] : faulted;
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

  #recoveryOf(
    happening: Happening,
    atMicros: number,
  ): { readonly id: string; readonly tookMicros: number }[] {
    const { fault, effectAtMicros, clearedAtMicros, recovered } = happening;
    if (clearedAtMicros === null || recovered || this.#slices === undefined) return [];
    const later = this.#happenings.flatMap((other) =>
      other.effectAtMicros > clearedAtMicros ? [other.effectAtMicros] : [],
    );
    // Only whole seconds that every thread has told: half a second may look better or worse than it is.
    const toldMicros =
      clearedAtMicros + Math.floor((atMicros - clearedAtMicros) / secondMicros) * secondMicros;
    const untilMicros = Math.min(toldMicros, ...later);
    const times = { effectAtMicros, clearedAtMicros, untilMicros };
    const at = recoveredAtMicros(this.#slices.slices(), this.#setup.promises, times);
    happening.recovered = at !== null;
    return at === null ? [] : [{ id: fault.id, tookMicros: at - clearedAtMicros }];
  }

  /** Without anything left to watch nothing is kept; what never recovers stays in its recovery, unwatched. */
  #forget(atMicros: number): void {
    const watched = this.#happenings.some(
      ({ clearedAtMicros, recovered }) =>
        clearedAtMicros === null || (!recovered && atMicros - clearedAtMicros < longestWatchMicros),
    );
    this.#happenings = this.#happenings.filter(({ recovered }) => !recovered);
    if (!watched) this.#slices = undefined;
  }
}

const viewOf = (fault: ScheduledFault, leftMicros: number): FaultView => ({
  id: occurrenceName(fault),
  what: `${fault.fault.kind} on ${fault.on}`,
  leftMicros: Math.max(0, leftMicros),
});
