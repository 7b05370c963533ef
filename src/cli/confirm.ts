// `mettle run --confirm`: a run that is suspected to be worse is followed by pairs, which can tell.

import { fixedDesign } from '../compare/design.ts';
import { type ExitCode, exitCodes, MettleError } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { ProgramOptions } from '../run/run-scenario.ts';
import { verifyScenario } from '../run/verify-scenario.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { quoted } from './command-line.ts';
import { type Output, reportError } from './output.ts';
import { printComparison } from './print-comparison.ts';
import { knownVariant } from './variant.ts';
import { defaultPairs } from './verify-flags.ts';

/** `--confirm` alone is true. */
export type ConfirmFlag = string | boolean | undefined;

const defaultBefore = 'before';

/** The variant that a suspected one would be compared with; null: nothing was asked for. Throws MettleError (exit code 2). */
export function confirmedAgainst(
  flag: ConfirmFlag,
  { scenario, target }: LoadedScenario,
  variant: string,
): string | null {
  if (flag === undefined || flag === false) return null;
  const refuse = (message: string, hint: string): never => {
    throw new MettleError({ code: 'CONFIRM', message, hint, exitCode: exitCodes.usage });
  };
  if (scenario.primary === null)
    return refuse(
      `--confirm: ${scenario.name} has no primary metric, so no run of it is ever suspected`,
      'Name one in the scenario, e.g. `primary: p95(query)`.',
    );
  const before = flag === true ? defaultBefore : flag;
  if (flag === true && !Object.hasOwn(target.variants, before))
    return refuse(
      `--confirm: ${target.name} has no variant \`${before}\` to compare with`,
      `Name another: --confirm=<variant>, one of ${Object.keys(target.variants).join(', ')}.`,
    );
  if (knownVariant(before, target) === variant)
    return refuse(
      `--confirm: the run is of \`${variant}\` itself, which would be compared with itself`,
      'Name the variant that it is to be compared with: --confirm=<variant>.',
    );
  return before;
}

interface Confirmation {
  /** Of --json. */
  readonly document: unknown;
  readonly exitCode: ExitCode;
}

/** Runs the pairs at once; null: the run is not suspected to be worse, and nothing is run. Rejects with what is no MettleError. */
export async function confirm(
  { run }: RunData,
  loaded: LoadedScenario,
  options: ProgramOptions,
  before: string | null,
  output: Output,
): Promise<Confirmation | null> {
  if (before === null || run.suspicion?.outcome !== 'suspected worse') return null;
  const variants = { before, after: run.variant };
  output.progress(
    `${run.variant} is suspected to be worse than earlier runs: ${defaultPairs} pairs against ${before} will tell`,
  );
  const documents: unknown[] = [];
  const gathering: Output = { ...output, document: (value) => documents.push(value) };
  try {
    const command = commandOf(loaded, variants, options);
    // What is doubted is no baseline of the pairs that are to tell.
    const asked = { ...options, command, variants, design: fixedDesign(defaultPairs), except: run.id };
    const { comparison, reportPath } = await verifyScenario(loaded, asked);
    printComparison(gathering, comparison, reportPath);
    return { document: documents[0], exitCode: comparison.verdict.exitCode as ExitCode };
  } catch (thrown) {
    if (!(thrown instanceof MettleError)) throw thrown;
    const exitCode = reportError(thrown, output.options.debug);
    return { document: { error: thrown.message, exitCode }, exitCode };
  }
}

/** What repeats the pairs without the run before them. */
function commandOf(
  { scenario }: LoadedScenario,
  { before, after }: { readonly before: string; readonly after: string },
  { seed, repeatFlags = '' }: ProgramOptions,
): string {
  const file = scenario.file === null ? '' : ` ${quoted(scenario.file)}`;
  const seeded = seed === undefined ? '' : ` --seed ${seed}`;
  return `mettle verify${file} --before ${quoted(before)} --after ${quoted(after)}${seeded}${repeatFlags}`;
}
