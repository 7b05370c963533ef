// Axes, grid and the windows of faults, shared by every chart with a plane.

import { type Scale, type Tick } from './scales.ts';
import { fit, label, px, textWidth } from './text.ts';

/** A stretch of the run worth marking: the warm-up, a fault. */
export interface TimeWindow {
  readonly label: string;
  readonly className: string;
  readonly fromMicros: number;
  readonly toMicros: number;
}

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Frame {
  readonly plane: Plane;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xLabel: string;
  readonly yLabel: string;
}

const laneHeight = 17;
const labelPx = 12;
const headroom = 24;

/** Where everything stands: the name of the y axis, then a lane for each window that overlaps another, then the plane. */
export function planeOf(width: number, planeHeight: number, left: number, right: number, lanes = 0): Plane {
  const top = headroom + lanes * laneHeight;
  const bottom = 42;
  return { width, height: top + planeHeight + bottom, left, right, top, bottom };
}

export function drawFrame({ plane, xTicks, yTicks, xLabel, yLabel }: Frame): string {
  const right = plane.width - plane.right;
  const base = plane.height - plane.bottom;
  const horizontal = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${px(plane.left)}" x2="${px(right)}" y1="${px(tick.at)}" y2="${px(tick.at)}"/>` +
      label({ className: 'tick', anchor: 'end', x: plane.left - 8, y: tick.at + 4, text: tick.text }),
  );
  const vertical = xTicks.map(
    (tick) =>
      `<line class="tickmark" x1="${px(tick.at)}" x2="${px(tick.at)}" y1="${px(base)}" y2="${px(base + 5)}"/>` +
      label({ className: 'tick', anchor: 'middle', x: tick.at, y: base + 19, text: tick.text }),
  );
  return [
    ...horizontal,
    `<line class="axis" x1="${px(plane.left)}" x2="${px(right)}" y1="${px(base)}" y2="${px(base)}"/>`,
    ...vertical,
    label({ className: 'axis-label', anchor: 'end', x: right, y: plane.height - 5, text: xLabel }),
    label({ className: 'axis-label', x: 2, y: 13, text: yLabel }),
  ].join('');
}

interface Lane {
  readonly window: TimeWindow;
  readonly lane: number;
}

/** Overlapping windows get lanes of their own, labels included. `x` gives pixels. */
export function lanesOf(windows: readonly TimeWindow[], x: Scale, rightPx: number): Lane[] {
  const ends: number[] = [];
  return windows.map((window) => {
    const from = x(window.fromMicros);
    const to = x(window.toMicros);
    const wanted = Math.max(to, Math.min(rightPx, from + textWidth(window.label, labelPx) + 12));
    const free = ends.findIndex((end) => end <= from + 0.5);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = wanted;
    return { window, lane };
  });
}

export const laneCount = (lanes: readonly Lane[]): number =>
  Math.max(0, ...lanes.map((entry) => entry.lane + 1));

/** A labelled bar above the plane for each window, and its shade behind the lines. */
export function drawLanes(lanes: readonly Lane[], plane: Plane, x: Scale): string {
  const right = plane.width - plane.right;
  const base = plane.height - plane.bottom;
  const shades = unions(lanes.map((entry) => entry.window)).map(({ className, fromMicros, toMicros }) => {
    const from = x(fromMicros);
    const width = Math.max(2, Math.min(right, x(toMicros)) - from);
    return `<rect class="shade ${className}" x="${px(from)}" y="${px(headroom - 4)}" width="${px(width)}" height="${px(base - headroom + 4)}"/>`;
  });
  const labelled = lanes.map(({ window, lane }) => {
    const from = x(window.fromMicros);
    const width = Math.max(2, Math.min(right, x(window.toMicros)) - from);
    const y = headroom - 4 + lane * laneHeight;
    const text = fit(window.label, right - from - 6, labelPx);
    return (
      `<rect class="lane ${window.className}" x="${px(from)}" y="${px(y)}" width="${px(width)}" height="3"/>` +
      label({ className: 'shade-label', x: from + 4, y: y + 14, text })
    );
  });
  return [...shades, ...labelled].join('');
}

/** Where windows of one kind overlap they are shaded once. */
function unions(windows: readonly TimeWindow[]): TimeWindow[] {
  const merged: TimeWindow[] = [];
  for (const window of [...windows].sort((a, b) => a.fromMicros - b.fromMicros)) {
    const at = merged.findIndex(
      (other) => other.className === window.className && other.toMicros >= window.fromMicros,
    );
    const held = merged[at];
    if (held === undefined) merged.push(window);
    else merged[at] = { ...held, toMicros: Math.max(held.toMicros, window.toMicros) };
  }
  return merged;
}
