// Text in drawings: SVG neither wraps nor measures, so widths are estimated, on the wide side.

import { escapeMarkup } from '../escape.ts';

/** Average advance of a character, in parts of the font size. */
const advance = 0.61;
const fontPx = 13;

export const textWidth = (text: string, sizePx = fontPx): number => text.length * advance * sizePx;

/** Shortened with an ellipsis to what fits; the whole text stands in the chart's table. */
export function fit(text: string, widthPx: number, sizePx = fontPx): string {
  const most = Math.max(1, Math.floor(widthPx / (advance * sizePx)));
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Numbers in drawings: one decimal, so that files are small and the same everywhere. */
export const px = (value: number): string => String(Math.round(value * 10) / 10 + 0);

export interface Label {
  readonly className: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'middle' | 'end';
}

export function label({ className, x, y, text, anchor }: Label): string {
  const placed = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text class="${className}"${placed} x="${px(x)}" y="${px(y)}">${escapeMarkup(text)}</text>`;
}
