// Messages as written: what is sent, which one is meant, and what is kept of it.

import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import { jsonChecksInput, jsonPathProblem } from './step-input.ts';
import type { WsBytes, WsCapture, WsMatch } from './ws-step.ts';

const isTemplate = (text: string): boolean => text.includes('{{');

const base64Input = z
  .string()
  .refine(
    (text) =>
      isTemplate(text) || /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
    'expected base64 such as "AQID"',
  )
  .describe('The bytes in base64; a template.');

const hexInput = z
  .string()
  .refine(
    (text) => isTemplate(text) || /^(?:[0-9a-f]{2})*$/i.test(text),
    'expected pairs of hexadecimal digits such as "0aff"',
  )
  .describe('The bytes in hexadecimal; a template.');

const bytesInput = z
  .strictObject({
    base64: base64Input.optional(),
    hex: hexInput.optional(),
    file: z.string().min(1).optional().describe('A file with the bytes, relative to this one.'),
  })
  .transform((written, context): WsBytes => {
    const keys = (['base64', 'hex', 'file'] as const).filter((key) => written[key] !== undefined);
    if (keys.length !== 1) {
      context.addIssue({ code: 'custom', message: 'expected one of the keys base64, hex, file' });
      return z.NEVER;
    }
    const { base64, hex, file } = written;
    if (base64 !== undefined) return { from: 'base64', text: base64 };
    return hex === undefined ? { from: 'file', path: file ?? '' } : { from: 'hex', text: hex };
  });

export const binaryInput = bytesInput.describe('A binary message.');

function regexProblem(source: string): string | undefined {
  try {
    new RegExp(source, 'u');
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

const regexInput = z
  .string()
  .min(1)
  .transform((source, context) => {
    const problem = regexProblem(source);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    return source;
  });

const anyMatch = z
  .literal('any', { error: 'expected `any`, or a map of JSONPaths such as { $.id: 7 }' })
  .transform((): WsMatch => ({ kind: 'any' }));

const textMatch = z
  .strictObject({ text: z.string().min(1).describe('A text message that contains this; a template.') })
  .transform(({ text }): WsMatch => ({ kind: 'text', contains: text }));

const regexMatch = z
  .strictObject({ regex: regexInput.describe('A text message in which this regular expression matches.') })
  .transform(({ regex }): WsMatch => ({ kind: 'regex', regex }));

const binaryMatch = z
  .strictObject({
    binary: z
      .union([z.literal('any'), bytesInput], {
        error: 'expected `any`, { base64: … } or { hex: … }',
      })
      .describe('A binary message: `any`, or the bytes that it begins with.'),
  })
  .transform(({ binary }): WsMatch => ({ kind: 'binary', startsWith: binary === 'any' ? null : binary }));

const jsonMatch = jsonChecksInput.transform((checks): WsMatch => ({ kind: 'json', checks }));

function matchSchemaOf(written: unknown): z.ZodType<WsMatch> {
  if (typeof written !== 'object' || written === null) return anyMatch;
  if (Object.hasOwn(written, 'text')) return textMatch;
  if (Object.hasOwn(written, 'regex')) return regexMatch;
  return Object.hasOwn(written, 'binary') ? binaryMatch : jsonMatch;
}

function embedded(schema: z.ZodType): unknown {
  const { $schema: _root, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** `any`, `{ text: … }`, `{ regex: … }`, `{ binary: … }`, or JSONPaths; the shape picks the schema, so that errors are its own. */
export const matchInput = z
  .unknown()
  .transform((written, context): WsMatch => {
    if (written === undefined) {
      context.addIssue({ code: 'invalid_type', expected: 'object', input: written });
      return z.NEVER;
    }
    const parsed = matchSchemaOf(written).safeParse(written);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  })
  .meta({ anyOf: [anyMatch, textMatch, regexMatch, binaryMatch, jsonMatch].map(embedded) });

const captureSource = z.union([z.string(), z.strictObject({ regex: regexInput })], {
  error: 'expected a JSONPath such as $.id, or { regex: "…" }',
});

export const wsCaptureInput = z.record(z.string(), captureSource).transform((written, context): WsCapture[] =>
  Object.entries(written).map(([name, source]) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message, path: [name] });
    if (!/^[A-Za-z_]\w*$/.test(name)) refuse(`"${name}" is not a name: letters, digits and _ only`);
    if (typeof source !== 'string') return { name, from: 'text', regex: source.regex };
    const problem = jsonPathProblem(source);
    if (problem !== undefined) refuse(problem);
    return { name, from: 'json', path: source };
  }),
);
