// Where slices begin and end: every whole second after a phase edge, and at the edges themselves.

const secondMicros = 1_000_000;

/** `end`: of the load, so that no slice is partly inside it. */
export type EdgeKind = 'warmup' | 'effect' | 'clear' | 'end';

/** Edges in order of time, from the start of the load. The first one is the start itself. */
export class SliceGrid {
  readonly #edges: number[] = [0];
  /** Moments at which a fault took effect, in order. */
  readonly #effects: number[] = [];

  constructor(warmupEndMicros: number) {
    if (warmupEndMicros > 0) this.addEdge(warmupEndMicros, 'warmup');
  }

  addEdge(atMicros: number, kind: EdgeKind): void {
    const edge = Math.max(0, Math.round(atMicros));
    insertSorted(this.#edges, edge);
    if (kind === 'effect') insertSorted(this.#effects, edge);
  }

  /** Start of the slice that holds a time. A time before the load (clock rounding) belongs to the first slice. */
  startOf(timeMicros: number): number {
    const time = Math.max(0, timeMicros);
    const edge = this.#edges.findLast((at) => at <= time) ?? 0;
    return edge + Math.floor((time - edge) / secondMicros) * secondMicros;
  }

  /** End of the slice that begins at `startMicros`: the next whole second or the next edge. */
  endOf(startMicros: number): number {
    const next = this.#edges.find((at) => at > startMicros) ?? Infinity;
    return Math.min(startMicros + secondMicros, next);
  }

  /** The slice a finished sample belongs to: that of its due (or start) time, unless a fault took effect meanwhile. */
  sliceOf(dueMicros: number, endedMicros: number): number {
    const effect = this.#effects.find((at) => dueMicros < at && at <= endedMicros);
    return this.startOf(effect ?? dueMicros);
  }
}

function insertSorted(sorted: number[], value: number): void {
  if (sorted.includes(value)) return;
  const index = sorted.findIndex((other) => other > value);
  if (index === -1) sorted.push(value);
  else sorted.splice(index, 0, value);
}
