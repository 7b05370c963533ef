// Several scenario files in one command: one after the other, until one leaves something behind or the user stops it.

import { type ExitCode, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { type Output, reportError } from './output.ts';
import { worstCode } from './worst-code.ts';

type RunOne = (loaded: LoadedScenario, output: Output) => Promise<ExitCode>;

/** What of a file is looked at here. */
type Named = Pick<LoadedScenario, 'scenario'>;

/**
 * One that cannot run does not keep the others from it; with --json all of them are one list. What is left is not run, and
 * said so, after an undo that failed (it would be measured on top of what was left behind), an interruption, or a bug.
 */
export async function runEach(
  all: readonly LoadedScenario[],
  output: Output,
  signal: AbortSignal,
  run: RunOne,
): Promise<ExitCode> {
  const documents: unknown[] = [];
  const gathering: Output = { ...output, document: (value) => documents.push(value) };
  const codes: ExitCode[] = [];
  const failed = (error: unknown, files: readonly Named[]): void => {
    const exitCode = reportError(error, output.options.debug);
    codes.push(exitCode);
    for (const { scenario } of files) {
      const { name, file } = scenario;
      documents.push({ scenario: { name, file }, error: messageOf(error), exitCode });
    }
  };
  let isBroken = false;
  for (const [index, loaded] of all.entries()) {
    const left = all.slice(index);
    const end = endOf(codes, signal, isBroken);
    if (end !== null) {
      failed(notRun(end, left), left);
      break;
    }
    try {
      codes.push(await run(loaded, gathering));
    } catch (thrown) {
      isBroken = !(thrown instanceof MettleError);
      failed(thrown, [loaded]);
    }
  }
  output.document(documents);
  return worstCode(codes);
}

interface End {
  readonly why: string;
  readonly exitCode: ExitCode;
  readonly hint?: string;
}

/** Why no further file is run; null: the next one is. */
function endOf(codes: readonly ExitCode[], signal: AbortSignal, isBroken: boolean): End | null {
  if (codes.includes(exitCodes.undoFailed))
    return {
      why: 'the run before left something behind',
      exitCode: exitCodes.undoFailed,
      hint: 'Undo that first: mettle chaos rollback',
    };
  if (signal.aborted || codes.includes(exitCodes.interrupted))
    return { why: 'interrupted', exitCode: exitCodes.interrupted };
  return isBroken ? { why: 'Mettle itself failed', exitCode: exitCodes.invalid } : null;
}

const notRun = ({ why, exitCode, hint }: End, left: readonly Named[]): MettleError =>
  new MettleError({
    code: 'NOT_RUN',
    message: `${why}; not run: ${left.map(({ scenario }) => scenario.file ?? scenario.name).join(', ')}`,
    ...(hint === undefined ? {} : { hint }),
    exitCode,
  });
