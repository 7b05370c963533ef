// One row of a forest plot: the band that counts as no change, the interval, the estimate.

import type { Scale } from './scales.ts';
import { px } from './text.ts';

export interface ForestRow {
  readonly name: string;
  /** On the effect's scale; null when it could not be computed. */
  readonly estimate: number | null;
  /** Whether there is an interval; its ends, null = open on that side. */
  readonly hasInterval: boolean;
  readonly low: number | null;
  readonly high: number | null;
  readonly tolerance: number;
  readonly outcome: string;
  /** The outcome in words. */
  readonly called: string;
  /** `−88 % (−91 … −85)` */
  readonly label: string;
}

export interface Band {
  readonly low: number | null;
  readonly high: number | null;
}

interface Sides {
  readonly left: number;
  readonly right: number;
}

export function drawEstimate(row: ForestRow, y: number, scale: Scale, sides: Sides, band: Band): string {
  const outcome = row.outcome.replaceAll(' ', '-');
  const bandFrom = band.low === null ? sides.left : scale(band.low);
  const bandTo = band.high === null ? sides.right : scale(band.high);
  const parts = [
    `<rect class="band" x="${px(bandFrom)}" y="${px(y - 11)}" width="${px(Math.max(2, bandTo - bandFrom))}" height="22"/>`,
  ];
  if (row.estimate === null) return parts.join('');
  if (row.hasInterval) {
    const from = row.low === null ? sides.left : scale(row.low);
    const to = row.high === null ? sides.right : scale(row.high);
    parts.push(
      `<line class="whisker ${outcome}" x1="${px(from)}" x2="${px(to)}" y1="${px(y)}" y2="${px(y)}"/>`,
      row.low === null ? openEnd(from, y, -1, outcome) : cap(from, y, outcome),
      row.high === null ? openEnd(to, y, 1, outcome) : cap(to, y, outcome),
    );
  }
  const at = scale(row.estimate);
  parts.push(
    `<rect class="estimate ${outcome}" x="${px(at - 4.5)}" y="${px(y - 4.5)}" width="9" height="9"/>`,
  );
  return parts.join('');
}

const cap = (x: number, y: number, outcome: string): string =>
  `<line class="whisker ${outcome}" x1="${px(x)}" x2="${px(x)}" y1="${px(y - 5)}" y2="${px(y + 5)}"/>`;

/** An arrow head: the interval has no end on this side. */
const openEnd = (x: number, y: number, direction: 1 | -1, outcome: string): string =>
  `<path class="whisker ${outcome}" d="M${px(x - direction * 6)},${px(y - 4)}L${px(x)},${px(y)}L${px(x - direction * 6)},${px(y + 4)}"/>`;
