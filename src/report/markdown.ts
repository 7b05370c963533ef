// Pieces of Markdown for a GitHub step summary: everything from outside is text, and the whole fits where it is shown.

import { withoutControls } from './escape.ts';

/** GitHub refuses longer pull-request comments. */
const mostCharacters = 65_536;

const special = /[\\`*_{}[\]#!|~$<>&]|^[-+]|^\d+[.)](?= )|:(?=\/\/)/g;
/** Line breaks and runs of space become one space: a cell of a table is one line. */
const oneLine = (text: string): string => withoutControls(text).replace(/\s+/g, ' ').trim();

/** As text: no markup, no HTML, no mention, no link. */
export const plain = (text: string): string =>
  oneLine(text)
    .replace(special, (found) => Array.from(found, (character) => `&#${character.charCodeAt(0)};`).join(''))
    // A mention is found after entities are read; a character without width keeps it a word.
    .replaceAll('@', '@&#8203;');

/** In a fixed-width font; an HTML element, since backticks inside backticks have no escape. */
export const code = (text: string): string => `<code>${plain(text)}</code>`;

export interface MarkdownTable {
  /** Already escaped. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A heading and a table, or nothing when there are no rows. */
export function section(heading: string, { columns, rows }: MarkdownTable): string[] {
  if (rows.length === 0) return [];
  return [`### ${heading}`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
}

/** All lines, or as many whole ones as fit, with a word about the rest. */
export function document(lines: readonly string[]): string {
  const whole = `${lines.join('\n').trimEnd()}\n`;
  if (whole.length <= mostCharacters) return whole;
  const rest = '\n\n… shortened: the whole of it is in report.html.\n';
  const kept: string[] = [];
  let length = rest.length;
  for (const text of lines) {
    length += text.length + 1;
    if (length > mostCharacters) break;
    kept.push(text);
  }
  return `${kept.join('\n').trimEnd()}${rest}`;
}

const marks: Readonly<Record<string, string>> = {
  ...{ pass: '✅', confirmed: '✅', improved: '✅', 'no change': '⚪' },
  ...{ fail: '❌', refuted: '❌', regressed: '❌' },
  ...{ 'as before': '⚪', 'suspected worse': '⚠️', 'suspected better': '⚪' },
  ...{ warn: '⚠️', inconclusive: '⚠️', invalid: '🚫', interrupted: '🚫', 'not judged': '⚪' },
};

/** `✅ pass`: the word stays, the sign helps. */
export const marked = (status: string): string => `${marks[status] ?? '⚪'} ${plain(status)}`;
