// Flags that several commands share, and how their text becomes a quantity.

import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { ProgramOptions } from '../run/run-scenario.ts';
import { commandLine, quoted } from './command-line.ts';
import { createOutput, type Output } from './output.ts';

const globals = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  debug: z.boolean().default(false),
});

/** The output of a command, by its own and its parents' flags. */
export function outputOf(command: Command): Output {
  return createOutput(globals.parse(command.optsWithGlobals()));
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError(`"${text}" is not a positive whole number.`);
  return value;
}

/** As in scenario files: 32 bits are what the generators take. */
const largestSeed = 0xffffffff;

export function seedNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > largestSeed)
    throw new InvalidArgumentError(`"${text}" is not a whole number from 0 to ${largestSeed}.`);
  return value;
}

/** More than any machine has cores for is a mistake, and every thread costs memory. */
const mostThreads = 256;

function threadNumber(text: string): number {
  const value = positiveInteger(text);
  if (value > mostThreads) throw new InvalidArgumentError(`"${text}" is more than ${mostThreads}.`);
  return value;
}

export const collect = (value: string, held: readonly string[] = []): readonly string[] => [...held, value];

/** Flags of every command that runs load. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--out <dir>', 'folder for records and reports', 'reports')
    .option(
      '--history <dir>',
      'earlier runs, which others are held against and single runs are added to (default: <out>/history)',
    )
    .option('--no-history', 'neither look at earlier runs in a history nor add any')
    .option(
      '--seed <n>',
      'everything random derives from it, 0 to 4294967295 (default: the scenario’s)',
      seedNumber,
    )
    .option(
      '--threads <n>',
      'threads that generate load (default: what the rate needs, at most one less than there are cores)',
      threadNumber,
    )
    .option('--set <key=value>', 'override a field of the scenario, or target.env.NAME', collect)
    .option('--toxiproxy <url>', 'use this Toxiproxy server instead of the embedded proxy (or TOXIPROXY_URL)')
    .option('--allow-production', 'send load to a host that is, or counts as, production')
    .option('--allow-exec', 'run the commands of the fault `exec` in containers')
    .option(
      '--kill-file <path>',
      'stop as by Ctrl-C when this file appears (default: one of its own, printed)',
    )
    .option('--dry-run', 'print what would be done, every injection with its undo, and do nothing');
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError(`"${text}" is not a port (0 to 65535).`);
  }
  return value;
}

/** The flags of `withRunOptions`. */
export interface ProgramFlags {
  readonly out: string;
  /** false: `--no-history`. */
  readonly history?: string | false;
  readonly seed?: number;
  readonly threads?: number;
  readonly set?: readonly string[];
  readonly toxiproxy?: string;
  readonly dryRun?: boolean;
  readonly killFile?: string;
  readonly allowProduction?: boolean;
  readonly allowExec?: boolean;
}

export function programOptions(flags: ProgramFlags, output: Output, signal: AbortSignal): ProgramOptions {
  return {
    out: flags.out,
    ...(flags.history === undefined ? {} : { history: flags.history === false ? null : flags.history }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
    toxiproxyUrl: flags.toxiproxy ?? process.env['TOXIPROXY_URL'],
    allowProduction: flags.allowProduction ?? false,
    allowExec: flags.allowExec ?? false,
    ...(flags.killFile === undefined ? {} : { killFile: flags.killFile }),
    command: commandLine(),
    repeatFlags: repeatFlags(flags),
    signal,
    progress: output.progress,
    live: output.live,
  };
}

function repeatFlags(flags: ProgramFlags): string {
  const words = [
    ...(flags.threads === undefined ? [] : ['--threads', String(flags.threads)]),
    ...(flags.set ?? []).flatMap((override) => ['--set', override]),
    ...(flags.toxiproxy === undefined ? [] : ['--toxiproxy', flags.toxiproxy]),
    ...(flags.allowProduction === true ? ['--allow-production'] : []),
    ...(flags.allowExec === true ? ['--allow-exec'] : []),
  ];
  return words.map((word) => ` ${quoted(word)}`).join('');
}
