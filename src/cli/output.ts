// Where words go: results to standard output, progress to standard error, colour only for people.

import { type ExitCode, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { withoutControls } from '../report/escape.ts';
import type { LiveView } from '../run/live-view.ts';
import { canShowLive, createTerminalView, type TerminalView } from './live-view.ts';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

export interface Output {
  /** A line of the result (standard output); silent under --json. */
  readonly result: (line: string) => void;
  /** A line of progress (standard error); silent under --quiet. Scrolls by above the live view. */
  readonly progress: (line: string) => void;
  /** Shows a run in place, when a person is looking at standard error. */
  readonly live: LiveView | undefined;
  /** The one document of --json. */
  readonly document: (value: unknown) => void;
  readonly options: OutputOptions;
}

export function createOutput(options: OutputOptions): Output {
  const live = options.quiet ? undefined : liveView();
  return {
    options,
    live,
    result: (line) => {
      live?.clear();
      if (!options.json) process.stdout.write(`${line}\n`);
    },
    progress: (line) => {
      if (options.quiet) return;
      const safe = dim(forTerminal(line));
      if (live === undefined) process.stderr.write(`${safe}\n`);
      else live.print(safe);
    },
    document: (value) => {
      live?.clear();
      if (options.json) process.stdout.write(documentText(value));
    },
  };
}

/** JSON escapes the controls below a space only; written out, the others are the same document and do nothing to a terminal. */
const documentText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2)}\n`.replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Text from outside moves no cursor and paints nothing; a lone carriage return would write over its own line. */
const forTerminal = (text: string): string => withoutControls(text).replace(/\r(?!\n)/g, '\ufffd');

function liveView(): TerminalView | undefined {
  const { stderr, env, platform } = process;
  const can = canShowLive({ isTTY: stderr.isTTY, env, platform });
  return can ? createTerminalView(stderr, coloured(stderr)) : undefined;
}

const coloured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && process.env['NO_COLOR'] === undefined;

function dim(text: string): string {
  return coloured(process.stderr) ? `\u001b[2m${text}\u001b[22m` : text;
}

const tones: Readonly<Record<string, number>> = {
  pass: 32,
  good: 32,
  confirmed: 32,
  improved: 32,
  warn: 33,
  watch: 33,
  inconclusive: 33,
  'no change': 33,
  'as before': 32,
  'suspected better': 33,
  'suspected worse': 31,
  invalid: 35,
  'not judged': 33,
  interrupted: 35,
  fail: 31,
  poor: 31,
  refuted: 31,
  regressed: 31,
};

/** A status word in its colour, for standard output. */
export function tone(status: string): string {
  const colour = tones[status];
  return colour !== undefined && coloured(process.stdout) ? `\u001b[${colour}m${status}\u001b[39m` : status;
}

const readerGone = new Set(['EPIPE', 'EIO']);

/**
 * A terminal that was closed, or `| head` that has read enough, is no failure of the run: it goes on (or, on SIGHUP, undoes
 * and stops) without words. A result that does not fit on its disk is one.
 */
export function outliveReaders(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) throw error;
  });
}

/** One clear message; the stack only with --debug. Returns the exit code. */
export function reportError(error: unknown, debug: boolean): ExitCode {
  const known = error instanceof MettleError;
  const say = (text: string): void => void process.stderr.write(`${forTerminal(text)}\n`);
  say(`mettle: ${messageOf(error)}`);
  if (known && error.hint !== undefined) say(`        ${error.hint}`);
  if (!known && !debug) say('        Run again with --debug for the stack.');
  if (debug && error instanceof Error) say(error.stack ?? '');
  return known ? error.exitCode : exitCodes.invalid;
}
