// A verification from a loaded scenario to its comparison and report: what `mettle verify` does.

import { resolve } from 'node:path';
import type { ComparisonDesign } from '../compare/design.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { knownMachine } from './doctor.ts';
import { guardRun } from './guard-run.ts';
import { runId } from './identity.ts';
import { keepUndoFailure } from './keep-comparison.ts';
import type { Role } from './pair-order.ts';
import { earlierOf, type ProgramOptions } from './run-scenario.ts';
import { withoutSecrets } from './repeatable.ts';
import { linksOf, onStage } from './stage.ts';
import { threadsOf } from './thread-count.ts';
import { verify } from './verify.ts';
import type { Concluded, Verified } from './verify-request.ts';

/** Long enough for what a run leaves on the machine to die away, short beside a run. */
export const defaultCoolDownMicros = 1_000_000;

export interface VerifyOptions extends ProgramOptions {
  readonly variants: Readonly<Record<Role, string>>;
  readonly design: ComparisonDesign;
  /** Before each run but the first; default: 1 s. */
  readonly coolDownMicros?: number;
  /** An earlier run that its own are not held against: the one that they are to confirm. */
  readonly except?: string;
  /** More words for the comparison; default: none. */
  readonly notes?: readonly string[];
  /** Metrics that stand on their own like those of claims, but nothing is claimed of them; default: none. */
  readonly claimed?: readonly string[];
  /** What leads a single run to the server of a role; default: `--variant` and its name. */
  readonly variantFlags?: Readonly<Record<Role, string>>;
}

/**
 * Throws MettleError with the exit code of what went wrong; nothing is left running then, and what was measured before
 * that is kept with its comparison.
 */
export async function verifyScenario(loaded: LoadedScenario, options: VerifyOptions): Promise<Verified> {
  const { scenario, target, extraEnv } = loaded;
  const { variants, signal, progress, live, design, coolDownMicros = defaultCoolDownMicros } = options;
  const command = withoutSecrets(options.command, loaded);
  const seed = options.seed ?? scenario.seed;
  const threads = threadsOf(scenario, options.threads, progress);
  const names = [variants.before, variants.after];
  const repeatFlags = withoutSecrets(options.repeatFlags ?? '', loaded);
  const id = runId(new Date(), scenario.name, `${variants.before}-${variants.after}`);
  const cleared = await guardRun(scenario, target, names, {
    toxiproxyUrl: options.toxiproxyUrl,
    allowProduction: options.allowProduction ?? false,
    allowExec: options.allowExec ?? false,
    seed,
  });
  const folder = resolve(await writableFolder(options.out), id);
  const linked = linksOf(scenario);
  const machine = await knownMachine(signal, progress);
  const killFile = options.killFile === undefined ? {} : { killFile: options.killFile };
  const variantFlags = options.variantFlags === undefined ? {} : { variantFlags: options.variantFlags };
  const surroundings = { target, extraEnv, command, signal, progress, live, seed, ...killFile };
  const asked = {
    ...surroundings,
    earlier: { ...earlierOf(options), ...(options.except === undefined ? {} : { except: options.except }) },
    ...variantFlags,
    repeatFlags,
    scenario,
    variants,
    design,
    coolDownMicros,
    notes: options.notes ?? [],
    claimed: options.claimed ?? [],
  };
  let verified: Concluded | undefined;
  try {
    // The comparison comes before the stage closes: an undo that fails there must not cost what was measured.
    return await onStage({ ...surroundings, linked, variants: names, ...cleared }, async (stage) => {
      verified = await verify({ ...asked, stage, id, folder, threads, machine });
      if (verified.failure !== null) throw verified.failure;
      return verified;
    });
  } catch (error) {
    if (verified === undefined) throw error;
    const failed = error instanceof MettleError && error.exitCode === exitCodes.undoFailed;
    // That something is left behind outranks that a file cannot be written.
    if (failed) {
      await keepUndoFailure(folder, verified.comparison, error.message).catch((why: unknown) => {
        progress(`the comparison in ${folder} does not tell of it: ${messageOf(why)}`);
      });
    }
    progress(`report:  ${verified.reportPath}`);
    throw error;
  }
}
