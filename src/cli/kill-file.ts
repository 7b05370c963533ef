// Says where the kill file of a command is, and stops the command like Ctrl-C when the file appears.

import { watchKillFile } from '../run/kill-file.ts';

interface KillFlags {
  readonly killFile?: string;
  readonly dryRun?: boolean;
}

/** The path is a line of progress; under --quiet it stands in the record, from the beginning of the run on. */
export async function killable<Result>(
  flags: KillFlags,
  say: (line: string) => void,
  signal: AbortSignal,
  act: (signal: AbortSignal, killFile: string | undefined) => Promise<Result>,
): Promise<Result> {
  if (flags.dryRun === true) return await act(signal, undefined);
  const file = await watchKillFile({ path: flags.killFile });
  say(`to stop, create the kill file ${file.path}`);
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
