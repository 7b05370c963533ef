// What is wrong with text that is not YAML, in words that say what to do; and a bound on nesting before parsing.

import { type Document, Lexer, type LineCounter, visit, type YAMLError } from 'yaml';
import type { Diagnostic } from './diagnostics.ts';

export const maxDepth = 60;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: Document.Parsed;
  readonly lines: LineCounter;
}

/** One diagnostic a line (the parser's follow-up complaints about the same slip help nobody), ten at most. */
export function syntaxDiagnostics(source: Source, errors: readonly YAMLError[]): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const error of errors) {
    const unclosed = error.code === 'MISSING_CHAR' && /quote$/.test(error.message);
    const offset = unclosed ? startOfText(source.tree, error.pos[0]) : error.pos[0];
    const { line, col } = source.lines.linePos(offset);
    const problem = { file: source.file, line, column: col, ...syntaxMessage(error, source.text) };
    if (!byLine.has(line)) byLine.set(line, problem);
  }
  return [...byLine.values()].slice(0, 10);
}

/** Where the text begins that ends at the offset: a missing quote is only missed at the end of the file. */
function startOfText(tree: Document.Parsed, endOffset: number): number {
  let start = endOffset;
  visit(tree, {
    Scalar: (_, { range }) => {
      if (range && range[0] < endOffset && range[1] >= endOffset) start = range[0];
    },
  });
  return start;
}

function syntaxMessage(error: YAMLError, text: string): { message: string; suggestion?: string } {
  const rest = text.slice(error.pos[0]);
  if (error.code === 'TAB_AS_INDENT')
    return { message: 'a tab is used as indentation', suggestion: 'use spaces' };
  if (error.code === 'DUPLICATE_KEY')
    return { message: `key "${/^["']?([^"':\n]*)/.exec(rest)?.[1]?.trim() ?? ''}" occurs twice` };
  if (error.code === 'MULTIPLE_DOCS')
    return { message: 'a file holds one document; "---" starts a second one' };
  if (error.code === 'TAG_RESOLVE_FAILED')
    return { message: `tags are not supported: ${/^\S*/.exec(rest)?.[0] ?? ''}` };
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    return {
      message: '": " begins a map in the middle of a value',
      suggestion: 'put the value in quotes, or check the indentation',
    };
  }
  if (error.message.endsWith('quote')) return { message: 'this quote is never closed' };
  const quote = error.code === 'BAD_SCALAR_START' ? { suggestion: 'put the value in quotes' } : {};
  return { message: error.message.replace(/\.$/, ''), ...quote };
}

/** The parser recurses: bounds how deep indentation, dashes and brackets can nest before it sees them. */
export function isTooDeep(text: string): boolean {
  const indents: number[] = [];
  let brackets = 0;
  let inLine = 0;
  let lineStart = true;
  for (const token of new Lexer().lex(text)) {
    if (lineStart) {
      const indent = /^ *$/.test(token) ? token.length : 0;
      while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop();
      indents.push(indent);
      inLine = 0;
    }
    lineStart = token.includes('\n');
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    else if (token === '-' || token === '?') inLine += 1;
    // Inside brackets a colon nests nothing by itself: a line of JSON has as many as it has keys.
    else if (token === ':' && brackets === 0) inLine += 1;
    if (indents.length + brackets + inLine > maxDepth) return true;
  }
  return false;
}
