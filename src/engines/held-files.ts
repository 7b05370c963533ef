// Files that requests send: small ones are read once per thread, large ones for each request.

import { createReadStream, readFileSync, statSync } from 'node:fs';
import { messageOf, MettleError } from '../kernel/errors.ts';

/** A file up to this size is held in memory; what is larger goes from the disk to the socket. */
const heldBytes = 8 * 1_048_576;

export interface HeldFile {
  readonly bytes: number;
  /** null = too large to be held. */
  readonly content: Buffer | null;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Opens files by absolute path. Throws MettleError for one that cannot be read. */
export type OpenFile = (path: string) => HeldFile;

function readHeld(path: string): HeldFile {
  try {
    const bytes = statSync(path).size;
    const open = (): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 262_144 });
    return { bytes, content: bytes > heldBytes ? null : readFileSync(path), open };
  } catch (thrown) {
    throw new MettleError({
      code: 'FILE_UNREADABLE',
      message: `a file that a step sends cannot be read: ${messageOf(thrown)}`,
      hint: 'Keep the files of a scenario in place while it runs.',
    });
  }
}

export function fileHolder(): OpenFile {
  const held = new Map<string, HeldFile>();
  return (path) => {
    const known = held.get(path);
    if (known !== undefined) return known;
    const file = readHeld(path);
    held.set(path, file);
    return file;
  };
}

const types: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  txt: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  zip: 'application/zip',
  gz: 'application/gzip',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
};

/** By the ending of a file's name; unknown ones are just bytes. */
export function typeOfFile(path: string): string {
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return types[ending] ?? 'application/octet-stream';
}
