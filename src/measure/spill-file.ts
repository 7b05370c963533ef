// Where slices of a long run wait on disk: a file without a name, so that nothing is left of it however the run ends.

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const lengthBytes = 4;

/** Appends blocks of bytes and reads them all back, in order. The descriptor is open from the first block to `close`. */
export class SpillFile {
  #descriptor: number | undefined;
  #size = 0;

  /** Throws what the file system throws; then nothing of this block counts as written. */
  append(block: Uint8Array): void {
    this.#descriptor ??= openNameless();
    const framed = Buffer.allocUnsafe(lengthBytes + block.length);
    framed.writeUInt32LE(block.length);
    framed.set(block, lengthBytes);
    for (let written = 0; written < framed.length;) {
      written += writeSync(this.#descriptor, framed, written, framed.length - written, this.#size + written);
    }
    this.#size += framed.length;
  }

  *blocks(): Generator<Buffer, void, void> {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    for (let at = 0; at < this.#size;) {
      const length = readFully(descriptor, at, lengthBytes).readUInt32LE();
      yield readFully(descriptor, at + lengthBytes, length);
      at += lengthBytes + length;
    }
  }

  /** May be called again; the content is gone then. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#size = 0;
  }
}

/** Its folder is removed at once: the file lives as long as its descriptor, a crash included. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'mettle-slices-'));
  try {
    return openSync(join(folder, 'slices'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readFully(descriptor: number, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  for (let read = 0; read < length;) {
    const count = readSync(descriptor, buffer, read, length - read, at + read);
    if (count === 0) throw new Error('the file of measured slices is shorter than what was written to it');
    read += count;
  }
  return buffer;
}
