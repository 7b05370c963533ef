// One run from a loaded scenario to its record and reports: what `mettle run` does for each file.

import { join, resolve } from 'node:path';
import { exitCodes, messageOf } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import { readRecord, writeRecord } from '../record/store.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { conduct } from './conduct.ts';
import { knownMachine } from './doctor.ts';
import { endFirst } from './end-first.ts';
import { guardRun } from './guard-run.ts';
import { runId } from './identity.ts';
import { groundsOf } from './judge-record.ts';
import { keepInHistory } from './keep-history.ts';
import { isUndoFailure } from './left-behind.ts';
import type { ProgressOutput } from './progress.ts';
import { writeRunReports } from './reports.ts';
import type { EarlierPlaces } from './run-request.ts';
import { withoutSecrets } from './repeatable.ts';
import { linksOf, onStage } from './stage.ts';
import { threadsOf } from './thread-count.ts';

/** What runs and verifications have in common. */
export interface ProgramOptions extends ProgressOutput {
  /** Folder for records; each gets a folder of its own in it. */
  readonly out: string;
  /**
   * Folder of the history, which runs are held against, and to which single runs are added. Default: `<out>/history`; null:
   * none.
   */
  readonly history?: string | null;
  /** Default: the scenario's. */
  readonly seed?: number;
  /** Load threads; default: what the load needs, at most one less than there are cores. */
  readonly threads?: number;
  /** A real Toxiproxy instead of the embedded proxy. */
  readonly toxiproxyUrl?: string | undefined;
  /** Send load to hosts that count as production. Default: refuse. */
  readonly allowProduction?: boolean;
  /** Run the commands of the fault `exec`. Default: refuse. */
  readonly allowExec?: boolean;
  /** Watched by whoever gave the signal; named in the record of a run that has not ended. */
  readonly killFile?: string;
  /** The command that repeats this, for the journal and the report. */
  readonly command: string;
  /** What a single run of a verification needs besides its variant and seed to be repeated, e.g. `--set a=b`. */
  readonly repeatFlags?: string;
  /** Aborted = interrupted: undo, stop, keep what was measured. */
  readonly signal: AbortSignal;
}

export interface RunOptions extends ProgramOptions {
  readonly variant: string;
}

/** A run that is over, and where it is kept. */
interface Measured {
  readonly data: RunData;
  readonly folder: string;
}

export interface RunOutcome extends Measured {
  /** Path of the HTML report. */
  readonly report: string;
  /** Why the history does not hear of it, so that it cannot count as done; null: it does, or none is kept. */
  readonly unkept: string | null;
}

/** Throws MettleError with the exit code of what went wrong; nothing is left running then. */
export async function runScenario(loaded: LoadedScenario, options: RunOptions): Promise<RunOutcome> {
  const { scenario, target, extraEnv } = loaded;
  const { variant, signal, progress, live } = options;
  const command = withoutSecrets(options.command, loaded);
  const seed = options.seed ?? scenario.seed;
  const threads = threadsOf(scenario, options.threads, progress);
  const id = runId(new Date(), scenario.name, variant);
  const cleared = await guardRun(scenario, target, [variant], {
    toxiproxyUrl: options.toxiproxyUrl,
    allowProduction: options.allowProduction ?? false,
    allowExec: options.allowExec ?? false,
    seed,
  });
  const folder = resolve(await writableFolder(options.out), id);
  const history = await historyFolder(options);
  const linked = linksOf(scenario);
  const machine = await knownMachine(signal, progress);
  const killFile = options.killFile === undefined ? {} : { killFile: options.killFile };
  const surroundings = { target, extraEnv, command, signal, progress, live, seed, ...killFile };
  let measured: Measured | undefined;
  let report: string | undefined;
  const keep = async (data: RunData): Promise<string | null> =>
    history === null ? null : await keepInHistory(history, data, scenario.claims);
  try {
    // Reports come before the stage closes: an undo that fails there must not cost what was measured.
    const done = await onStage(
      { ...surroundings, linked, variants: [variant], ...cleared },
      async (stage) => {
        const data = await conduct({
          ...surroundings,
          stage,
          scenario,
          variant,
          id,
          folder,
          threads,
          machine,
          earlier: earlierOf(options),
        });
        measured = { data, folder };
        report = await writeRunReports(folder, data);
        return { data, folder, report };
      },
    );
    return { ...done, unkept: await keep(done.data) };
  } catch (error) {
    if (measured === undefined) throw error;
    const { run } = measured.data;
    const failure = endFirst(run.grounds ?? groundsOf(run), error);
    const problems = isUndoFailure(failure) ? await tellOfUndo(measured, failure.message, keep) : [];
    for (const problem of problems) progress(problem);
    if (report !== undefined) progress(`report:  ${report}`);
    throw failure;
  }
}

/** Whoever judges this run by other promises must find it, too. */
function withUndoFailure(run: RunRecord, message: string): RunRecord {
  const { verdict } = run;
  if (verdict.exitCode === exitCodes.undoFailed) return run;
  const reasons = [message, ...verdict.reasons];
  const told = { status: 'fail', reasons, exitCode: exitCodes.undoFailed } as const;
  const { undoFailed = [], interrupted = null, invalid = [] } = run.grounds ?? {};
  const grounds = { undoFailed: [...undoFailed, message], interrupted, invalid };
  return { ...run, grounds, verdict: told };
}

/** Neither the record nor the history must say `pass` where something was left behind. Resolves to what could not be told. */
async function tellOfUndo(
  { data, folder }: Measured,
  message: string,
  keep: (data: RunData) => Promise<string | null>,
): Promise<string[]> {
  const told = { ...data, run: withUndoFailure(data.run, message) };
  const problems: string[] = [];
  try {
    if (told.run !== data.run) {
      await writeRecord(folder, told);
      await writeRunReports(folder, await readRecord(folder));
    }
  } catch (why) {
    problems.push(`the record in ${folder} does not tell of it: ${messageOf(why)}`);
  }
  const unkept = await keep(told);
  return unkept === null ? problems : [...problems, unkept];
}

/** Proved to be writable before anything starts. */
async function historyFolder(options: ProgramOptions): Promise<string | null> {
  const { history } = earlierOf(options);
  return history === null ? null : await writableFolder(history);
}

/** Where earlier runs are looked for. */
export const earlierOf = ({ out, history = join(out, 'history') }: ProgramOptions): EarlierPlaces => ({
  records: resolve(out),
  history: history === null ? null : resolve(history),
});
