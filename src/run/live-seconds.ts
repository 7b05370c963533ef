// The recent past of a running load, second by second, from the deltas of its threads: bounded, whatever the run's length.

import { addCounts } from '../measure/counts.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import { emptyCounts, type SliceCounts } from '../measure/slice.ts';

const secondMicros = 1_000_000;
/** The longest look back of rates and percentiles. */
const keptSeconds = 12;

export interface SeriesSecond {
  done: number;
  ok: number;
  /** Good answers' response times, as `encodeHistogram` makes them. */
  readonly encoded: Uint32Array[];
}

export interface LiveSecond {
  /** From the start of the load. */
  readonly index: number;
  fromMicros: number;
  toMicros: number;
  readonly bySeries: Map<string, SeriesSecond>;
  readonly threads: Set<number>;
}

/** By when things ended, not by when they were due: a live view tells what comes back now. */
export class LiveSeconds {
  #seconds: LiveSecond[] = [];
  readonly #toldUntilMicros = new Map<number, number>();
  /** Since the start; of steps, not of whole iterations. */
  readonly totals: SliceCounts = emptyCounts();

  /** True when the snapshot told what has ended, and not only how many are in flight. */
  add(snapshot: Snapshot): boolean {
    const { thread, atMicros, deltas, health } = snapshot;
    // After a pause a thread tells several seconds' health at once, and its deltas with the last of them.
    const closesSecond = health !== null && health.startMicros + 2 * secondMicros > atMicros;
    if (deltas.length === 0 && !closesSecond) return false;
    const fromMicros = this.#toldUntilMicros.get(thread) ?? 0;
    this.#toldUntilMicros.set(thread, Math.max(fromMicros, atMicros));
    const second = this.#secondOf(fromMicros, Math.max(fromMicros, atMicros));
    second.threads.add(thread);
    for (const { series, counts, histograms } of deltas) {
      if (series.startsWith('flow:')) continue;
      addCounts(this.totals, counts);
      let held = second.bySeries.get(series);
      if (held === undefined) second.bySeries.set(series, (held = { done: 0, ok: 0, encoded: [] }));
      held.done += counts.offered;
      held.ok += counts.ok;
      if (histograms.response !== undefined) held.encoded.push(histograms.response);
    }
    return true;
  }

  /** Oldest first, without a newest one that some threads have not told yet. */
  complete(): readonly LiveSecond[] {
    const newest = this.#seconds.at(-1);
    const before = this.#seconds.at(-2);
    const partial = newest !== undefined && before !== undefined && newest.threads.size < before.threads.size;
    return partial ? this.#seconds.slice(0, -1) : this.#seconds;
  }

  /** The stretch between two reports belongs to the second that holds its middle. */
  #secondOf(fromMicros: number, toMicros: number): LiveSecond {
    const index = Math.floor((fromMicros + toMicros) / 2 / secondMicros);
    let second = this.#seconds.find((held) => held.index === index);
    if (second === undefined) {
      second = { index, fromMicros, toMicros, bySeries: new Map(), threads: new Set() };
      this.#seconds = [...this.#seconds, second].sort((a, b) => a.index - b.index).slice(-keptSeconds);
    }
    second.fromMicros = Math.min(second.fromMicros, fromMicros);
    second.toMicros = Math.max(second.toMicros, toMicros);
    return second;
  }
}

/** From the first one's begin to the last one's end; 0 for none. */
export const spanOf = (seconds: readonly LiveSecond[]): number =>
  Math.max(0, (seconds.at(-1)?.toMicros ?? 0) - (seconds[0]?.fromMicros ?? 0));
