// What an HTTP step expects of its answer and keeps of it: as written, and as plain data.

import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import type { Bounds } from './bounds.ts';
import { countBoundsInput, durationBoundsInput, sizeBoundsInput } from './bounds.ts';
import type { JsonCheck } from './step-input.ts';
import { headerMapInput, headerName, jsonChecksInput, jsonPathProblem } from './step-input.ts';

export interface HttpExpectation {
  /** null = 200–399. */
  readonly statuses: readonly number[] | null;
  /** Lower-case name → `present`, `absent`, or the exact value (a template). */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: readonly JsonCheck[];
  /** A template that the body must contain; null = not looked at. */
  readonly text: string | null;
  /** A regular expression that the body must match; null = not looked at. */
  readonly regex: string | null;
  /** Bytes of the body, decoded. */
  readonly size: Bounds | null;
  /** Service latency of the whole step in microseconds, redirects included. */
  readonly duration: Bounds | null;
  /** Events of a streamed answer. */
  readonly events: Bounds | null;
}

export const noExpectation: HttpExpectation = {
  statuses: null,
  headers: {},
  json: [],
  text: null,
  regex: null,
  size: null,
  duration: null,
  events: null,
};

export type HttpCapture = { readonly name: string } & (
  | { readonly from: 'json'; readonly path: string }
  | { readonly from: 'header'; readonly header: string }
  /** What the user's cookie of that name is after the answer. */
  | { readonly from: 'cookie'; readonly cookie: string }
  | { readonly from: 'status' }
  /** Group 1 of the first match in the body, or the whole match. */
  | { readonly from: 'body'; readonly regex: string }
);

const statusInput = z.int({ error: 'expected a status such as 200' }).min(200).max(599);

function regexProblem(source: string): string | undefined {
  try {
    new RegExp(source, 'u');
    return undefined;
  } catch (thrown) {
    return `"${source}" is not a regular expression (${messageOf(thrown)})`;
  }
}

const regexInput = z
  .string()
  .min(1)
  .transform((source, context): string => {
    const problem = regexProblem(source);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    return source;
  });

export const expectInput = z
  .strictObject({
    status: z.union([statusInput, z.array(statusInput).min(1)]).optional(),
    headers: headerMapInput.optional(),
    json: jsonChecksInput.optional(),
    text: z
      .union([z.string().min(1), z.strictObject({ regex: regexInput })])
      .optional()
      .describe('A text that the body contains (a template), or `{ regex: … }` that it matches.'),
    size: sizeBoundsInput.optional().describe('Bytes of the decoded body: `1KiB..64KiB`, `< 64KiB`, `0B`.'),
    duration: durationBoundsInput
      .optional()
      .describe('How long the step may take from its actual start, e.g. `< 500ms`.'),
    events: countBoundsInput.optional().describe('Events of a streamed answer: `5` or `>= 5`.'),
  })
  .transform((written): HttpExpectation => {
    const { text } = written;
    return {
      statuses: typeof written.status === 'number' ? [written.status] : (written.status ?? null),
      headers: Object.fromEntries(
        Object.entries(written.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      json: written.json ?? [],
      text: typeof text === 'string' ? text : null,
      regex: typeof text === 'object' ? text.regex : null,
      size: written.size ?? null,
      duration: written.duration ?? null,
      events: written.events ?? null,
    };
  });

const captureSourceInput = z.union(
  [
    z.string(),
    z.strictObject({ header: z.string() }),
    z.strictObject({ regex: z.string().min(1) }),
    z.strictObject({ cookie: z.string().min(1).describe('The name of a cookie that the user has then.') }),
  ],
  {
    error: 'expected a JSONPath such as $.id, `status`, { header: Name }, { cookie: name } or { regex: "…" }',
  },
);

type CaptureSource = z.output<typeof captureSourceInput>;

/** The capture, and what is wrong with it. */
function captureOf(name: string, source: CaptureSource): [HttpCapture, string | undefined] {
  if (source === 'status') return [{ name, from: 'status' }, undefined];
  if (typeof source === 'string') return [{ name, from: 'json', path: source }, jsonPathProblem(source)];
  if ('cookie' in source) return [{ name, from: 'cookie', cookie: source.cookie }, undefined];
  if ('regex' in source) return [{ name, from: 'body', regex: source.regex }, regexProblem(source.regex)];
  const problem = headerName.test(source.header) ? undefined : `"${source.header}" is not a header name`;
  return [{ name, from: 'header', header: source.header.toLowerCase() }, problem];
}

export const captureInput = z
  .record(z.string(), captureSourceInput)
  .transform((written, context): HttpCapture[] =>
    Object.entries(written).map(([name, source]) => {
      const refuse = (message: string): void => context.addIssue({ code: 'custom', message, path: [name] });
      if (!/^[A-Za-z_]\w*$/.test(name)) refuse(`"${name}" is not a name: letters, digits and _ only`);
      const [capture, problem] = captureOf(name, source);
      if (problem !== undefined) refuse(problem);
      return capture;
    }),
  );
