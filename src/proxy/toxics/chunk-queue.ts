// What a stage holds back: first in, first out, with its size, at constant cost per chunk.

import type { Chunk, StageContext } from './toxic.ts';

interface HeldChunk {
  readonly chunk: Chunk;
  /** When it is to leave. */
  readonly dueMicros: number;
}

export interface ChunkQueue {
  push(held: HeldChunk): void;
  peek(): HeldChunk | undefined;
  take(): HeldChunk | undefined;
  /** Takes the first `bytes` (at least 1) of the chunk that is first, or all of a shorter one; the rest stays first. */
  takeBytes(bytes: number): Chunk | undefined;
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
  let heldBytes = 0;
  const take = (): HeldChunk | undefined => {
    const held = items[head];
    if (held === undefined) return undefined;
    head += 1;
    heldBytes -= held.chunk.data.length + overheadBytes;
    if (head === items.length || (head >= compactAfter && head * 2 >= items.length)) {
      items = items.slice(head);
      head = 0;
    }
    return held;
  };
  return {
    push: (held) => {
      items.push(held);
      heldBytes += held.chunk.data.length + overheadBytes;
    },
    peek: () => items[head],
    take,
    takeBytes: (bytes) => {
      const held = items[head];
      if (held === undefined || held.chunk.data.length <= bytes) return take()?.chunk;
      const { chunk } = held;
      items[head] = { ...held, chunk: { ...chunk, data: chunk.data.subarray(bytes) } };
      heldBytes -= bytes;
      return { ...chunk, data: chunk.data.subarray(0, bytes) };
    },
    map: (change) => {
      items = items.slice(head).map(change);
      head = 0;
    },
    bytes: () => heldBytes,
  };
}

/** Hands on everything held, in order and without waiting: its toxic is gone. */
export function releaseAll(
  queue: ChunkQueue,
  context: Pick<StageContext<string>, 'nowMicros' | 'pass'>,
): void {
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    context.pass({ ...next.chunk, atMicros: context.nowMicros(), asAsked: false });
  }
}

/** An update has changed how long everything held waits. */
export function markChanged(queue: ChunkQueue): void {
  queue.map((held) => ({ ...held, chunk: { ...held.chunk, asAsked: false } }));
}
