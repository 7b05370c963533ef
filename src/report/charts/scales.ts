// Pixel scales and their ticks, in the units people read.

import { scaleLinear, scaleLog } from 'd3-scale';
import { formatDuration } from '../../kernel/units.ts';
import { textWidth } from './text.ts';

export type Scale = (value: number) => number;

export interface Tick {
  readonly at: number;
  readonly text: string;
}

const secondMicros = 1_000_000;
const tickSeconds = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
];

/** Time on x, from microseconds; at most `most` ticks after the first, on whole seconds or minutes. `startMicros`: left edge. */
export function timeScale(
  endMicros: number,
  left: number,
  right: number,
  most = 8,
  startMicros = 0,
): { x: Scale; ticks: Tick[] } {
  const start = startMicros / secondMicros;
  const seconds = Math.max(start + 1, endMicros / secondMicros);
  const scale = scaleLinear([start, seconds], [left, right]);
  const step = tickSeconds.find((candidate) => (seconds - start) / candidate <= most) ?? 86_400;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(start / step) * step; at <= seconds + 1e-9; at += step) {
    ticks.push({ at: scale(at), text: at === 0 ? '0s' : formatDuration(at * secondMicros) });
  }
  return { x: (value) => scale(value / secondMicros), ticks };
}

/** Linear from 0 to a round number above `max`; round in multiples of `unit`, e.g. 1,048,576 for memory. */
export function linearScale(
  max: number,
  bottom: number,
  top: number,
  format: (value: number) => string,
  unit = 1,
): { y: Scale; ticks: Tick[] } {
  const scale = scaleLinear([0, max > 0 ? max / unit : 1], [bottom, top]).nice(4);
  const ticks = scale.ticks(4).map((tick) => ({ at: scale(tick), text: format(tick * unit) }));
  return { y: (value) => scale(value / unit), ticks };
}

const mantissaSets = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
];
const edges = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10];
const fewestTicks = 4;
/** Ticks closer than this would touch. */
const tickGapPx = 22;

/** Logarithmic latency scale between round values; as many ticks as stay apart, at least two. In microseconds. */
export function latencyScale(
  minMicros: number,
  maxMicros: number,
  bottom: number,
  top: number,
): { y: Scale; ticks: Tick[]; low: number; high: number } {
  const { low, high, values } = roundRange(minMicros, maxMicros);
  const scale = scaleLog([low, high], [bottom, top]).clamp(true);
  return { y: scale, ticks: apart(values, scale, () => tickGapPx), low, high };
}

/** The same across the page: ticks stay apart by the width of their texts. */
export function latencyScaleAcross(
  minMicros: number,
  maxMicros: number,
  left: number,
  right: number,
): { x: Scale; ticks: Tick[] } {
  const { low, high, values } = roundRange(minMicros, maxMicros);
  const scale = scaleLog([low, high], [left, right]).clamp(true);
  return { x: scale, ticks: apart(values, scale, (text) => textWidth(text) + 10) };
}

function roundRange(minMicros: number, maxMicros: number): { low: number; high: number; values: number[] } {
  const low = edge(Math.max(1, minMicros), 'below');
  const high = Math.max(edge(Math.max(1, maxMicros), 'above'), low * 2);
  const sets = mantissaSets.map((mantissas) => ticksBetween(mantissas, low, high));
  return { low, high, values: sets.find((set) => set.length >= fewestTicks) ?? sets.at(-1) ?? [] };
}

function ticksBetween(mantissas: readonly number[], low: number, high: number): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const mantissa of mantissas) {
      const value = mantissa * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) values.push(value);
    }
  }
  return values;
}

function apart(values: readonly number[], scale: Scale, gapPx: (text: string) => number): Tick[] {
  const ticks: Tick[] = [];
  for (const value of values) {
    const [at, text] = [scale(value), formatDuration(value)];
    const last = ticks.at(-1);
    const clear = last === undefined || (Math.abs(at - last.at) >= gapPx(text) && text !== last.text);
    if (clear) ticks.push({ at, text });
  }
  return ticks;
}

function edge(value: number, side: 'below' | 'above'): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const found =
    side === 'below'
      ? edges.findLast((step) => step * power <= value * 1.000_001)
      : edges.find((step) => step * power >= value * 0.999_999);
  return power * (found ?? (side === 'below' ? 1 : 10));
}
