// Where samples end up in a load thread: counts and histograms per series and slice, handed over as they come.

import type { Histogram } from 'hdr-histogram-js';
import { createHistogram, encodeHistogram, recordMicros } from './histogram.ts';
import type { ErrorClass, Sample } from './outcome.ts';
import type { ObservedKind, SliceCounts, TallyName } from './slice.ts';
import { emptyCounts, histogramKinds } from './slice.ts';
import type { EdgeKind } from './slice-grid.ts';
import { SliceGrid } from './slice-grid.ts';
import type { ErrorExample, SliceDelta } from './snapshot.ts';

type HistogramKind = (typeof histogramKinds)[number];

interface Cell {
  readonly startMicros: number;
  readonly counts: SliceCounts;
  readonly histograms: Partial<Record<HistogramKind, Histogram>>;
}

interface SeriesCells {
  cells: Map<number, Cell>;
  latest: Cell | undefined;
}

const examplesPerClass = 3;

/**
 * All times it is given are on the machine's clock; what it hands over counts from the start of the load.
 * It keeps nothing per request: a sample is a few numbers into the histograms of its slice, and what has been
 * handed over is forgotten, so memory does not grow with the length of the run.
 */
export class Recorder {
  readonly #grid: SliceGrid;
  readonly #startAtMicros: number;
  readonly #series = new Map<string, SeriesCells>();
  readonly #exampleCounts = new Map<string, number>();
  readonly #spare: Histogram[] = [];
  #examples: ErrorExample[] = [];

  constructor(startAtMicros: number, warmupMicros: number) {
    this.#startAtMicros = startAtMicros;
    this.#grid = new SliceGrid(warmupMicros);
  }

  /** A fault took or lost effect, `atMicros` from the start of the load. */
  edge(atMicros: number, kind: EdgeKind): void {
    this.#grid.addEdge(atMicros, kind);
  }

  /** Counts one finished thing: offered, started, and what became of it. */
  record(sample: Sample): void {
    const due = this.#fromStart(sample.dueAtMicros ?? sample.startedAtMicros);
    const ended = this.#fromStart(sample.endedAtMicros);
    const cell = this.#cell(sample.series, this.#grid.sliceOf(due, ended));
    const { counts } = cell;
    counts.offered += 1;
    counts.started += 1;
    const begunAt = this.#grid.startOf(this.#fromStart(sample.startedAtMicros));
    (begunAt === cell.startMicros ? cell : this.#cell(sample.series, begunAt)).counts.begun += 1;
    counts.bytes += sample.bytes;
    if (sample.answered) counts.answered += 1;
    if (sample.status !== undefined)
      counts.statuses[sample.status] = (counts.statuses[sample.status] ?? 0) + 1;
    const good = sample.error === null && sample.censored !== true;
    if (good) {
      counts.ok += 1;
      this.#cell(sample.series, this.#grid.startOf(ended)).counts.okEnded += 1;
    } else this.#countBad(sample, counts, due);
    const service = sample.endedAtMicros - sample.startedAtMicros;
    const response = sample.endedAtMicros - (sample.dueAtMicros ?? sample.startedAtMicros);
    this.#value(cell, good ? 'response' : 'responseFailed', response);
    this.#value(cell, good ? 'service' : 'serviceFailed', service);
    if (sample.connectMicros !== undefined) this.#value(cell, 'connect', sample.connectMicros);
    if (sample.dnsMicros !== undefined) this.#value(cell, 'dns', sample.dnsMicros);
    if (sample.tlsMicros !== undefined) this.#value(cell, 'tls', sample.tlsMicros);
    if (sample.firstByteMicros !== undefined) this.#value(cell, 'firstByte', sample.firstByteMicros);
  }

  /** A duration beside the latencies; it belongs to the slice of `atMicros`. */
  observe(series: string, kind: ObservedKind, atMicros: number, valueMicros: number): void {
    this.#value(this.#cell(series, this.#grid.startOf(this.#fromStart(atMicros))), kind, valueMicros);
  }

