// What a stage holds back: first in, first out, with its size, at constant cost per chunk.

import type { Chunk } from './toxic.ts';

interface HeldChunk {
  readonly chunk: Chunk;
  /** When it is to leave. */
  readonly dueMicros: number;
}

export interface ChunkQueue {
  push(held: HeldChunk): void;
  peek(): HeldChunk | undefined;
  take(): HeldChunk | undefined;
  /** Replaces everything held, in order. */
  map(change: (held: HeldChunk) => HeldChunk): void;
  bytes(): number;
}

/** A chunk costs more than its data: many two-byte chunks must not fill the memory unseen. */
const overheadBytes = 128;
const compactAfter = 1024;

export function createChunkQueue(): ChunkQueue {
  let items: HeldChunk[] = [];
  let head = 0;
  let bytes = 0;
  return {
    push: (held) => {
      items.push(held);
      bytes += held.chunk.data.length + overheadBytes;
    },
    peek: () => items[head],
    take: () => {
      const held = items[head];
      if (held === undefined) return undefined;
      head += 1;
      bytes -= held.chunk.data.length + overheadBytes;
      if (head === items.length || (head >= compactAfter && head * 2 >= items.length)) {
        items = items.slice(head);
        head = 0;
      }
      return held;
    },
    map: (change) => {
      items = items.slice(head).map(change);
      head = 0;
    },
    bytes: () => bytes,
  };
}
