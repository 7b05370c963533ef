// mettle verify: before against after, in interleaved pairs of runs.

import type { Command } from 'commander';
import type { ComparisonDesign } from '../compare/design.ts';
import type { ExitCode } from '../kernel/errors.ts';
import { defaultCoolDownMicros, type VerifyOptions, verifyScenario } from '../run/verify-scenario.ts';
import { loadScenario } from '../scenario/load.ts';
import { allowsHosts } from './allow.ts';
import { printDryRun } from './dry-run.ts';
import { describePairs } from './dry-run-pairs.ts';
import { interruptible } from './interrupt.ts';
import { killable } from './kill-file.ts';
import {
  collect,
  outputOf,
  positiveInteger,
  type ProgramFlags,
  programOptions,
  withRunOptions,
} from './options.ts';
import type { Output } from './output.ts';
import { printComparison } from './print-comparison.ts';
import { coolDown, defaultPairs, designOf, type PairFlags } from './verify-flags.ts';
import { type ComparedSides, sidesOf } from './verify-sides.ts';

interface VerifyFlags extends ProgramFlags, PairFlags {
  readonly before: string;
  readonly after: string;
  readonly coolDown?: number;
  readonly allow?: readonly string[];
}

export function verifyCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('verify')
    .summary('before against after, over interleaved pairs of runs; judges the claims')
    .description('Runs two variants in interleaved, order-randomised pairs and judges the scenario’s claims.')
    .argument('<scenario.yml>', 'the scenario')
    .option(
      '--before <variant or url>',
      'what is the base: a variant, or a server that runs already',
      'before',
    )
    .option('--after <variant or url>', 'what is to be better', 'after')
    .option('--pairs <n>', `pairs of runs (default ${defaultPairs}, at least 6)`, positiveInteger)
    .option('--quick', '6 pairs')
    .option(
      '--max-pairs <n>',
      'judge after half of them, and go on only if that decides nothing',
      positiveInteger,
    )
    .option('--cool-down <duration>', 'nothing runs for so long between two runs (default: 1s)', coolDown)
    .option('--allow <host>', 'also send load to this host, without a target file; may be repeated', collect);
  withRunOptions(command).action(async (path: string, flags: VerifyFlags) => {
    const output = outputOf(command);
    const asked = designOf(flags);
    const design = typeof asked === 'string' ? command.error(`error: ${asked}`) : asked;
    finish(
      await interruptible(output.progress, (signal) =>
        killable(flags, output.progress, signal, (either, killFile) =>
          verifyFile(
            path,
            { ...flags, ...(killFile === undefined ? {} : { killFile }) },
            design,
            output,
            either,
          ),
        ),
      ),
    );
  });
}

async function verifyFile(
  path: string,
  flags: VerifyFlags,
  design: ComparisonDesign,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { allow = [], set = [], coolDown: coolDownMicros = defaultCoolDownMicros } = flags;
  const written = allowsHosts(await loadScenario(path, { set, allow }), allow);
  const sides = sidesOf(written, flags, allow);
  const { loaded, variants } = sides;
  for (const warning of [...loaded.warnings, ...sides.notes]) output.progress(warning);
  if (flags.dryRun === true) {
    const seed = flags.seed ?? loaded.scenario.seed;
    const { durationMicros } = loaded.scenario;
    const more = describePairs({ design, seed, durationMicros, coolDownMicros });
    const names = [...new Set([variants.before, variants.after])];
    return await printDryRun(output, loaded, { variants: names, flags, more });
  }
  const common = programOptions(flags, output, signal);
  const verified = await verifyScenario(loaded, optionsOf(common, sides, design, coolDownMicros));
  printComparison(output, verified.comparison, verified.reportPath);
  return verified.comparison.verdict.exitCode as ExitCode;
}

function optionsOf(
  common: Omit<VerifyOptions, 'variants' | 'design'>,
  { variants, variantFlags, moreFlags, notes }: ComparedSides,
  design: ComparisonDesign,
  coolDownMicros: number,
): VerifyOptions {
  return {
    ...common,
    ...{ variants, design, coolDownMicros, notes },
    ...(variantFlags === undefined ? {} : { variantFlags }),
    repeatFlags: `${common.repeatFlags ?? ''}${moreFlags}`,
  };
}
