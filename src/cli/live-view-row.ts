// A label and what belongs to it, on as many lines of a terminal as that takes. Pure.

import { cut, type Line, lineWidth, type Piece, piece, widthOf } from './live-view-text.ts';

export const labelWidth = 10;
const gap = 2;
/** A sentence takes no more lines than these. */
const mostLines = 3;

/** Items that do not fit go to the next line, under the first one; one that is too long for a line is broken by words. */
export function row(label: string, items: readonly Piece[], width: number, indent = labelWidth): Line[] {
  const lines: Piece[][] = [];
  let current: Piece[] = [piece(label.padEnd(indent), label === label.toUpperCase() ? 'warning' : 'faint')];
  let filled = false;
  for (const item of items.flatMap((whole) => broken(whole, width - indent))) {
    const fits = lineWidth(current) + (filled ? gap : 0) + lineWidth([item]) <= width;
    if (filled && !fits) {
      lines.push(current);
      current = [piece(' '.repeat(indent))];
      filled = false;
    }
    if (filled) current.push(piece(' '.repeat(gap)));
    current.push(item);
    filled = true;
  }
  return [...lines, current];
}

function broken({ text, style }: Piece, room: number): Piece[] {
  if (widthOf(text) <= room) return [{ text, style }];
  const parts: string[] = [];
  for (const word of text.split(' ')) {
    const last = parts.at(-1);
    const joined = last === undefined ? word : `${last} ${word}`;
    const full = last === undefined || (widthOf(joined) > room && parts.length < mostLines);
    if (full) parts.push(word);
    else parts[parts.length - 1] = joined;
  }
  return parts.map((part) => ({ text: cut(part, room), style }));
}
