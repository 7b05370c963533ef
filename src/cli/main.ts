// The command line: a table of contents of the commands, and the one place where an error becomes an exit code.

import { Command, CommanderError } from 'commander';
import { exitCodes, type ExitCode } from '../kernel/errors.ts';
import { mettleVersion } from '../run/environment.ts';
import { aaCommand } from './aa.ts';
import { chaosCommand } from './chaos.ts';
import { compareCommand } from './compare.ts';
import { doctorCommand } from './doctor.ts';
import { historyCommand } from './history.ts';
import { sayLeftovers } from './leftovers.ts';
import { outputOf } from './options.ts';
import { outliveReaders, reportError } from './output.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { sloCommand } from './slo.ts';
import { targetCommand } from './target.ts';
import { trendCommand } from './trend.ts';
import { validateCommand } from './validate.ts';
import { verifyCommand } from './verify.ts';

const exitCodeHelp = `
Exit codes:
  0    pass or warn; no regression, no claim refuted
  1    a promise failed, a claim was refuted, a regression
  2    usage, an invalid file, or something that could not be started
  3    invalid or inconclusive measurement, a record that could not be written
  4    an undo could not be completed or verified
  130  interrupted, after undo`;

/** What a command resolves to. */
export type CommandResult = ExitCode;

/** Runs the command line; resolves to the exit code, never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  outliveReaders();
  let exitCode: number = exitCodes.ok;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('mettle')
    .description(
      'Load, chaos and reliability testing: does a service keep its promises, and did a change make it better?',
    )
    .version(mettleVersion)
    .option('--json', 'print the verdict document and nothing else on standard output')
    .option('--quiet', 'no progress on standard error')
    .option('--debug', 'stacks of unexpected errors')
    .showSuggestionAfterError()
    .addHelpText('after', exitCodeHelp);
  for (const add of [
    runCommand,
    verifyCommand,
    compareCommand,
    trendCommand,
    aaCommand,
    reportCommand,
    historyCommand,
    validateCommand,
    schemaCommand,
    sloCommand,
    targetCommand,
    chaosCommand,
    doctorCommand,
  ]) {
    add(program, finish);
  }
  for (const command of [program, ...descendants(program)]) command.exitOverride();
  program.hook('preAction', async (_program, command) => {
    if (command.parent?.name() !== 'chaos' || ['proxy', 'apply'].includes(command.name()))
      await sayLeftovers(outputOf(command));
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(error, argv.includes('--debug'));
  }
}

const descendants = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);
