// mettle compare: the judgement of a verification over stored records, single or groups.

import type { Command } from 'commander';
import type { ExitCode } from '../kernel/errors.ts';
import { compareRecords } from '../run/compare-records.ts';
import { loadScenario } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { commandLine } from './command-line.ts';
import { collect, outputOf } from './options.ts';
import type { Output } from './output.ts';
import { printComparison } from './print-comparison.ts';
import { printFewPairs } from './print-few-pairs.ts';

interface CompareFlags {
  readonly before?: string;
  readonly after?: string;
  readonly variant?: string;
  readonly primary?: string;
  readonly scenario?: string;
  readonly set?: readonly string[];
  readonly force?: boolean;
  readonly out: string;
}

export function compareCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('compare')
    .summary('the same judgement as `verify`, over stored records')
    .description(
      'Compares stored runs: two folders of records, or one that holds both sides (a verification is judged again). Runs are paired by seed, else in order of time; what is not comparable is refused.',
    )
    .argument('<records>', 'a run, a folder with many, or a verification; with one alone: both sides')
    .argument('[other]', 'the records to compare them with: these are `after`')
    .option('--variant <name>', 'only runs of this variant, on both sides')
    .option('--before <name>', 'the variant that is the base')
    .option('--after <name>', 'the variant that is to be better')
    .option('--primary <metric>', 'the metric that gates (default: the scenario’s)')
    .option('--scenario <file>', 'judge the claims of this scenario, over its runs only')
    .option('--set <key=value>', 'with --scenario: the overrides that the runs were made with', collect)
    .option('--force', 'compare in spite of what differs, which the report then says')
    .option('--out <dir>', 'folder for the comparison and its report', 'reports');
  command.action(async (records: string, other: string | undefined, flags: CompareFlags) => {
    if (flags.set !== undefined && flags.scenario === undefined)
      command.error('error: --set goes with --scenario');
    const paths = other === undefined ? [records] : [records, other];
    finish(await compareFolders(paths, flags, outputOf(command)));
  });
}

async function compareFolders(
  paths: readonly string[],
  flags: CompareFlags,
  output: Output,
): Promise<ExitCode> {
  const { before, after, variant, primary, out, force = false } = flags;
  const { comparison, reportPath } = await compareRecords({
    ...{ paths, before, after, variant, primary, out, force },
    scenario: await scenarioOf(flags, output),
    command: commandLine(),
    say: output.progress,
  });
  printFewPairs(output, comparison);
  printComparison(output, comparison, reportPath);
  return comparison.verdict.exitCode as ExitCode;
}

async function scenarioOf(
  { scenario: file, set = [] }: CompareFlags,
  output: Output,
): Promise<Scenario | undefined> {
  if (file === undefined) return undefined;
  const { scenario, warnings } = await loadScenario(file, { set });
  for (const warning of warnings) output.progress(warning);
  return scenario;
}
