// How fast an error budget burns: over every full pair of windows, moved on second by second.

import type { RunData } from '../record/data.ts';
import type { BurnWindows } from './expression.ts';
import { speaksOf } from './select.ts';
import type { Span } from './spans.ts';

interface Counted {
  readonly bad: number;
  readonly total: number;
}

/** What two windows that end at the same moment hold. */
export interface WindowPair {
  /** From the start of the load. */
  readonly atMicros: number;
  readonly long: Counted;
  readonly short: Counted;
}

interface Cell extends Counted, Span {}

const secondMicros = 1_000_000;

/** Edges are whole microseconds in slices, and may be fractions of them in phases. */
const slackMicros = 0.5;

/** The share of bad answers that a target leaves: 0.1 % of 99.9 %, without the dust of binary fractions. */
export const budgetOf = (target: number): number => Number((1 - target).toFixed(12));

/** 1 = at the pace that spends the budget exactly. What nothing was offered to burns nothing. */
export const burnOf = ({ bad, total }: Counted, budget: number): number =>
  total === 0 ? 0 : bad / total / budget;

/** One per second (or part of one) in which the series was offered anything; sorted, never overlapping. */
function cellsOf({ run, slices }: RunData, subject: string | null, span: Span): Cell[] {
  const loadEndMicros = run.load.elapsedMicros;
  const reachesEnd = span.endMicros >= loadEndMicros - slackMicros;
  const cells = new Map<number, Cell>();
  for (const { series, startMicros, endMicros, counts } of slices) {
    if (!speaksOf(subject, series) || counts.offered === 0) continue;
    // Later steps of the last iterations belong to no second of the load; their failures are no less real.
    const drained = startMicros >= loadEndMicros - slackMicros;
    const inside =
      startMicros >= span.startMicros - slackMicros && startMicros < span.endMicros - slackMicros;
    if (drained ? !reachesEnd : !inside) continue;
    const start = drained ? Math.max(span.startMicros, span.endMicros - 1) : startMicros;
    const held = cells.get(start) ?? { bad: 0, total: 0 };
    cells.set(start, {
      startMicros: start,
      endMicros: Math.min(endMicros, span.endMicros),
      bad: held.bad + counts.offered - counts.ok,
      total: held.total + counts.offered,
    });
  }
  return [...cells.values()].sort((a, b) => a.startMicros - b.startMicros);
}

/** Every moment at which a second of the run ends, whichever series was offered anything in it. */
function momentsOf({ slices }: RunData, { startMicros, endMicros }: Span): number[] {
  const ends = new Set([endMicros]);
  for (const slice of slices) {
    for (const at of [slice.startMicros, slice.endMicros])
      if (at > startMicros + slackMicros && at < endMicros - slackMicros) ends.add(at);
  }
  const moments: number[] = [];
  let reached = startMicros;
  for (const at of [...ends].sort((a, b) => a - b)) {
    // Nothing was offered for longer than a second: windows move on all the same.
    for (let idle = reached + secondMicros; idle < at - slackMicros; idle += secondMicros) moments.push(idle);
    moments.push(at);
    reached = at;
  }
  return moments;
}

/** The number of cells for which `isBefore` holds; it holds for the first ones only. */
function countWhile(cells: readonly Cell[], isBefore: (cell: Cell) => boolean): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cell = cells[middle];
    if (cell !== undefined && isBefore(cell)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sums over the cells that lie in [from, to), wholly or in part. */
function sumsOf(cells: readonly Cell[]): (fromMicros: number, toMicros: number) => Counted {
  const bad = [0];
  const total = [0];
  for (const cell of cells) {
    bad.push((bad.at(-1) ?? 0) + cell.bad);
    total.push((total.at(-1) ?? 0) + cell.total);
  }
  return (fromMicros, toMicros) => {
    const first = countWhile(cells, ({ endMicros }) => endMicros <= fromMicros + slackMicros);
    const end = countWhile(cells, ({ startMicros }) => startMicros < toMicros - slackMicros);
    return {
      bad: (bad[end] ?? 0) - (bad[first] ?? 0),
      total: (total[end] ?? 0) - (total[first] ?? 0),
    };
  };
}

/**
 * The pairs of full windows that end at any second of a stretch. Windows are never shorter than asked for; where the edge
 * of a phase has cut a second, they hold the whole of the second in which they begin. `total`: offered in the stretch.
 */
export function windowPairsOf(
  data: RunData,
  subject: string | null,
  span: Span,
  { longMicros, shortMicros }: BurnWindows,
): { readonly pairs: readonly WindowPair[]; readonly total: number } {
  const cells = cellsOf(data, subject, span);
  const sum = sumsOf(cells);
  const needed = span.startMicros + Math.max(longMicros, shortMicros) - slackMicros;
  const pairs = momentsOf(data, span)
    .filter((atMicros) => atMicros >= needed)
    .map((atMicros) => ({
      atMicros,
      long: sum(atMicros - longMicros, atMicros),
      short: sum(atMicros - shortMicros, atMicros),
    }));
  return { pairs, total: sum(span.startMicros - secondMicros, span.endMicros + secondMicros).total };
}
