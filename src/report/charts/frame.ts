// Axes, grid and shaded fault windows, shared by every chart with a plane.

import { escapeMarkup } from '../escape.ts';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Shade {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly className: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly shades?: readonly Shade[];
}

/** Numbers in drawings: two decimals, so that files are small and the same everywhere. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

export function drawFrame(frame: Frame): string {
  const right = frame.width - frame.right;
  const base = frame.height - frame.bottom;
  const shades = shadeRows(frame.shades ?? []).map(
    ({ shade, row }) =>
      `<rect class="shade ${shade.className}" x="${px(shade.from)}" y="${px(frame.top)}" ` +
      `width="${px(Math.max(1, shade.to - shade.from))}" height="${px(base - frame.top)}"/>` +
      `<text class="shade-label" x="${px(shade.from + 4)}" y="${px(frame.top + 12 + row * 13)}">${escapeMarkup(shade.label)}</text>`,
  );
  const horizontal = frame.yTicks.map(
    (tick) =>
      `<line class="grid" x1="${px(frame.left)}" x2="${px(right)}" y1="${px(tick.at)}" y2="${px(tick.at)}"/>` +
      `<text class="tick" text-anchor="end" x="${px(frame.left - 8)}" y="${px(tick.at + 4)}">${escapeMarkup(tick.text)}</text>`,
  );
  const vertical = frame.xTicks.map(
    (tick) =>
      `<line class="tickmark" x1="${px(tick.at)}" x2="${px(tick.at)}" y1="${px(base)}" y2="${px(base + 5)}"/>` +
      `<text class="tick" text-anchor="middle" x="${px(tick.at)}" y="${px(base + 18)}">${escapeMarkup(tick.text)}</text>`,
  );
  return [
    ...shades,
    ...horizontal,
    `<line class="axis" x1="${px(frame.left)}" x2="${px(right)}" y1="${px(base)}" y2="${px(base)}"/>`,
    ...vertical,
    `<text class="axis-label" text-anchor="end" x="${px(right)}" y="${px(frame.height - 4)}">${escapeMarkup(frame.xLabel)}</text>`,
    `<text class="axis-label" x="${px(frame.left)}" y="${px(frame.top - 8)}">${escapeMarkup(frame.yLabel)}</text>`,
  ].join('');
}

/** Labels of windows that overlap go on rows of their own. */
function shadeRows(shades: readonly Shade[]): { shade: Shade; row: number }[] {
  const ends: number[] = [];
  return shades.map((shade) => {
    const width = Math.max(shade.to - shade.from, shade.label.length * 6.5 + 8);
    const free = ends.findIndex((end) => end <= shade.from);
    const row = free === -1 ? ends.length : free;
    ends[row] = shade.from + width;
    return { shade, row };
  });
}
