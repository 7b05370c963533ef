// Failed calls to a Docker engine in words: it is away, it is not ours to use, there is no such container, it said no.

import { errnoOf, messageOf, MettleError } from '../../kernel/errors.ts';

export const dockerErrors = {
  unreachable: 'DOCKER_UNREACHABLE',
  permission: 'DOCKER_PERMISSION',
  timeout: 'DOCKER_TIMEOUT',
  notFound: 'DOCKER_NOT_FOUND',
  refused: 'DOCKER_REFUSED',
} as const;

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

export const isNotFound = (error: unknown): boolean => statusOf(error) === 404;
export const isNotModified = (error: unknown): boolean => statusOf(error) === 304;

/** `timeoutMs`: the limit that was passed; null: it was not. */
export function dockerError(
  host: string,
  what: string,
  error: unknown,
  timeoutMs: number | null,
): MettleError {
  const { code, message, hint } = explain(host, what, error, timeoutMs);
  return new MettleError({ code, message, hint, cause: error });
}

function explain(
  host: string,
  what: string,
  error: unknown,
  timeoutMs: number | null,
): { code: string; message: string; hint: string } {
  const errno = errnoOf(error);
  const engine = `the Docker engine at ${host}`;
  if (timeoutMs !== null)
    return {
      code: dockerErrors.timeout,
      message: `${engine} did not answer within ${timeoutMs / 1_000} s (${what})`,
      hint: 'look at it: docker info',
    };
  if (errno === 'EACCES' || errno === 'EPERM')
    return {
      code: dockerErrors.permission,
      message: `${engine} may not be used by this account (${errno})`,
      hint: 'run as a member of the group `docker`, or as root',
    };
  const status = statusOf(error);
  if (status === undefined)
    return {
      code: dockerErrors.unreachable,
      message: `${engine} cannot be reached: ${errno ?? messageOf(error)}`,
      hint: 'start it, or set DOCKER_HOST to where it is',
    };
  const said = saidBy(error);
  if (status === 404)
    return {
      code: dockerErrors.notFound,
      message: `Docker: ${what}: ${said}`,
      hint: 'it may have been removed meanwhile: docker ps --all',
    };
  return {
    code: dockerErrors.refused,
    message: `Docker refused to ${what}: ${said}`,
    hint: 'look at the container: docker inspect',
  };
}

/** dockerode puts the engine's own words into `json.message`. */
function saidBy(error: unknown): string {
  const json: unknown = typeof error === 'object' && error !== null && 'json' in error ? error.json : null;
  const words = typeof json === 'object' && json !== null && 'message' in json ? json.message : undefined;
  return typeof words === 'string' ? words : messageOf(error);
}
