// mettle verify: before against after, in interleaved pairs of runs.

import type { Command } from 'commander';
import type { ExitCode } from '../kernel/errors.ts';
import { verifyScenario } from '../run/verify-scenario.ts';
import { loadScenario } from '../scenario/load.ts';
import { printDryRun } from './dry-run.ts';
import { interruptible } from './interrupt.ts';
import { killable } from './kill-file.ts';
import { outputOf, positiveInteger, type ProgramFlags, programOptions, withRunOptions } from './options.ts';
import type { Output } from './output.ts';
import { printComparison } from './print-comparison.ts';
import { knownVariant } from './variant.ts';

interface VerifyFlags extends ProgramFlags {
  readonly before: string;
  readonly after: string;
  readonly pairs?: number;
  readonly quick?: boolean;
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
    finish(
      await interruptible(output.progress, (signal) =>
        killable(flags, output.progress, signal, (either, killFile) =>
          verifyFile(
            path,
            { ...flags, ...(killFile === undefined ? {} : { killFile }) },
            pairs,
            output,
            either,
          ),
        ),
      ),
    );
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
  const { target } = loaded;
  for (const warning of loaded.warnings) output.progress(warning);
  const variants = { before: knownVariant(flags.before, target), after: knownVariant(flags.after, target) };
  if (flags.dryRun === true)
    return await printDryRun(output, loaded, { variants: [variants.before, variants.after], flags });
  const options = { ...programOptions(flags, output, signal), variants, pairs };
  const verified = await verifyScenario(loaded, options);
  printComparison(output, verified.comparison, verified.reportPath);
  return verified.comparison.verdict.exitCode as ExitCode;
}
