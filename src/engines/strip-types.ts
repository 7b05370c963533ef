// TypeScript without its types: what Node itself does from version 22.18 on, for the versions before.

import { MettleError } from '../kernel/errors.ts';

interface SwcProblem {
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

const isProblem = (thrown: unknown): thrown is SwcProblem =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';

/**
 * The same text with its types blanked out, so that every line and column stays. Throws MettleError with
 * `<file>:<line>:<column>` for what is not TypeScript, and for the parts of it that are more than types (enums).
 */
export async function stripTypes(source: string, file: string): Promise<string> {
  const { transformSync } = await import('@swc/wasm-typescript');
  try {
    return transformSync(source, { mode: 'strip-only', filename: file }).code;
  } catch (thrown) {
    if (!isProblem(thrown)) throw thrown;
    const { startLine, startColumn, message } = thrown;
    const place = startLine === undefined ? '' : `:${startLine}:${(startColumn ?? 0) + 1}`;
    const [first = message] = message.split('\n', 1);
    throw new MettleError({ code: 'HOOKS_SYNTAX', message: `${file}${place}: ${first}`, cause: thrown });
  }
}
