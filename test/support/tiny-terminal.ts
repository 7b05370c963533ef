// A terminal as small as a test needs: a grid, a cursor, and the few escape codes that the live view writes.

import type { Terminal } from '../../src/cli/live-view-screen.ts';

/** Lines that leave the top are gone, as from the screen of a real one. Knows no wide characters. */
export class TinyTerminal implements Terminal {
  columns: number;
  rows: number;
  readonly written: string[] = [];
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.written.push(text);
    for (const token of text.match(/\u001b\[[0-9;?]*[A-Za-z]|[^]/gu) ?? []) this.#take(token);
  }

  /** What is on the screen, without empty lines below it. */
  screen(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Lines that are too long now are broken, as most terminals do; the cursor stays in its text. */
  narrow(columns: number): void {
    const before = this.#lines;
    const cursorLine = this.#row;
    this.columns = columns;
    this.#lines = [];
    before.forEach((line, index) => {
      if (index === cursorLine) this.#row = this.#lines.length;
      for (let at = 0; at === 0 || at < line.length; at += columns)
        this.#lines.push(line.slice(at, at + columns));
    });
    this.#scroll();
  }

  #take(token: string): void {
    if (token === '\n') this.#lineFeed();
    else if (token === '\r') this.#column = 0;
    else if (token.startsWith('\u001b[')) this.#escape(token);
    else this.#put(token);
  }

  #escape(token: string): void {
    const count = Number(token.slice(2, -1));
    if (token.endsWith('A')) this.#row = Math.max(0, this.#row - count);
    else if (token.endsWith('K')) this.#lines[this.#row] = this.#line().slice(0, this.#column);
    else if (token.endsWith('J')) {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row] = this.#line().slice(0, this.#column);
    } else if (!/[mhl]$/.test(token)) throw new Error(`not known: ${JSON.stringify(token)}`);
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#lineFeed();
    const line = this.#line().padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #lineFeed(): void {
    this.#column = 0;
    this.#row += 1;
    if (this.#lines[this.#row] === undefined) this.#lines[this.#row] = '';
    this.#scroll();
  }

  #scroll(): void {
    while (this.#lines.length > this.rows) {
      this.#lines.shift();
      this.#row -= 1;
    }
  }

  #line(): string {
    return this.#lines[this.#row] ?? '';
  }
}
