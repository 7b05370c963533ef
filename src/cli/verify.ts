// mettle verify: before against after, in interleaved pairs of runs.

import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ExitCode } from '../kernel/errors.ts';
import { runId } from '../run/identity.ts';
import { linksOf, onStage } from '../run/stage.ts';
import { type Verified, verify } from '../run/verify.ts';
import { loadScenario } from '../scenario/load.ts';
import { commandLine } from './command-line.ts';
import { printDryRun } from './dry-run.ts';
import { listenForInterrupt } from './interrupt.ts';
import { sayLeftovers } from './leftovers.ts';
import { outputOf, positiveInteger, withRunOptions } from './options.ts';
import type { Output } from './output.ts';
import { printComparison } from './print-comparison.ts';
import { knownVariant } from './variant.ts';

interface VerifyFlags {
  readonly before: string;
  readonly after: string;
  readonly pairs?: number;
  readonly quick?: boolean;
  readonly out: string;
  readonly seed?: number;
  readonly set?: readonly string[];
  readonly toxiproxy?: string;
  readonly dryRun?: boolean;
}

const defaultPairs = 10;
const quickPairs = 6;

export function verifyCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('verify')
    .summary('before against after, over interleaved pairs of runs; judges the claims')
    .description('Runs two variants in interleaved, order-randomised pairs and judges the scenario’s claims.')
    .argument('<scenario.yml>', 'the scenario')
    .option('--before <variant>', 'the variant that is the base', 'before')
    .option('--after <variant>', 'the variant that is to be better', 'after')
    .option('--pairs <n>', `pairs of runs (default ${defaultPairs}, at least ${quickPairs})`, positiveInteger)
    .option('--quick', `${quickPairs} pairs`);
  withRunOptions(command).action(async (path: string, flags: VerifyFlags) => {
    const output = outputOf(command);
    const pairs = pairsOf(command, flags);
    await sayLeftovers(output);
    const interrupt = listenForInterrupt(output.progress);
    try {
      finish(await verifyFile(path, flags, pairs, output, interrupt.signal));
    } finally {
      interrupt.release();
    }
  });
}

function pairsOf(command: Command, flags: VerifyFlags): number {
  const pairs = flags.pairs ?? (flags.quick === true ? quickPairs : defaultPairs);
  if (pairs < quickPairs) {
    command.error(`error: ${pairs} pairs cannot show anything at the 95 % level; use at least ${quickPairs}`);
  }
  return pairs;
}

async function verifyFile(
  path: string,
  flags: VerifyFlags,
  pairs: number,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const loaded = await loadScenario(path, { set: flags.set ?? [] });
  const { scenario, target, extraEnv } = loaded;
  for (const warning of loaded.warnings) output.progress(warning);
  const variants = { before: knownVariant(flags.before, target), after: knownVariant(flags.after, target) };
  const names = [variants.before, variants.after];
  if (flags.dryRun === true) return printDryRun(output, loaded, names);
  const command = commandLine();
  const id = runId(new Date(), scenario.name, `${variants.before}-${variants.after}`);
  const seed = flags.seed ?? scenario.seed;
  const toxiproxyUrl = flags.toxiproxy ?? process.env['TOXIPROXY_URL'];
  const { progress } = output;
  const request = { scenario, target, variants, pairs, seed, id, command, threads: 1, signal, progress };
  const verified = await onStage(
    {
      linked: linksOf(scenario),
      seed,
      target,
      variants: names,
      command,
      toxiproxyUrl,
      extraEnv,
      signal,
      progress,
    },
    (stage): Promise<Verified> => verify({ ...request, stage, folder: resolve(join(flags.out, id)) }),
  );
  printComparison(output, verified.comparison, verified.reportPath);
  return verified.comparison.verdict.exitCode as ExitCode;
}
