// The program as a user runs it: a process of its own, in a folder of its own, with everything it keeps inside it.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { packagePath } from '../../src/kernel/entry.ts';
import { type RunRecord, runRecordSchema } from '../../src/record/schema.ts';
import { endMarked } from './cli-left.ts';

export interface CliResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<CliResult>;
  /** Polls; rejects with what was printed when it takes longer than `withinMs`, or when the program ends before. */
  until(what: string, holds: () => boolean | Promise<boolean>, withinMs?: number): Promise<void>;
  /** To the program alone. */
  kill(signal: NodeJS.Signals): void;
  /** To its whole process group, as a terminal does. */
  ctrlC(): void;
}

export interface CliOptions {
  /** What is run, before the arguments. Default: Node.js and bin/mettle.js. */
  readonly program?: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ended by SIGKILL after this. Default 90 s. */
  readonly limitMs?: number;
}

export interface Workspace {
  /** Above everything else of it. */
  readonly folder: string;
  /** METTLE_STATE_DIR of every command. */
  readonly stateFolder: string;
  /** TMPDIR of every command. */
  readonly tempFolder: string;
  /** `--out` of every command that takes it. */
  readonly outFolder: string;
  /** Writes a file; returns its path. */
  file(name: string, text: string): Promise<string>;
  start(args: readonly string[], options?: CliOptions): RunningCli;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Ends what still runs, and removes the folder. */
  close(): Promise<void>;
}

const notPassedOn = /^(METTLE_|TOXIPROXY_URL|DATABASE_URL|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/;

export async function openWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
  await chmod(folder, 0o755); // PostgreSQL runs under an account of its own when the tests run as root
  const [stateFolder, tempFolder, outFolder] = [
    join(folder, 'state'),
    join(folder, 'tmp'),
    join(folder, 'out'),
  ];
  await mkdir(tempFolder);
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !notPassedOn.test(name)),
  );
  // The check-up of the machine before a run has tests of its own.
  const own = { METTLE_STATE_DIR: stateFolder, TMPDIR: tempFolder, METTLE_DOCTOR: 'off' };
  const running = new Set<ChildProcess>();
  const start = (args: readonly string[], options: CliOptions = {}): RunningCli => {
    const takesOut = ['run', 'verify'].includes(args[0] ?? '') && !args.includes('--out');
    const [program, ...first] = options.program ?? [process.execPath, packagePath('bin/mettle.js')];
    const child = spawn(program, [...first, ...args, ...(takesOut ? ['--out', outFolder] : [])], {
      cwd: options.cwd ?? folder,
      env: { ...inherited, ...own, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return watched(child, options.limitMs ?? 90_000);
  };
  return {
    folder,
    stateFolder,
    tempFolder,
    outFolder,
    file: async (name, text) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    start,
    run: (args, options) => start(args, options).ended,
    close: async () => {
      for (const child of running) child.kill('SIGTERM');
      for (let turn = 0; running.size > 0 && turn < 200; turn += 1) await wait(50);
      for (const child of running) child.kill('SIGKILL');
      await endMarked(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

function watched(child: ChildProcess, limitMs: number): RunningCli {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, ...texts });
    });
  });
  const printed = (): string => `\n--- stdout\n${texts.stdout}\n--- stderr\n${texts.stderr}`;
  return {
    pid: child.pid ?? 0,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    until: async (what, holds, withinMs = 30_000) => {
      const deadline = Date.now() + withinMs;
      while (!(await holds())) {
        const over = child.exitCode !== null || child.signalCode !== null;
        if (over) throw new Error(`the program ended before: ${what}${printed()}`);
        if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}${printed()}`);
        await wait(20);
      }
    },
    kill: (signal) => void child.kill(signal),
    ctrlC: () => void process.kill(-(child.pid ?? 0), 'SIGINT'),
  };
}

/** Folders of the records in the workspace, oldest first. */
export function recordFolders(workspace: Workspace): string[] {
  if (!existsSync(workspace.outFolder)) return [];
  const names = readdirSync(workspace.outFolder)
    // A folder is tried out with a file of a moment, whose name begins with a dot.
    .filter((name) => name !== 'history' && !name.startsWith('.'))
    .sort();
  return names.map((name) => join(workspace.outFolder, name));
}

/** The run.json of a record, validated. */
export const readRun = (folder: string): RunRecord =>
  runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));

/** The newest record. Runs of one second have names in no order: keep to one record per workspace, or look by name. */
export const lastRecord = (workspace: Workspace): RunRecord => readRun(recordFolders(workspace).at(-1) ?? '');

/** Reasons of a run that could not be measured because this machine was too busy. */
const busy = /^(the load generator was saturated|fault \S+: .+ was .+, asked for )/;
const attempts = 6;

/**
 * `mettle run`, repeated when this machine could not measure: such a run is rightly invalid (exit code 3), whatever the
 * target did. Any other result is returned as it is.
 */
export async function runMeasured(
  workspace: Workspace,
  args: readonly string[],
  options?: CliOptions,
): Promise<CliResult> {
  for (let attempt = 1; ; attempt += 1) {
    const before = new Set(recordFolders(workspace));
    const result = await workspace.run(['run', ...args], options);
    // A verification has a folder too, with its runs inside.
    const made = recordFolders(workspace).filter(
      (folder) => !before.has(folder) && existsSync(join(folder, 'run.json')),
    );
    const reason = made.flatMap((folder) => readRun(folder).verdict.reasons).find((text) => busy.test(text));
    if (result.exitCode !== 3 || reason === undefined || attempt === attempts) return result;
    console.warn(`repeated, because this machine is busy: ${reason}`);
    // What keeps it busy comes in bursts.
    await wait(1_000 * attempt);
  }
}
