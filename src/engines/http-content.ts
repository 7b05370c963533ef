// The body of an answer as it was meant: its codings undone, its size bounded, its text in its own character set.

import { StringDecoder } from 'node:string_decoder';
import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { errnoOf } from '../kernel/errors.ts';
import { formatSize } from '../kernel/units.ts';
import type { HttpAnswer } from './http-exchange.ts';

/** A body that must be looked at is kept, and decoded, up to this size; beyond it the check fails and says so. */
export const largestBody = 16 * 1_048_576;
/** What a cut body may become when it is decoded for an example. */
const largestExcerpt = 1_048_576;
/** What is looked at of a bad answer, for its example; more than is shown of it. */
export const excerptBytes = 2_048;
/** More of them are a way to waste time, not to send a body. */
const mostCodings = 3;

export function headerText({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** In the order in which they were applied; empty for a plain body. */
export function codingsOf(answer: HttpAnswer): string[] {
  const written = headerText(answer, 'content-encoding');
  if (written === undefined) return [];
  return written
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

interface Bound {
  readonly maxOutputLength: number;
  /** What is there is decoded, though the end is missing. */
  readonly cut: boolean;
}

function undo(coding: string, bytes: Buffer, { maxOutputLength, cut }: Bound): Buffer {
  const options = { maxOutputLength, ...(cut && { finishFlush: constants.Z_SYNC_FLUSH }) };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, options);
    case 'deflate':
      // RFC 9110 means zlib's format; some servers send the bare one. The first byte tells: its low half is always 8.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
    case 'br':
      return brotliDecompressSync(bytes, {
        maxOutputLength,
        ...(cut && { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
      });
    default:
      throw new Error(`its content-encoding "${coding}" is not known`);
  }
}

const wholeOf = ([first, ...rest]: readonly Buffer[]): Buffer =>
  first !== undefined && rest.length === 0 ? first : Buffer.concat([first ?? Buffer.alloc(0), ...rest]);

function decoded(answer: HttpAnswer, kept: Buffer, bound: Bound): Buffer {
  let bytes = kept;
  const codings = codingsOf(answer);
  if (codings.length > mostCodings) throw new Error('it is encoded too many times over');
  try {
    // An empty body (HEAD, 204, 304) has nothing to undo.
    if (bytes.length > 0) for (const coding of codings.reverse()) bytes = undo(coding, bytes, bound);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ERR_BUFFER_TOO_LARGE') throw thrown;
    throw new Error(`decoded, it is larger than ${formatSize(bound.maxOutputLength)}`, { cause: thrown });
  }
  return bytes;
}

/** The whole body, decoded. Throws Error with what is wrong with it. */
export const bodyBytes = (answer: HttpAnswer): Buffer =>
  decoded(answer, wholeOf(answer.body), { maxOutputLength: largestBody, cut: false });

const utf8 = /^(?:utf-?8|us-ascii)$/i;

function charsetOf(answer: HttpAnswer): string {
  return /charset\s*=\s*"?([\w.:-]+)/i.exec(headerText(answer, 'content-type') ?? '')?.[1] ?? 'utf-8';
}

/** Text in the character set that the answer names, else UTF-8; a byte order mark is no part of it. */
export function textOf(bytes: Buffer, answer: HttpAnswer): string {
  const charset = charsetOf(answer);
  if (!utf8.test(charset)) {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
    }
  }
  const text = bytes.toString();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** So much of a body as an example needs, without putting the whole of it together. */
function startOf(body: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [];
  let room = excerptBytes;
  for (const piece of body) {
    if (room <= 0) break;
    pieces.push(piece.subarray(0, room));
    room -= piece.length;
  }
  return wholeOf(pieces);
}

/** The beginning of a body for people: whole characters, and a word in place of what is no text. */
export function excerptOf(answer: HttpAnswer): string {
  if (answer.body.length === 0) return '';
  try {
    const kept = startOf(answer.body);
    const cut = kept.length < answer.bytes;
    const bytes = decoded(answer, kept, { maxOutputLength: largestExcerpt, cut }).subarray(0, excerptBytes);
    if (bytes.includes(0)) return `(${bytes.length} bytes that are no text)`;
    if (!utf8.test(charsetOf(answer))) return textOf(bytes, answer);
    // Unlike toString, it leaves a character out whose bytes did not all arrive.
    return new StringDecoder('utf8').write(bytes);
  } catch {
    return '(a body that cannot be decoded)';
  }
}
