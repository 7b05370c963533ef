// An HTTP step: as written in scenario files, and as plain data with its defaults filled in.

import { z } from 'zod';
import type { HttpBody } from './http-body-input.ts';
import { bodiesGiven, bodyKeys, bodyOf } from './http-body-input.ts';
import type { HttpCapture, HttpExpectation } from './http-expect-input.ts';
import { captureInput, expectInput, noExpectation } from './http-expect-input.ts';
import type { HttpStream } from './http-stream-input.ts';
import { streamInput } from './http-stream-input.ts';
import type { AuthSettings } from './settings.ts';
import { authInput, redirectsInput } from './settings.ts';
import type { OnError } from './step-input.ts';
import { headerMapInput, onErrorInput, textMapInput, timeoutInput, waitInput } from './step-input.ts';

/** What a step says itself goes before the scenario's settings; null = as they say. */
export interface HttpStep {
  readonly kind: 'http';
  /** The series' name. */
  readonly name: string;
  readonly method: string;
  /** A path template that begins with `/`, or an absolute URL whose origin holds no template. */
  readonly url: string;
  /** A client process of the target to send to instead of the target itself. */
  readonly via: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: HttpBody | null;
  readonly auth: AuthSettings | 'none' | null;
  readonly redirects: number | null;
  readonly compression: boolean | null;
  readonly keepAlive: boolean | null;
  readonly connectTimeoutMicros: number | null;
  /** null = an answer like any other. */
  readonly stream: HttpStream | null;
  readonly timeoutMicros: number;
  readonly expect: HttpExpectation;
  readonly capture: readonly HttpCapture[];
  readonly onError: OnError;
  /** False = the iteration goes on at once and waits for the answer at its end. */
  readonly wait: boolean;
}

const requestLine = /^([A-Z][A-Z0-9!#$%&'*+.^_`|~-]*) ((?:\/|https?:\/\/[^\s/{}?#@]+(?:[/?]|$)).*)$/;

/** Not requests for something that a server has, and not what HTTP clients offer. */
const refusedMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);

const defaultTimeoutMicros = 30_000_000;

/** Headers that say how a message is sent, which the connection decides. */
const framing: Readonly<Record<string, string>> = {
  'content-length': 'it follows from the body',
  'transfer-encoding': 'it follows from the body',
  connection: 'write `keepAlive: false` for a connection of its own',
  'keep-alive': 'write `keepAlive: false` for a connection of its own',
  upgrade: 'write a `ws` step for WebSockets',
  expect: 'requests are sent whole',
};

const httpStepKeys = z.strictObject({
  http: z
    .string()
    .regex(requestLine, 'expected a method and a path or an absolute URL, such as "GET /answers/{{id}}"'),
  name: z.string().min(1).optional(),
  via: z.string().min(1).optional(),
  headers: headerMapInput.optional(),
  query: textMapInput.optional(),
  ...bodyKeys,
  auth: z
    .union([z.literal('none'), authInput])
    .optional()
    .describe('Authentication of this request: `basic`, `bearer`, or `none` where the settings have one.'),
  redirects: redirectsInput.optional(),
  compression: z.boolean().optional().describe('Ask for a compressed answer; default: as in `http`.'),
  keepAlive: z
    .boolean()
    .optional()
    .describe('False: a connection of its own for this request; default: as in `http`.'),
  connectTimeout: timeoutInput.optional().describe('Limit of opening a connection, within the timeout.'),
  stream: streamInput
    .optional()
    .describe(
      'Follow a streamed answer event by event: `events`, `lines`, or a map that says when to leave it.',
    ),
  timeout: timeoutInput.optional(),
  expect: expectInput.optional(),
  capture: captureInput.optional(),
  onError: onErrorInput,
  wait: waitInput,
});

type Written = z.output<typeof httpStepKeys>;
type Refuse = (message: string, ...path: string[]) => void;

function checkRequest(written: Written, method: string, url: string, refuse: Refuse): void {
  if (refusedMethods.has(method)) refuse(`${method} is not a method that steps can send`, 'http');
  const [first, second] = bodiesGiven(written);
  if (second !== undefined)
    refuse(`a request has one body: \`${first ?? ''}\` and \`${second}\` are both given`, second);
  if (written.via !== undefined && !url.startsWith('/'))
    refuse('`via` needs a path, not an absolute URL', 'via');
  for (const name of Object.keys(written.headers ?? {})) {
    const reason = framing[name.toLowerCase()];
    if (reason !== undefined) refuse(`"${name}" cannot be set: ${reason}`, 'headers', name);
    if (name.toLowerCase() === 'authorization' && written.auth !== undefined)
      refuse('a request has one authorization: `auth` and this header are both given', 'headers', name);
  }
}

function checkAuth({ auth }: Written, refuse: Refuse): void {
  if (auth === undefined || auth === 'none' || auth.kind !== 'basic') return;
  const literal = auth.user.replace(/\{\{.*?\}\}/gs, '');
  if (literal.includes(':')) refuse('a user name holds no ":"', 'auth', 'basic', 'user');
}

function checkStream({ stream, expect, timeout, compression }: Written, refuse: Refuse): void {
  if (stream === undefined) {
    if (expect !== undefined && expect.events !== null)
      refuse('`events` goes with `stream`', 'expect', 'events');
    return;
  }
  if (compression === true) refuse('a streamed answer is not asked for compressed', 'compression');
  const { forMicros } = stream;
  if (forMicros !== null && timeout !== undefined && forMicros >= timeout)
    refuse('the stream would be cut off before: make `timeout` longer than `for`', 'stream', 'for');
}

/** The step as written under the key `http`. */
export const httpStepInput: z.ZodType<HttpStep> = httpStepKeys.transform((written, context): HttpStep => {
  const [, method = '', url = ''] = requestLine.exec(written.http) ?? [];
  const refuse: Refuse = (message, ...path) => context.addIssue({ code: 'custom', message, path });
  checkRequest(written, method, url, refuse);
  checkAuth(written, refuse);
  checkStream(written, refuse);
  return {
    kind: 'http',
    name: written.name ?? written.http,
    method,
    url,
    via: written.via ?? null,
    headers: written.headers ?? {},
    query: written.query ?? {},
    body: bodyOf(written),
    auth: written.auth ?? null,
    redirects: written.redirects ?? null,
    compression: written.compression ?? null,
    keepAlive: written.keepAlive ?? null,
    connectTimeoutMicros: written.connectTimeout ?? null,
    stream: written.stream ?? null,
    // A stream that is watched for longer than that has the same time again for all that comes before it.
    timeoutMicros: written.timeout ?? (written.stream?.forMicros ?? 0) + defaultTimeoutMicros,
    expect: written.expect ?? noExpectation,
    capture: written.capture ?? [],
    onError: written.onError,
    wait: written.wait,
  };
});
