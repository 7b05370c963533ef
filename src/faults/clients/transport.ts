// What toxiproxy-node-client sends its calls through: with a time limit, the server's own error text, and no guessing.

import { Toxiproxy } from 'toxiproxy-node-client';
import { errnoOf, messageOf, MettleError } from '../../kernel/errors.ts';

/** Codes of every failed call: the server is away, too slow, is no Toxiproxy, knows no such thing, or said no. */
export const apiErrors = {
  unreachable: 'TOXIPROXY_UNREACHABLE',
  timeout: 'TOXIPROXY_TIMEOUT',
  nonsense: 'TOXIPROXY_NONSENSE',
  notFound: 'TOXIPROXY_NOT_FOUND',
  refused: 'TOXIPROXY_REFUSED',
} as const;

type ApiErrorCode = (typeof apiErrors)[keyof typeof apiErrors];

const maxAnswerCharacters = 4_000_000;
/** fetch's word for an answer that does not begin as HTTP does: something else listens there. */
const notHttp = 'HPE_INVALID_CONSTANT';

/** A client whose calls end within `timeoutMs` and reject with MettleErrors (exit code 2) bearing the codes above. */
export function createClient(apiUrl: string, timeoutMs: number): Toxiproxy {
  const client = new Toxiproxy(apiUrl);
  const send = async (method: string, url: string, body?: unknown): Promise<string> =>
    await call(apiUrl, { method, url, body, timeoutMs });
  const api = client.getApi();
  // The client claims a type for every answer; none is believed (`never` fits all claims), the caller validates each.
  api.get = async (url) => ({ data: parse(apiUrl, await send('GET', url)) as never });
  api.post = async (url, body) => ({ data: parse(apiUrl, await send('POST', url, body)) as never });
  api.getText = async (url) => await send('GET', url);
  api.delete = async (url) => {
    await send('DELETE', url);
  };
  return client;
}

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly timeoutMs: number;
}

async function call(apiUrl: string, { method, url, body, timeoutMs }: Call): Promise<string> {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual', // followed by nobody: it is an answer that Toxiproxy does not give
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (text.length > maxAnswerCharacters)
      throw apiError(apiUrl, apiErrors.nonsense, 'answered far too much');
    if (!response.ok) throw refusal(apiUrl, response.status, text);
    return text;
  } catch (error) {
    if (error instanceof MettleError) throw error;
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw apiError(apiUrl, apiErrors.timeout, `did not answer within ${timeoutMs} ms`, error);
    }
    if (errnoOf(causeOf(error)) === notHttp) {
      throw apiError(apiUrl, apiErrors.nonsense, 'did not answer with HTTP', error);
    }
    throw apiError(apiUrl, apiErrors.unreachable, `cannot be reached: ${reasonOf(error)}`, error);
  }
}

/**
 * Whether a failed call proves that nobody listens there: refused, at every address tried. Nothing else does. Mettle may
 * lack descriptors, ports or memory itself, and a server that lacks them closes each connection unanswered.
 */
export function nobodyListens(failure: unknown): boolean {
  if (failure instanceof AggregateError) {
    return failure.errors.length > 0 && failure.errors.every(nobodyListens);
  }
  if (errnoOf(failure) === 'ECONNREFUSED') return true;
  return failure instanceof Error && failure.cause !== undefined && nobodyListens(failure.cause);
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error);

/** fetch says only "fetch failed"; the reason is its cause, or the first of several. */
function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return errnoOf(first) ?? messageOf(first);
}

/** Toxiproxy's errors are JSON with a text; a 404 without one comes from some other server. */
function refusal(apiUrl: string, status: number, text: string): MettleError {
  const match =
    /^\s*\{.*"error"\s*:\s*"([^"]*)"/is.exec(text) ?? /^\s*\{.*"title"\s*:\s*"([^"]*)"/is.exec(text);
  const said = match?.[1];
  if (said === undefined) {
    return apiError(apiUrl, apiErrors.nonsense, `answered status ${status} in a way that Toxiproxy does not`);
  }
  const code = status === 404 ? apiErrors.notFound : apiErrors.refused;
  return apiError(apiUrl, code, `refused (${status}): ${said}`);
}

function parse(apiUrl: string, text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw apiError(apiUrl, apiErrors.nonsense, 'did not answer with JSON', error);
  }
}

const hints: Readonly<Record<ApiErrorCode, string>> = {
  TOXIPROXY_UNREACHABLE:
    'start toxiproxy-server, correct TOXIPROXY_URL, or unset it to use the embedded proxy',
  TOXIPROXY_TIMEOUT: 'restart that server, or unset TOXIPROXY_URL to use the embedded proxy',
  TOXIPROXY_NONSENSE: 'point TOXIPROXY_URL at the API of a Toxiproxy server (default port 8474)',
  TOXIPROXY_NOT_FOUND:
    'something else removed it from the server; give Mettle a server that is not reset meanwhile',
  TOXIPROXY_REFUSED: 'look at what the server says; its version may not know what was asked for',
};

export function apiError(apiUrl: string, code: ApiErrorCode, what: string, cause?: unknown): MettleError {
  return new MettleError({
    code,
    message: `the Toxiproxy server at ${apiUrl} ${what}`,
    hint: hints[code],
    cause,
  });
}
