// One stored slice as bytes: what it counted as JSON, its histograms as the pairs they already are.

import type { SliceCounts } from './slice.ts';
import { histogramKinds } from './slice.ts';
import type { SliceDelta } from './snapshot.ts';

interface Header {
  readonly series: string;
  readonly startMicros: number;
  readonly counts: SliceCounts;
  /** Length in numbers of each histogram's pairs, in the order of `histogramKinds`; 0 = none. */
  readonly lengths: readonly number[];
}

const headBytes = 4;
const align = (bytes: number): number => Math.ceil(bytes / 4) * 4;

export function encodeSlice({ series, startMicros, counts, histograms }: SliceDelta): Uint8Array {
  const lengths = histogramKinds.map((kind) => histograms[kind]?.length ?? 0);
  const header = Buffer.from(JSON.stringify({ series, startMicros, counts, lengths } satisfies Header));
  const start = align(headBytes + header.length);
  const bytes = new Uint8Array(start + lengths.reduce((sum, length) => sum + length * 4, 0));
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, headBytes);
  let at = start;
  for (const kind of histogramKinds) {
    const pairs = histograms[kind];
    if (pairs === undefined) continue;
    bytes.set(new Uint8Array(pairs.buffer, pairs.byteOffset, pairs.byteLength), at);
    at += pairs.byteLength;
  }
  return bytes;
}

/** Reads what `encodeSlice` wrote on this machine; throws for anything else. */
export function decodeSlice(bytes: Uint8Array): SliceDelta {
  const own = Uint8Array.from(bytes);
  const length = new DataView(own.buffer).getUint32(0, true);
  const text = Buffer.from(own.buffer, headBytes, length).toString();
  const { series, startMicros, counts, lengths } = JSON.parse(text) as Header;
  const histograms: SliceDelta['histograms'] = {};
  let at = align(headBytes + length);
  histogramKinds.forEach((kind, index) => {
    const numbers = lengths[index] ?? 0;
    if (numbers === 0) return;
    histograms[kind] = new Uint32Array(own.buffer, at, numbers);
    at += numbers * 4;
  });
  return { series, startMicros, counts, histograms };
}
