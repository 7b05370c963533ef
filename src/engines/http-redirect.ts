// Redirects: where an answer sends a client on to, what it takes along, and when it must not go there.

import { isSensitiveName } from '../kernel/redact.ts';
import { formatDuration } from '../kernel/units.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export const isRedirectStatus = (status: number): boolean => redirectStatuses.has(status);

/** One that says where to. */
export const isRedirect = (answer: HttpAnswer): boolean =>
  answer.failure === null && isRedirectStatus(answer.status) && answer.headers['location'] !== undefined;

/** RFC 9110 15.4: 303 asks for a GET; after 301 and 302 a POST becomes one, as in every browser. */
function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

function headersFor(
  headers: readonly string[],
  keep: { readonly body: boolean; readonly credentials: boolean },
): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (!keep.body && lower.startsWith('content-')) continue;
    if (!keep.credentials && (lower === 'host' || isSensitiveName(lower))) continue;
    kept.push(name, value);
  }
  return kept;
}

function addressOf(location: string, request: HttpRequest): URL | string {
  const base = `${request.origin}${request.path}`;
  if (!URL.canParse(location, base)) return `redirected to "${location}", which is no address`;
  const url = new URL(location, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `redirected to ${url.protocol}, which is not HTTP`;
  return url;
}

/**
 * The request that follows from an answer that is a redirect, or why it must not be sent. Credentials (authorization,
 * cookies and whatever is called like a token or key) stay with the origin that they were meant for.
 */
export function nextRequest(
  request: HttpRequest,
  answer: HttpAnswer,
  isAllowedHost: (host: string) => boolean,
): HttpRequest | string {
  const [location = ''] = [answer.headers['location']].flat();
  const url = addressOf(location, request);
  if (typeof url === 'string') return url;
  const sameOrigin = url.origin === request.origin;
  if (!sameOrigin && !isAllowedHost(url.hostname))
    return `redirected to ${url.origin}, to which no load may be sent`;
  if (request.origin.startsWith('https:') && url.protocol === 'http:')
    return `redirected from https to ${url.origin}, which is not encrypted`;
  const method = methodAfter(answer.status, request.method);
  const keepsBody = method === request.method && answer.status !== 303;
  return {
    origin: url.origin,
    method,
    path: `${url.pathname}${url.search}`,
    headers: headersFor(request.headers, { body: keepsBody, credentials: sameOrigin }),
    body: keepsBody ? request.body : null,
  };
}

/** An answer and the request it answers, with the numbers of the whole way to it. */
export interface Journey {
  readonly request: HttpRequest;
  /** The last answer as it came. */
  readonly answer: HttpAnswer;
  /** The same with the times and bytes of all answers, for the sample. */
  readonly whole: HttpAnswer;
  /** Why a redirect was not followed; null = the last answer is none, or the exchange failed. */
  readonly problem: string | null;
}

export interface JourneyPorts {
  /** Sends with the user's cookies, and takes in those of the answer. */
  send(request: HttpRequest, timeoutMicros: number): Promise<HttpAnswer>;
  readonly isAllowedHost: (host: string) => boolean;
  /** What makes two requests for the same thing different: the user's cookies. */
  cookiesOf(request: HttpRequest): string | undefined;
  onFollowed(atMicros: number): void;
}

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : a + (b ?? 0);

/** The second answer with what came before it: one wait, from the start of the first to the end of the second. */
function together(before: HttpAnswer, last: HttpAnswer): HttpAnswer {
  const shift = last.startedAtMicros - before.startedAtMicros;
  return {
    ...last,
    startedAtMicros: before.startedAtMicros,
    bytes: before.bytes + last.bytes,
    connectMicros: plus(before.connectMicros, last.connectMicros),
    dnsMicros: plus(before.dnsMicros, last.dnsMicros),
    tlsMicros: plus(before.tlsMicros, last.tlsMicros),
    firstByteMicros: last.firstByteMicros === undefined ? undefined : last.firstByteMicros + shift,
  };
}

/** A hop has only what is left of the step's timeout: the words are about the whole. */
function timedOutAfter(answer: HttpAnswer, timeoutMicros: number, followed: number): HttpAnswer {
  if (answer.failure?.error !== 'timeout' || answer.censored) return answer;
  const detail = `no complete answer within ${formatDuration(timeoutMicros)}, after ${followed} redirects`;
  return { ...answer, failure: { ...answer.failure, detail } };
}

/** Follows up to `limit` redirects within the step's own timeout; with 0 a redirect is an answer like any other. */
export async function followRedirects(
  start: { readonly request: HttpRequest; readonly answer: HttpAnswer },
  { limit, timeoutMicros }: { readonly limit: number; readonly timeoutMicros: number },
  ports: JourneyPorts,
): Promise<Journey> {
  const visited = new Set<string>();
  const keyOf = (request: HttpRequest): string =>
    `${request.method} ${request.origin}${request.path} ${ports.cookiesOf(request) ?? ''}`;
  let { request, answer } = start;
  let whole = answer;
  for (let followed = 0; limit > 0 && isRedirect(answer); followed += 1) {
    const left = (problem: string): Journey => ({ request, answer, whole, problem });
    if (followed === limit) return left(`redirected more than ${limit} times`);
    visited.add(keyOf(request));
    const next = nextRequest(request, answer, ports.isAllowedHost);
    if (typeof next === 'string') return left(next);
    // The same request with the same cookies can only be answered by the same redirect.
    if (visited.has(keyOf(next))) return left(`redirected in a circle, back to ${next.path}`);
    ports.onFollowed(answer.endedAtMicros);
    const leftMicros = timeoutMicros - (whole.endedAtMicros - whole.startedAtMicros);
    request = next;
    answer = timedOutAfter(await ports.send(next, Math.max(1, leftMicros)), timeoutMicros, followed + 1);
    whole = together(whole, answer);
  }
  return { request, answer, whole, problem: null };
}
