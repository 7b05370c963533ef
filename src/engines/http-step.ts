// An HTTP step: as written in scenario files, and as plain data with its defaults filled in.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { JsonCheck, OnError } from './step-input.ts';
import {
  defaultTimeout,
  headerMapInput,
  headerName,
  jsonChecksInput,
  jsonInput,
  jsonPathProblem,
  onErrorInput,
  textMapInput,
  timeoutInput,
  waitInput,
} from './step-input.ts';

export type HttpBody =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly text: string };

export type HttpCapture = { readonly name: string } & (
  | { readonly from: 'json'; readonly path: string }
  | { readonly from: 'header'; readonly header: string }
  /** Group 1 of the first match in the body, or the whole match. */
  | { readonly from: 'body'; readonly regex: string }
);

interface HttpExpectation {
  /** null = 200–399. */
  readonly statuses: readonly number[] | null;
  /** Lower-case name → `present`, `absent`, or the exact value (a template). */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: readonly JsonCheck[];
  /** A template that the body must contain; null = not looked at. */
  readonly text: string | null;
}

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
  readonly timeoutMicros: number;
  readonly expect: HttpExpectation;
  readonly capture: readonly HttpCapture[];
  readonly onError: OnError;
  /** False = the iteration goes on at once and waits for the answer at its end. */
  readonly wait: boolean;
}

const requestLine = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) ((?:\/|https?:\/\/[^\s/{}?#@]+(?:[/?]|$)).*)$/;
const statusInput = z.int({ error: 'expected a status such as 200' }).min(200).max(599);

const expectInput = z
  .strictObject({
    status: z.union([statusInput, z.array(statusInput).min(1)]).optional(),
    headers: headerMapInput.optional(),
    json: jsonChecksInput.optional(),
    text: z.string().min(1).optional(),
  })
  .transform((written): HttpExpectation => ({
    statuses: typeof written.status === 'number' ? [written.status] : (written.status ?? null),
    headers: Object.fromEntries(
      Object.entries(written.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    json: written.json ?? [],
    text: written.text ?? null,
  }));

function regexProblem(source: string): string | undefined {
  try {
    new RegExp(source, 'u');
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

const captureSourceInput = z.union(
  [z.string(), z.strictObject({ header: z.string() }), z.strictObject({ regex: z.string().min(1) })],
  { error: 'expected a JSONPath such as $.id, { header: Name } or { regex: "…" }' },
);

const captureInput = z.record(z.string(), captureSourceInput).transform((written, context): HttpCapture[] =>
  Object.entries(written).map(([name, source]) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message, path: [name] });
    if (!/^[A-Za-z_]\w*$/.test(name)) refuse(`"${name}" is not a name: letters, digits and _ only`);
    if (typeof source === 'string') {
      const problem = jsonPathProblem(source);
      if (problem !== undefined) refuse(problem);
      return { name, from: 'json', path: source };
    }
    if ('header' in source) {
      if (!headerName.test(source.header)) refuse(`"${source.header}" is not a header name`);
      return { name, from: 'header', header: source.header.toLowerCase() };
    }
    const problem = regexProblem(source.regex);
    if (problem !== undefined) refuse(problem);
    return { name, from: 'body', regex: source.regex };
  }),
);

/** The step as written under the key `http`. */
export const httpStepInput: z.ZodType<HttpStep> = z
  .strictObject({
    http: z
      .string()
      .regex(requestLine, 'expected a method and a path or an absolute URL, such as "GET /answers/{{id}}"'),
    name: z.string().min(1).optional(),
    via: z.string().min(1).optional(),
    headers: headerMapInput.optional(),
    query: textMapInput.optional(),
    json: jsonInput.optional(),
    form: textMapInput.optional(),
    text: z.string().optional(),
    timeout: timeoutInput.prefault(defaultTimeout),
    expect: expectInput.optional(),
    capture: captureInput.optional(),
    onError: onErrorInput,
    wait: waitInput,
  })
  .transform((written, context): HttpStep => {
    const [, method = '', url = ''] = requestLine.exec(written.http) ?? [];
    const bodies = (['json', 'form', 'text'] as const).filter((key) => written[key] !== undefined);
    const second = bodies[1];
    if (second !== undefined) {
      const message = `a request has one body: \`${bodies[0] ?? ''}\` and \`${second}\` are both given`;
      context.addIssue({ code: 'custom', message, path: [second] });
    }
    if (written.via !== undefined && !url.startsWith('/')) {
      context.addIssue({ code: 'custom', message: '`via` needs a path, not an absolute URL', path: ['via'] });
    }
    return {
      kind: 'http',
      name: written.name ?? written.http,
      method,
      url,
      via: written.via ?? null,
      headers: written.headers ?? {},
      query: written.query ?? {},
      body: bodyOf(written),
      timeoutMicros: written.timeout,
      expect: written.expect ?? { statuses: null, headers: {}, json: [], text: null },
      capture: written.capture ?? [],
      onError: written.onError,
      wait: written.wait,
    };
  });

interface WrittenBody {
  readonly json?: Json | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly text?: string | undefined;
}

function bodyOf({ json, form, text }: WrittenBody): HttpBody | null {
  if (json !== undefined) return { kind: 'json', value: json };
  if (form !== undefined) return { kind: 'form', fields: form };
  return text === undefined ? null : { kind: 'text', text };
}
