// A text being read from left to right, and the refusal that says where reading stopped.

import type { Parsed, SyntaxProblem } from './expression.ts';

/** Carries a problem out of the recursion; `guarded` catches it. */
export class Refusal extends Error {
  readonly problem: SyntaxProblem;
  constructor(message: string, offset: number, suggestion: string | null = null) {
    super(message);
    this.problem = { message, offset, suggestion };
  }
}

export interface Cursor {
  readonly text: string;
  at: number;
}

export function skipSpace(cursor: Cursor): void {
  while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1;
}

export function take(cursor: Cursor, sticky: RegExp): string | null {
  skipSpace(cursor);
  sticky.lastIndex = cursor.at;
  const match = sticky.exec(cursor.text);
  if (match === null) return null;
  cursor.at += match[0].length;
  return match[0];
}

export const restOf = (cursor: Cursor): string => cursor.text.slice(cursor.at);

export function guarded<Value>(parse: () => Parsed<Value>): Parsed<Value> {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, problem: thrown.problem };
    throw thrown;
  }
}
