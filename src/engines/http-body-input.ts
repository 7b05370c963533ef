// The body of an HTTP step: as written, and as plain data.

import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import { jsonInput, textMapInput } from './step-input.ts';

export type MultipartPart = { readonly name: string } & (
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'file';
      /** As written. */
      readonly file: string;
      /** What the server is told; null = the file's own name. */
      readonly filename: string | null;
      readonly type: string | null;
      /** Keys that lead from `multipart` to the file's path. */
      readonly where: readonly (string | number)[];
    }
);

export type HttpBody =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'multipart'; readonly parts: readonly MultipartPart[] };

const fileInput = z
  .string()
  .min(1)
  .refine(
    (path) => !path.includes('{{'),
    'the path of a file is no template: it must be known before the run',
  );

const mediaType = z
  .string()
  .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/, 'expected a type such as "image/png"');

const partInput = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({
    file: fileInput.describe('The file to upload; relative to the scenario.'),
    name: z.string().min(1).optional().describe('The file name that is sent; default: its own.'),
    type: mediaType.optional().describe('Its type; default: by its ending.'),
  }),
]);

const partsInput = z
  .record(z.string().min(1), z.union([partInput, z.array(partInput).min(1)]))
  .refine((parts) => Object.keys(parts).length > 0, 'expected at least one part');

type WrittenPart = z.output<typeof partInput>;

function partOf(name: string, written: WrittenPart, where: readonly (string | number)[]): MultipartPart {
  if (typeof written !== 'object') return { name, kind: 'text', text: String(written) };
  const { file, name: filename = null, type = null } = written;
  return { name, kind: 'file', file, filename, type, where: [...where, 'file'] };
}

const partsOf = (written: z.output<typeof partsInput>): MultipartPart[] =>
  Object.entries(written).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((item, index) => partOf(name, item, [name, index]))
      : [partOf(name, value, [name])],
  );

/** The keys of a body in a step. */
export const bodyKeys = {
  json: jsonInput.optional(),
  form: textMapInput.optional(),
  text: z.string().optional(),
  file: fileInput.optional().describe('A file that is the body, sent as it is; relative to the scenario.'),
  multipart: partsInput
    .optional()
    .describe('A multipart form: text (templates) and `{ file, name, type }` by field, or lists of them.'),
};

interface WrittenBody {
  readonly json?: Json | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly text?: string | undefined;
  readonly file?: string | undefined;
  readonly multipart?: z.output<typeof partsInput> | undefined;
}

/** The keys that give a body; more than one is a mistake. */
export const bodiesGiven = (written: WrittenBody): (keyof WrittenBody)[] =>
  (['json', 'form', 'text', 'file', 'multipart'] as const).filter((key) => written[key] !== undefined);

export function bodyOf({ json, form, text, file, multipart }: WrittenBody): HttpBody | null {
  if (json !== undefined) return { kind: 'json', value: json };
  if (form !== undefined) return { kind: 'form', fields: form };
  if (file !== undefined) return { kind: 'file', file };
  if (multipart !== undefined) return { kind: 'multipart', parts: partsOf(multipart) };
  return text === undefined ? null : { kind: 'text', text };
}

/** The files that a body names, with the keys that lead to each from the step. */
export function filesOfBody(
  body: HttpBody | null,
): readonly { readonly written: string; readonly where: readonly (string | number)[] }[] {
  if (body?.kind === 'file') return [{ written: body.file, where: ['file'] }];
  if (body?.kind !== 'multipart') return [];
  return body.parts.flatMap((part) =>
    part.kind === 'file' ? [{ written: part.file, where: ['multipart', ...part.where] }] : [],
  );
}
