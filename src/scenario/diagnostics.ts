// What is wrong with a file, where, and what was meant: collected together so that one look shows every problem.

import { relative } from 'node:path';
import { exitCodes, MettleError } from '../kernel/errors.ts';

export interface Position {
  /** From 1; 0 when the place is not in a file (an option of the command line). */
  readonly line: number;
  /** From 1; in an option 0 when all of it is meant. */
  readonly column: number;
}

export interface Diagnostic extends Position {
  /** Path as shown to people, or the option it came from (`--set warmup=5`). */
  readonly file: string;
  readonly message: string;
  /** A phrase that says what to write instead: `did you mean "arrivals"?`. */
  readonly suggestion?: string;
}

/** `scenarios/x.yml:12:5: unknown key "arivals" — did you mean "arrivals"?`, or `--slo "p95 < 5x", character 7: …` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, message, suggestion } = diagnostic;
  const inOption = column > 0 ? `${file}, character ${column}` : file;
  const place = line > 0 ? `${file}:${line}:${column}` : inOption;
  return `${place}: ${message}${suggestion === undefined ? '' : ` — ${suggestion}`}`;
}

/** In order of place, each once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((diagnostic) => {
      const text = formatDiagnostic(diagnostic);
      if (seen.has(text)) return false;
      seen.add(text);
      return true;
    });
}

/** All problems as the one error that a command ends with (exit code 2). */
export function invalidFile(diagnostics: readonly Diagnostic[]): MettleError {
  return new MettleError({
    code: 'INVALID_FILE',
    message: sortDiagnostics(diagnostics).map(formatDiagnostic).join('\n'),
    exitCode: exitCodes.usage,
  });
}

/** A path as people know it: relative to where they stand when it lies below, absolute otherwise. */
export function shownPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short === '' || short.startsWith('..') ? file : short;
}
