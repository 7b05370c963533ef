// `--allow <host>`: for targets that have no file which could say it.

import { exitCodes, MettleError } from '../kernel/errors.ts';
import type { LoadedScenario } from '../scenario/load.ts';

/** A target file says itself which hosts load may be sent to; `--allow` would be ignored in silence. Throws then. */
export function allowsHosts(loaded: LoadedScenario, allow: readonly string[] = []): LoadedScenario {
  if (allow.length === 0 || loaded.scenario.target.kind === 'url') return loaded;
  throw new MettleError({
    code: 'ALLOW_WITHOUT_URL',
    message: `--allow goes with a target given by its URL; ${loaded.target.name} has a target file`,
    hint: 'Add the host to `allow:` of the target file.',
    exitCode: exitCodes.usage,
  });
}
