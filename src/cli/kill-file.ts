// Says where the kill file of a command is, and stops the command like Ctrl-C when the file appears.

import { watchKillFile } from '../run/kill-file.ts';

interface KillFlags {
  readonly killFile?: string;
  readonly dryRun?: boolean;
}

/** The path is said even under --quiet and --json: a way to stop that nobody can find is none. */
export async function killable<Result>(
  flags: KillFlags,
  say: (line: string) => void,
  signal: AbortSignal,
  act: (signal: AbortSignal, killFile: string | undefined) => Promise<Result>,
): Promise<Result> {
  if (flags.dryRun === true) return await act(signal, undefined);
  const file = await watchKillFile({ path: flags.killFile });
  process.stderr.write(`mettle: to stop, create the kill file ${file.path}\n`);
  file.signal.addEventListener(
    'abort',
    () => say('the kill file appeared: undoing faults, then stopping what was started'),
    { once: true },
  );
  try {
    return await act(AbortSignal.any([signal, file.signal]), file.path);
  } finally {
    await file.close();
  }
}
