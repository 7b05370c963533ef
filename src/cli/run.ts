// mettle run: one run of one variant, from a scenario file or straight at a URL.

import type { Command } from 'commander';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import { runScenario } from '../run/run-scenario.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { scenarioFromUrl } from '../scenario/from-url.ts';
import { allowsHosts } from './allow.ts';
import { confirm, confirmedAgainst, type ConfirmFlag } from './confirm.ts';
import { printDryRun } from './dry-run.ts';
import { interruptible } from './interrupt.ts';
import { killable } from './kill-file.ts';
import { collect, outputOf, type ProgramFlags, programOptions, withRunOptions } from './options.ts';
import { type Output, reportError } from './output.ts';
import { printRun } from './print-run.ts';
import { runEach } from './run-each.ts';
import { onlyVariant } from './variant.ts';
import { worstCode } from './worst-code.ts';

interface RunFlags extends ProgramFlags {
  readonly variant?: string;
  readonly rate?: string;
  readonly users?: string;
  readonly for?: string;
  readonly slo?: readonly string[];
  readonly allow?: readonly string[];
  readonly confirm?: ConfirmFlag;
}

export function runCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('run')
    .summary('one run: load, faults, promises, a record and a report')
    .description(
      'Runs scenario files one after the other, or load straight at a URL; the worst exit code counts.',
    )
    .argument('<scenario.yml or url...>', 'scenario files, or one http:// or ws:// URL')
    .option('--variant <name>', 'variant of the target (default: the scenario’s, or the only one)')
    .option('--rate <rate>', 'with a URL: arrivals, e.g. 50/s')
    .option('--users <n>', 'with a URL: virtual users instead of a rate')
    .option('--for <duration>', 'with a URL: how long, e.g. 30s')
    .option('--slo <promise>', 'with a URL: a promise, e.g. "p95 < 200ms"; may be repeated', collect)
    .option('--allow <host>', 'with a URL: also send load to this host; may be repeated', collect)
    .option(
      '--confirm [variant]',
      'when the run is suspected to be worse than earlier ones, run pairs against this variant at once (default: before)',
    );
  withRunOptions(command).action(async (sources: readonly string[], flags: RunFlags) => {
    const output = outputOf(command);
    refuseUrlFlags(command, sources, flags);
    if (flags.history === false && flags.confirm !== undefined)
      command.error('error: --confirm needs the history that --no-history does without');
    finish(
      await interruptible(output.progress, (signal) =>
        killable(flags, output.progress, signal, (either, killFile) =>
          runAll(sources, { ...flags, ...(killFile === undefined ? {} : { killFile }) }, output, either),
        ),
      ),
    );
  });
}

async function runAll(
  sources: readonly string[],
  flags: RunFlags,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  // Every file is read and checked before anything starts.
  const all: LoadedScenario[] = [];
  for (const source of sources) {
    const loaded = await load(source, flags);
    if (flags.confirm !== undefined) confirmedAgainst(flags.confirm, loaded, variantOf(loaded, flags));
    all.push(loaded);
  }
  const [only, ...more] = all;
  if (only !== undefined && more.length === 0) return await runOne(only, flags, output, signal);
  return await runEach(all, output, signal, (loaded, gathering) => runOne(loaded, flags, gathering, signal));
}

const isUrl = (source: string): boolean => /^(https?|wss?):\/\//.test(source);

/** Flags that say what a file says itself must not be ignored in silence. */
function refuseUrlFlags(command: Command, sources: readonly string[], flags: RunFlags): void {
  if (sources.every(isUrl)) return;
  const given = (['rate', 'users', 'for', 'slo'] as const).find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  command.error(`error: --${given} goes with a URL; a scenario file says it itself, or use --set`);
}

async function load(source: string, flags: RunFlags): Promise<LoadedScenario> {
  const both = { set: flags.set ?? [], allow: flags.allow ?? [] };
  if (!isUrl(source)) return allowsHosts(await loadScenario(source, both), flags.allow);
  return await scenarioFromUrl(source, {
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    ...(flags.users === undefined ? {} : { users: flags.users }),
    ...(flags.for === undefined ? {} : { for: flags.for }),
    slo: flags.slo ?? [],
    ...both,
  });
}

const variantOf = ({ scenario, target }: LoadedScenario, flags: RunFlags): string =>
  onlyVariant(flags.variant ?? scenario.variant, target);

async function runOne(
  loaded: LoadedScenario,
  flags: RunFlags,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  for (const warning of loaded.warnings) output.progress(warning);
  const variant = variantOf(loaded, flags);
  if (flags.dryRun === true) return await printDryRun(output, loaded, { variants: [variant], flags });
  const options = programOptions(flags, output, signal);
  const { data, report, unkept } = await runScenario(loaded, { ...options, variant });
  const documents: object[] = [];
  const gathering: Output = { ...output, document: (value) => documents.push(value as object) };
  printRun(gathering, data, report);
  const before = confirmedAgainst(flags.confirm, loaded, variant);
  const confirmation = await confirm(data, loaded, options, before, output);
  output.document({
    ...documents[0],
    ...(confirmation === null ? {} : { confirmation: confirmation.document }),
  });
  const codes = [
    data.run.verdict.exitCode as ExitCode,
    ...(confirmation === null ? [] : [confirmation.exitCode]),
    ...(unkept === null ? [] : [reportError(notKept(unkept), output.options.debug)]),
  ];
  return worstCode(codes);
}

const notKept = (message: string): MettleError =>
  new MettleError({ code: 'RECORD_UNWRITABLE', message, exitCode: exitCodes.invalid });
