// Marks for moments at which something happened to the target: a numbered arrow at the foot of the plane.

import type { Plane } from './frame.ts';
import type { Scale } from './scales.ts';
import { label, px } from './text.ts';

const leastApartPx = 16;

interface Mark {
  readonly x: number;
  readonly first: number;
  readonly last: number;
}

/** Numbered from 1 in the order given, which is that of time; those too close together share an arrow. */
export function drawEvents(atMicros: readonly number[], plane: Plane, x: Scale): string {
  const marks: Mark[] = [];
  atMicros.forEach((at, index) => {
    const place = x(at);
    const before = marks.at(-1);
    if (before === undefined || place - before.x >= leastApartPx) {
      marks.push({ x: place, first: index + 1, last: index + 1 });
    } else marks[marks.length - 1] = { ...before, last: index + 1 };
  });
  const base = plane.height - plane.bottom;
  return marks
    .map(({ x: at, first, last }) => {
      const text = first === last ? `${first}` : `${first}–${last}`;
      const arrow = `<path class="event" d="M${px(at)},${px(base)}l4,-7h-8z"/>`;
      return arrow + label({ className: 'event-label', anchor: 'middle', x: at, y: base - 10, text });
    })
    .join('');
}
