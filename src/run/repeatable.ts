// The command that repeats a run, as records and the journal keep it: without the secrets that it was given.

import { createRedactor, isSensitiveName } from '../kernel/redact.ts';
import type { LoadedScenario } from '../scenario/load.ts';

/** Values given by `--set target.env.NAME=…` are hidden where NAME is a declared secret or reads like one. */
export function withoutSecrets(command: string, { target, extraEnv }: LoadedScenario): string {
  const hidden = Object.entries(extraEnv).flatMap(([name, value]) =>
    value !== '' && (target.secrets.includes(name) || isSensitiveName(name)) ? [value] : [],
  );
  return createRedactor(hidden)(command);
}
