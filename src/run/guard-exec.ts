// Commands of one's own in containers are run only by who says so on the command line: a file may come from anywhere.

import { MettleError } from '../kernel/errors.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';

/** Throws MettleError (exit code 2) when a fault runs a command and nobody has allowed that. */
export function guardExec(chaos: readonly Pick<ScheduledFault, 'id' | 'fault'>[], allowExec: boolean): void {
  const fault = chaos.find(({ fault: { kind } }) => kind === 'exec');
  if (fault === undefined || allowExec) return;
  throw new MettleError({
    code: 'EXEC_NOT_ALLOWED',
    message: `the fault ${fault.id} runs a command of its own in a container: nothing was started`,
    hint: 'read what it runs (--allow-exec --dry-run shows it), then pass --allow-exec',
  });
}
