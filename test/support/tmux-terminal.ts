// A real terminal for the program to run in: a tmux of its own, whose screen can be read while the program runs.

import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packagePath } from '../../src/kernel/entry.ts';
import type { Workspace } from './cli.ts';

const run = promisify(execFile);

/** What is missing is skipped with its reason, and is a failure where everything is required. */
export function canOpenTerminals(): boolean {
  if (spawnSync('tmux', ['-V']).status === 0) return true;
  const reason = 'tmux is needed to look at the live view in a terminal';
  if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

export interface TmuxTerminal {
  /** What is on the screen now, line by line, without empty lines at its end. */
  screen(): Promise<string[]>;
  /** Looks every few milliseconds until `holds`; returns that screen, or rejects with the last one. */
  until(what: string, holds: (screen: string) => boolean, withinMs?: number): Promise<string[]>;
  resize(columns: number, rows: number): Promise<void>;
  /** By tmux's names: `C-c`. */
  press(key: string): Promise<void>;
  cursorIsShown(): Promise<boolean>;
  close(): Promise<void>;
}

export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  /** Words before the program, such as `env TERM=dumb`. */
  readonly before?: readonly string[];
  /** Shell text behind the arguments, such as `> file`. */
  readonly redirect?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs `mettle` with these arguments; when it has ended the screen says `EXIT <code>`. */
export async function openTerminal(
  workspace: Workspace,
  args: readonly string[],
  options: TmuxOptions,
): Promise<TmuxTerminal> {
  const socket = join(workspace.folder, 'tmux');
  const { CI: _ci, NO_COLOR: _noColor, TMUX: _tmux, ...inherited } = process.env;
  const env = {
    ...inherited,
    LC_ALL: 'C.UTF-8',
    METTLE_STATE_DIR: workspace.stateFolder,
    METTLE_DOCTOR: 'off',
    TMPDIR: workspace.tempFolder,
    ...options.env,
  };
  const tmux = async (...words: string[]): Promise<string> =>
    (await run('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...words], { env, cwd: workspace.folder }))
      .stdout;
  const mettle = [process.execPath, packagePath('bin/mettle.js'), ...args, '--out', workspace.outFolder];
  const program = [...(options.before ?? []), ...mettle];
  // The shell must survive Ctrl-C, to tell the exit code; then it waits, so that the screen stays.
  const script = `trap : INT; ${program.map(quoted).join(' ')} ${options.redirect ?? ''}; echo "EXIT $?"; exec sleep 120`;
  const size = ['-x', String(options.columns), '-y', String(options.rows)];
  await tmux('new-session', '-d', ...size, `exec sh -c ${quoted(script)}`);

  const screen = async (): Promise<string[]> => {
    const lines = (await tmux('capture-pane', '-p')).split('\n').map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  };
  return {
    screen,
    until: async (what, holds, withinMs = 30_000) => {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const lines = await screen();
        if (holds(lines.join('\n'))) return lines;
        if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}\n${lines.join('\n')}`);
        await wait(30);
      }
    },
    resize: async (columns, rows) => {
      await tmux('resize-window', '-x', String(columns), '-y', String(rows));
    },
    press: async (key) => {
      await tmux('send-keys', key);
    },
    cursorIsShown: async () => (await tmux('display-message', '-p', '#{cursor_flag}')).trim() === '1',
    close: async () => {
      await tmux('kill-server').catch(() => ''); // it may be gone already
    },
  };
}
