// Opens scenario and target files: bounded, text only, and with the file that was probably meant when there is none.

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import { type Diagnostic, shownPath } from './diagnostics.ts';
import { didYouMean } from '../kernel/suggest.ts';
import { maxFileBytes, parseSource, type ReadResult } from './yaml-document.ts';

/** Reads and parses a file. Never throws for what is wrong with it. */
export async function readSource(file: string, cwd: string): Promise<ReadResult> {
  const read = await readText(file, cwd);
  return read.text === undefined
    ? { document: undefined, diagnostics: read.diagnostics }
    : parseSource(shownPath(file, cwd), read.text);
}

type ReadText =
  | { readonly text: string; readonly diagnostics: readonly [] }
  | { readonly text: undefined; readonly diagnostics: readonly Diagnostic[] };

/** The text of a file. Never throws for what is wrong with it. */
export async function readText(file: string, cwd: string): Promise<ReadText> {
  const fail = (message: string, suggestion?: string): ReadText => {
    const problem: Diagnostic = { file: shownPath(file, cwd), line: 0, column: 0, message };
    return {
      text: undefined,
      diagnostics: [suggestion === undefined ? problem : { ...problem, suggestion }],
    };
  };
  try {
    const status = await stat(file);
    if (!status.isFile()) return fail('not a file');
    if (status.size > maxFileBytes) return fail(`larger than ${maxFileBytes} bytes`);
    return { text: await readFile(file, 'utf8'), diagnostics: [] };
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return fail('no such file', await similarFile(file));
    return fail(`cannot be read (${messageOf(thrown)})`);
  }
}

async function similarFile(file: string): Promise<string | undefined> {
  try {
    return didYouMean(basename(file), await readdir(dirname(file)));
  } catch (thrown) {
    if (errnoOf(thrown) !== undefined) return undefined;
    throw thrown;
  }
}
