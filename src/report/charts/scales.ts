// Pixel scales and their ticks, in the units people read.

import { scaleLinear, scaleLog } from 'd3-scale';
import { formatDuration } from '../../kernel/units.ts';
import { px, type Tick } from './frame.ts';

export type Scale = (value: number) => number;

/** Seconds on x, from microseconds; ticks on whole seconds. */
export function timeScale(endMicros: number, left: number, right: number): { x: Scale; ticks: Tick[] } {
  const seconds = Math.max(1, endMicros / 1_000_000);
  const scale = scaleLinear([0, seconds], [left, right]);
  const ticks = scale
    .ticks(8)
    .filter((tick) => Number.isInteger(tick))
    .map((tick) => ({ at: scale(tick), text: `${px(tick)}s` }));
  return { x: (value) => scale(value / 1_000_000), ticks };
}

/** Linear from 0 to a round number above `max`. */
export function linearScale(
  max: number,
  bottom: number,
  top: number,
  format: (value: number) => string,
): { y: Scale; ticks: Tick[] } {
  const scale = scaleLinear([0, max > 0 ? max : 1], [bottom, top]).nice(4);
  return { y: scale, ticks: scale.ticks(4).map((tick) => ({ at: scale(tick), text: format(tick) })) };
}

/** Logarithmic latency scale over whole powers and halves (1, 2, 5) of ten; values in microseconds. */
export function latencyScale(
  minMicros: number,
  maxMicros: number,
  bottom: number,
  top: number,
): { y: Scale; ticks: Tick[] } {
  const low = niceBelow(Math.max(1, minMicros));
  const high = Math.max(niceAbove(maxMicros), low * 10);
  const scale = scaleLog([low, high], [bottom, top]).clamp(true);
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : decades > 1.7 ? [1, 3] : [1, 2, 5];
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001)
        ticks.push({ at: scale(value), text: formatDuration(value) });
    }
  }
  return { y: scale, ticks };
}

const mantissas = [1, 2, 5, 10];

function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (mantissas.filter((step) => step * power <= value).at(-1) ?? 1);
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * (mantissas.find((step) => step * power >= value) ?? 10);
}
