// mettle aa: the same variant against itself, to know what this machine calls a change where there is none.

import type { Command } from 'commander';
import { type ComparisonDesign, plannedPairs } from '../compare/design.ts';
import type { ExitCode } from '../kernel/errors.ts';
import { measureNoise } from '../run/aa.ts';
import { defaultCoolDownMicros } from '../run/verify-scenario.ts';
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
import { quoted } from './command-line.ts';
import { printNoise } from './print-noise.ts';
import { onlyVariant } from './variant.ts';
import { coolDown, defaultPairs, designOf } from './verify-flags.ts';

interface AaFlags extends ProgramFlags {
  readonly variant?: string;
  readonly pairs?: number;
  readonly quick?: boolean;
  readonly coolDown?: number;
  readonly allow?: readonly string[];
}

export function aaCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('aa')
    .summary('the same variant against itself: this machine’s noise floor')
    .description(
      'Runs one variant against itself in pairs, as verify does: its spread, how often the rule errs, and the smallest ' +
        'change that later comparisons of this scenario can show here. A false alarm is told, and is no failure; exit code 3 = ' +
        'it could not measure, or not keep what it measured for later comparisons.',
    )
    .argument('<scenario.yml>', 'the scenario')
    .option('--variant <name>', 'variant of the target (default: the scenario’s, or the only one)')
    .option('--pairs <n>', `pairs of runs (default ${defaultPairs}, at least 6)`, positiveInteger)
    .option('--quick', '6 pairs')
    .option('--cool-down <duration>', 'nothing runs for so long between two runs (default: 1s)', coolDown)
    .option('--allow <host>', 'also send load to this host, without a target file; may be repeated', collect);
  withRunOptions(command).action(async (path: string, flags: AaFlags) => {
    const output = outputOf(command);
    const design = designOf(flags);
    if (typeof design === 'string') return command.error(`error: ${design}`);
    finish(
      await interruptible(output.progress, (signal) =>
        killable(flags, output.progress, signal, (either, killFile) =>
          measure(
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

async function measure(
  path: string,
  flags: AaFlags,
  design: ComparisonDesign,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { allow = [], set = [], coolDown: coolDownMicros = defaultCoolDownMicros } = flags;
  const loaded = allowsHosts(await loadScenario(path, { set, allow }), allow);
  const { scenario, target } = loaded;
  const variant = onlyVariant(flags.variant ?? scenario.variant, target);
  for (const warning of loaded.warnings) output.progress(warning);
  if (flags.dryRun === true) {
    const seed = flags.seed ?? scenario.seed;
    const { durationMicros } = scenario;
    const more = describePairs({ design, seed, durationMicros, coolDownMicros });
    return await printDryRun(output, loaded, { variants: [variant], flags, more });
  }
  const common = programOptions(flags, output, signal);
  const allowed = allow.map((host) => ` --allow ${quoted(host)}`).join('');
  const repeatFlags = `${common.repeatFlags ?? ''}${allowed}`;
  const pairs = plannedPairs(design);
  const measured = await measureNoise(loaded, { ...common, repeatFlags, variant, pairs, coolDownMicros });
  printNoise(output, measured);
  return measured.exitCode;
}
