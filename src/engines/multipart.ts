// Multipart forms (RFC 7578): what is fixed is put together once, and large files are sent as they are read.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Json } from '../kernel/json.ts';
import type { Scope, TemplateCompiler, TextTemplate } from './engine.ts';
import type { HeldFile } from './held-files.ts';
import { typeOfFile } from './held-files.ts';
import type { MultipartPart } from './http-body-input.ts';

/** Bytes that never change, text that does, or a file that is not held. */
type Segment = Buffer | TextTemplate | HeldFile;

export interface MultipartForm {
  readonly type: string;
  readonly isFixed: boolean;
  /** The whole body, or a stream of it and its length when it holds a large file. Throws UnresolvedValue. */
  render(scope: Scope): {
    readonly body: Buffer | (() => AsyncIterable<Uint8Array>);
    readonly bytes: number;
    /** The text fields. */
    readonly sent: Json;
  };
}

/** As browsers do it: only what would end the quoted name is escaped. */
const quotedName = (name: string): string =>
  `"${name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')}"`;

/** Derived from the parts, so that it is the same in every run, and not one that a body would hold by chance. */
const boundaryOf = (parts: readonly MultipartPart[]): string =>
  `mettle-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;

function headOf(part: MultipartPart, boundary: string): string {
  const start = `--${boundary}\r\ncontent-disposition: form-data; name=${quotedName(part.name)}`;
  if (part.kind === 'text') return `${start}\r\n\r\n`;
  const filename = part.filename ?? basename(part.file);
  const type = part.type ?? typeOfFile(part.file);
  return `${start}; filename=${quotedName(filename)}\r\ncontent-type: ${type}\r\n\r\n`;
}

/** Neighbours that are fixed become one. */
function joined(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const last = result.at(-1);
    if (Buffer.isBuffer(segment) && Buffer.isBuffer(last))
      result.splice(-1, 1, Buffer.concat([last, segment]));
    else result.push(segment);
  }
  return result;
}

async function* streamOf(pieces: readonly (Buffer | HeldFile)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece;
    else yield* piece.open();
  }
}

interface CompiledPart {
  readonly name: string;
  /** null for files. */
  readonly text: TextTemplate | null;
  readonly segments: readonly Segment[];
}

function compilePart(
  part: MultipartPart,
  boundary: string,
  templates: TemplateCompiler,
  open: (written: string) => HeldFile,
): CompiledPart {
  const head = Buffer.from(headOf(part, boundary));
  const end = Buffer.from('\r\n');
  if (part.kind === 'file') {
    const file = open(part.file);
    return { name: part.name, text: null, segments: [head, file.content ?? file, end] };
  }
  const text = templates.text(part.text);
  const content = text.fixed === undefined ? text : Buffer.from(text.fixed);
  return { name: part.name, text, segments: [head, content, end] };
}

/** `open` gives a file by its path as written. Throws what it and the template compiler throw. */
export function compileMultipart(
  parts: readonly MultipartPart[],
  templates: TemplateCompiler,
  open: (written: string) => HeldFile,
): MultipartForm {
  const boundary = boundaryOf(parts);
  const compiled = parts.map((part) => compilePart(part, boundary, templates, open));
  const segments = joined([...compiled.flatMap((part) => part.segments), Buffer.from(`--${boundary}--\r\n`)]);
  const texts = compiled.flatMap(({ name, text }) => (text === null ? [] : [[name, text] as const]));
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    isFixed: texts.every(([, text]) => text.fixed !== undefined),
    render: (scope) => {
      const pieces = segments.map((segment) =>
        'render' in segment ? Buffer.from(segment.render(scope)) : segment,
      );
      const bytes = pieces.reduce(
        (sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.bytes),
        0,
      );
      const held = pieces.filter((piece) => Buffer.isBuffer(piece));
      const [only] = held;
      const whole = only !== undefined && held.length === 1 ? only : Buffer.concat(held);
      return {
        body: held.length === pieces.length ? whole : () => streamOf(pieces),
        bytes,
        sent: Object.fromEntries(texts.map(([name, text]) => [name, text.render(scope)])),
      };
    },
  };
}
