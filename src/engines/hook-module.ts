// Loads a hooks module, which runs what it does at its top level: once per thread, before the load begins.

import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../kernel/clock.ts';
import { builtEntry } from '../kernel/entry.ts';
import { messageOf, MettleError } from '../kernel/errors.ts';

export type HookModule = Readonly<Record<string, unknown>>;

/** A module that waits for something at its top level gets this long. */
const longestMicros = 30_000_000;

let readsTypeScript = false;

function readTypeScript(): void {
  if (readsTypeScript || ('typescript' in process.features && process.features.typescript !== false)) return;
  readsTypeScript = true;
  register(pathToFileURL(builtEntry('engines/hook-loader.js')));
}

/** `path` is absolute. Throws MettleError with what went wrong in the module. */
export async function importHooks(path: string): Promise<HookModule> {
  if (/\.m?ts$/.test(path)) readTypeScript();
  const over = new AbortController();
  const late = systemClock
    .sleepUntil(systemClock.nowMicros() + longestMicros, over.signal)
    .then((): never => {
      throw new Error('it was not loaded within 30s');
    });
  try {
    return await Promise.race([import(pathToFileURL(path).href) as Promise<HookModule>, late]);
  } catch (thrown) {
    throw new MettleError({
      code: 'HOOKS_FAILED',
      message: `the hooks module ${path} cannot be loaded: ${messageOf(thrown)}`,
      hint: 'Run it with node to see where.',
      cause: thrown,
    });
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