  /** Something counted beside the offered work. */
  tally(series: string, name: TallyName, atMicros: number, by: number): void {
    const { tallies } = this.#cell(series, this.#grid.startOf(this.#fromStart(atMicros))).counts;
    tallies[name] = (tallies[name] ?? 0) + by;
  }

  /** Work that was due and never started: `dropped` at a limit, or `unsent` when the load ended. */
  notStarted(series: string, dueAtMicros: number, kind: 'dropped' | 'unsent'): void {
    const { counts } = this.#cell(series, this.#grid.startOf(this.#fromStart(dueAtMicros)));
    counts.offered += 1;
    counts[kind] += 1;
    counts.errors[kind] = (counts.errors[kind] ?? 0) + 1;
  }

  /** Steps kept from being offered by an earlier failure of the same iteration. */
  skipped(series: string, atMicros: number, times: number): void {
    this.#cell(series, this.#grid.startOf(this.#fromStart(atMicros))).counts.skipped += times;
  }

  /**
   * Hands over everything since the last call, one cell at a time, so that the caller can let other work through
   * between two of them. What is recorded meanwhile waits for the next call.
   */
  *flushDelta(): Generator<SliceDelta, void, void> {
    for (const [series, held] of this.#series) {
      const { cells } = held;
      held.cells = new Map();
      held.latest = undefined;
      for (const cell of cells.values()) yield this.#delta(series, cell);
    }
  }

  /** The first few examples of each series and error class, once each. */
  takeExamples(): ErrorExample[] {
    const examples = this.#examples;
    this.#examples = [];
    return examples;
  }

  #countBad(sample: Sample, counts: SliceCounts, dueMicros: number): void {
    const errorClass: ErrorClass = sample.censored === true ? 'timeout' : (sample.error ?? 'timeout');
    if (sample.censored === true) counts.censored += 1;
    else counts.failed += 1;
    counts.errors[errorClass] = (counts.errors[errorClass] ?? 0) + 1;
    if (sample.example === undefined) return;
    const key = `${errorClass} ${sample.series}`;
    const seen = this.#exampleCounts.get(key) ?? 0;
    if (seen >= examplesPerClass) return;
    this.#exampleCounts.set(key, seen + 1);
    this.#examples.push({
      series: sample.series,
      class: errorClass,
      example: sample.example,
      atMicros: dueMicros,
    });
  }

  /** Whole microseconds, so that a start on a full second is in the slice that begins there. */
  #fromStart(atMicros: number): number {
    return Math.round(atMicros - this.#startAtMicros);
  }

  #cell(series: string, startMicros: number): Cell {
    let held = this.#series.get(series);
    if (held === undefined) {
      held = { cells: new Map(), latest: undefined };
      this.#series.set(series, held);
    }
    if (held.latest?.startMicros === startMicros) return held.latest;
    let cell = held.cells.get(startMicros);
    if (cell === undefined) {
      cell = { startMicros, counts: emptyCounts(), histograms: {} };
      held.cells.set(startMicros, cell);
    }
    held.latest = cell;
    return cell;
  }

  #value(cell: Cell, kind: HistogramKind, valueMicros: number): void {
    const histogram = (cell.histograms[kind] ??= this.#spare.pop() ?? createHistogram());
    recordMicros(histogram, valueMicros);
  }

  #delta(series: string, cell: Cell): SliceDelta {
    const histograms: SliceDelta['histograms'] = {};
    for (const kind of histogramKinds) {
      const histogram = cell.histograms[kind];
      if (histogram === undefined) continue;
      histograms[kind] = encodeHistogram(histogram);
      histogram.reset();
      this.#spare.push(histogram);
    }
    return { series, startMicros: cell.startMicros, counts: cell.counts, histograms };
  }
}
