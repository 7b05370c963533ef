// A body that is not held in memory: opened when its first byte is due, and closed whatever becomes of the request.

import { Readable } from 'node:stream';
import { BodyError } from './failures.ts';

async function* pieces(make: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* make();
  } catch (thrown) {
    throw new BodyError(thrown);
  }
}

/** Fails with BodyError. Destroying it closes what `make` opened. */
export function bodyStream(make: () => AsyncIterable<Uint8Array>): Readable {
  return Readable.from(pieces(make), { objectMode: false });
}
