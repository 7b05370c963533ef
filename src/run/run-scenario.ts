// One run from a loaded scenario to its record and reports: what `mettle run` does for each file.

import { resolve } from 'node:path';
import { writableFolder } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { conduct } from './conduct.ts';
import { guardRun } from './guard-run.ts';
import { runId } from './identity.ts';
import { writeRunReports } from './reports.ts';
import { withoutSecrets } from './repeatable.ts';
import { linksOf, onStage } from './stage.ts';

/** What runs and verifications have in common. */
export interface ProgramOptions {
  /** Folder for records; each gets a folder of its own in it. */
  readonly out: string;
  /** Default: the scenario's. */
  readonly seed?: number;
  /** A real Toxiproxy instead of the embedded proxy. */
  readonly toxiproxyUrl?: string | undefined;
  /** Send load to hosts that count as production. Default: refuse. */
  readonly allowProduction?: boolean;
  /** The command that repeats this, for the journal and the report. */
  readonly command: string;
  /** What a single run of a verification needs besides its variant and seed to be repeated, e.g. `--set a=b`. */
  readonly repeatFlags?: string;
  /** Aborted = interrupted: undo, stop, keep what was measured. */
  readonly signal: AbortSignal;
  /** One line for people at a time. */
  readonly progress: (line: string) => void;
}

export interface RunOptions extends ProgramOptions {
  readonly variant: string;
}

export interface RunOutcome {
  readonly data: RunData;
  readonly folder: string;
  /** Path of the HTML report. */
  readonly report: string;
}

/** Throws MettleError with the exit code of what went wrong; nothing is left running then. */
export async function runScenario(loaded: LoadedScenario, options: RunOptions): Promise<RunOutcome> {
  const { scenario, target, extraEnv } = loaded;
  const { variant, signal, progress, toxiproxyUrl } = options;
  const command = withoutSecrets(options.command, loaded);
  const seed = options.seed ?? scenario.seed;
  const id = runId(new Date(), scenario.name, variant);
  await guardRun(scenario, target, [variant], {
    toxiproxyUrl,
    allowProduction: options.allowProduction ?? false,
  });
  const folder = resolve(await writableFolder(options.out), id);
  const linked = linksOf(scenario);
  const surroundings = { target, command, signal, progress, seed };
  const data = await onStage(
    { ...surroundings, linked, variants: [variant], toxiproxyUrl, extraEnv },
    (stage) => conduct({ ...surroundings, stage, scenario, variant, id, folder, threads: 1 }),
  );
  return { data, folder, report: await writeRunReports(folder, data) };
}
