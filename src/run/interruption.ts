// Why a run was interrupted, in words: by whom, and before or after the end of its load.

import { killFileOf } from './kill-file.ts';

/** `isLoadOver`: all of the load was made, and what is left of it was waited for. */
export function interruptionOf(signal: AbortSignal, isLoadOver: boolean): string {
  const file = killFileOf(signal);
  const when = isLoadOver
    ? 'after the load, while what it left was waited for'
    : 'before the end of the load';
  return `${file === null ? '' : `kill file (${file} appeared): `}interrupted ${when}`;
}
