// A frame that stays in its place at the bottom of a terminal, while lines scroll by above it.

import { widthOf } from './live-view-text.ts';

/** As much of a terminal stream as is needed; `process.stderr` is one. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

const escape = '\u001b[';
/** The terminal shows everything between these two at once; one that does not know them ignores them. */
const [beginUpdate, endUpdate] = [`${escape}?2026h`, `${escape}?2026l`];
const clearToLineEnd = `${escape}K`;
const clearBelow = `${escape}J`;
const escapes = /\u001b\[[0-9;?]*[A-Za-z]/gu;

/** A terminal that does not know its size says 0 or nothing. */
export function sizeOf({ columns, rows }: Partial<Terminal>): { columns: number; rows: number } {
  return {
    columns: columns === undefined || columns === 0 ? 80 : columns,
    rows: rows === undefined || rows === 0 ? 24 : rows,
  };
}

/**
 * Moves relative to the last frame, never to places on the screen, so scrolling does not matter; writes over the old
 * frame and clears behind each line, so nothing flickers; never hides the cursor, so nothing has to be mended after a
 * `kill -9`. Every frame ends with the cursor at the begin of the line below it.
 */
export class Screen {
  readonly #terminal: Terminal;
  #frame: readonly string[] = [];
  #text = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Lines no wider than the terminal. */
  show(frame: readonly string[]): void {
    const text = frame.map((line) => `${line}${clearToLineEnd}\n`).join('');
    this.#write(`${this.#up()}${text}${clearBelow}`);
    this.#keep(frame, text);
  }

  /** A line that stays; the frame goes on below it. */
  print(line: string): void {
    if (this.#frame.length === 0) this.#terminal.write(`${line}\n`);
    else this.#write(`${this.#up()}${clearBelow}${line}\n${this.#text}`);
  }

  clear(): void {
    if (this.#frame.length === 0) return;
    this.#write(`${this.#up()}${clearBelow}`);
    this.#keep([], '');
  }

  #keep(frame: readonly string[], text: string): void {
    this.#frame = frame;
    this.#text = text;
  }

  /** A terminal that was made narrower has broken the lines of the old frame. */
  #up(): string {
    const { columns } = sizeOf(this.#terminal);
    const rows = this.#frame.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line.replace(escapes, '')) / columns)),
      0,
    );
    return rows === 0 ? '' : `\r${escape}${rows}A`;
  }

  #write(text: string): void {
    this.#terminal.write(`${beginUpdate}${text}${endUpdate}`);
  }
}
