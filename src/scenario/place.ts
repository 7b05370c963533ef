// Puts problems in their file: paths become lines and columns, down to the character inside a text.

import type { Diagnostic } from './diagnostics.ts';
import type { Problem } from './issues.ts';
import type { SourceDocument } from './yaml-document.ts';

function placeProblem(document: SourceDocument, problem: Problem): Diagnostic {
  const { path, part } = problem;
  const { message, suggestion } = explained(document, problem);
  const place = document.place(path, part, problem.offset);
  const written = document.written(path);
  return {
    ...place,
    column: place.line > 0 ? place.column + offsetIn(written, problem.offset ?? 0) : columnInOption(problem),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function explained(
  document: SourceDocument,
  { path, message, suggestion, offset }: Problem,
): Pick<Problem, 'message' | 'suggestion'> {
  const about = document.about?.(path, offset) ?? null;
  if (about === null) return { message, suggestion };
  const { before, after } = about;
  return {
    message: `${before}${message}`,
    suggestion: suggestion === undefined ? after : `${suggestion}; ${after}`,
  };
}

/** An option of the command line is one text: its first character is 1; 0 = all of it is meant. */
const columnInOption = ({ offset }: Problem): number => (offset === undefined ? 0 : offset + 1);

/** Texts over several lines, or with escapes, are not counted into: their beginning is near enough. */
function offsetIn(written: string, offset: number): number {
  const quote = /^["']/.test(written) ? 1 : 0;
  const exact = !/[\n\\]/.test(written) && offset + quote <= written.length;
  return exact && offset > 0 ? offset + quote : 0;
}

export const placeProblems = (document: SourceDocument, problems: readonly Problem[]): Diagnostic[] =>
  problems.map((problem) => placeProblem(document, problem));
