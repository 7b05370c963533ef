// Text in a terminal: how wide it is, how it is cut, how it is coloured. Pure.

/** Meanings, not colours; each goes with a word that says the same. */
export type Style = 'plain' | 'strong' | 'faint' | 'good' | 'warning' | 'bad';

export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** Pieces of one line, side by side as they are. */
export type Line = readonly Piece[];

export const piece = (text: string, style: Style = 'plain'): Piece => ({ text: printable(text), style });

/** What comes from files must not move the cursor: control characters and line ends become spaces. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

const codes: Readonly<Record<Style, readonly [number, number] | null>> = {
  plain: null,
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  warning: [33, 39],
  bad: [31, 39],
};

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function cellsOf(character: string): number {
  if (/^\p{M}$/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Columns of a text without escape codes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

export const lineWidth = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0);

/** As much as fits; what was cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return width <= 0 ? '' : `${kept}…`;
}

/** One line of the terminal, never wider than `width`. */
export function renderLine(line: Line, width: number, coloured: boolean): string {
  let left = width;
  let text = '';
  for (const { text: whole, style } of line) {
    const shown = cut(whole, left);
    left -= widthOf(shown);
    const code = codes[style];
    text +=
      coloured && code !== null && shown.trim() !== ''
        ? `\u001b[${code[0]}m${shown}\u001b[${code[1]}m`
        : shown;
    if (shown !== whole) break;
  }
  return text;
}

const levels = '▁▂▃▄▅▆▇█';

/** One character per value, from 0 to the highest; null = nothing is known, Infinity = beyond all measure. */
export function sparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const highest = Math.max(0, ...known);
  return values
    .map((value) => {
      if (value === null) return ' ';
      if (!Number.isFinite(value)) return '×';
      const level = highest === 0 ? 0 : Math.ceil((value / highest) * levels.length) - 1;
      return levels[Math.min(levels.length - 1, Math.max(0, level))] ?? ' ';
    })
    .join('');
}

/** `━━━━────` */
export function bar(share: number, width: number): { readonly full: string; readonly rest: string } {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return { full: '━'.repeat(filled), rest: '─'.repeat(Math.max(0, width - filled)) };
}
