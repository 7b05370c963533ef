// A record that is there and cannot be read: why, in words, and what may help.

import { errnoOf, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';

const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'it is a folder, and should be a file',
  ELOOP: 'its links lead in a circle',
};

/** `RECORD_CORRUPT`: a file of a record; `RECORD_NOT_FOUND`: a folder, of whose records nobody knows then. */
export function unreadable(
  code: 'RECORD_CORRUPT' | 'RECORD_NOT_FOUND',
  path: string,
  error: unknown,
): MettleError {
  const errno = errnoOf(error) ?? '';
  const denied = errno === 'EACCES' || errno === 'EPERM';
  return new MettleError({
    code,
    message: `${path} cannot be read: ${causes[errno] ?? messageOf(error)}`,
    hint: denied
      ? 'Allow it to be read, or name other records.'
      : 'Give the folder of a run, e.g. reports/<run id>.',
    exitCode: exitCodes.usage,
    cause: error,
  });
}
