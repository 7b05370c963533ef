// slicer: data goes on in pieces of average_size ± size_variation bytes, `delay` µs apart. Times are absolute: as timers are
// a thousand times coarser than microseconds, every tick lets go of all the pieces that have come due.

import type { Cancel } from '../schedule.ts';
import { createChunkQueue, markChanged, releaseAll } from './chunk-queue.ts';
import { amount, defineToxic, type StageContext } from './toxic.ts';

type Attribute = 'average_size' | 'size_variation' | 'delay';

/** average_size + uniform [−size_variation, size_variation], at least a byte. */
function drawBytes(context: StageContext<Attribute>): number {
  const { average_size: averageBytes, size_variation: variationBytes } = context.attributes();
  const spreadBytes = Math.floor(context.random() * (2 * variationBytes + 1)) - variationBytes;
  return Math.max(1, averageBytes + spreadBytes);
}

export const slicer = defineToxic<Attribute>({
  type: 'slicer',
  /** Without an average size the original is given one of 0, and dies of it. */
  attributes: { average_size: { ...amount, min: 1 }, size_variation: amount, delay: amount },
  holdBytes: 64 * 1024,
  refuse: ({ average_size: averageBytes, size_variation: variationBytes }) =>
    variationBytes > averageBytes
      ? `size_variation must not be larger than average_size (${averageBytes}), got ${variationBytes}`
      : undefined,
  mount: (context) => {
    const queue = createChunkQueue();
    let lastAtMicros = Number.NEGATIVE_INFINITY;
    let ended = false;
    let cancel: Cancel | undefined;

    const release = (): void => {
      cancel = undefined;
      const nowMicros = context.nowMicros();
      const { delay: delayMicros } = context.attributes();
      for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
        const dueMicros = Math.max(Math.min(next.chunk.atMicros, nowMicros), lastAtMicros + delayMicros);
        if (dueMicros > nowMicros) {
          cancel = context.at(dueMicros, release);
          return;
        }
        lastAtMicros = dueMicros;
        const piece = queue.takeBytes(drawBytes(context));
        if (piece !== undefined) context.pass({ ...piece, atMicros: dueMicros });
      }
      if (ended) context.end();
    };

    return {
      receive: (chunk) => {
        queue.push({ chunk, dueMicros: chunk.atMicros });
        if (cancel === undefined) release();
      },
      end: () => {
        ended = true;
        if (cancel === undefined) release();
      },
      heldBytes: () => queue.bytes(),
      update: () => {
        cancel?.();
        // Time waited under a longer delay is no credit under a shorter one.
        lastAtMicros = Math.max(lastAtMicros, context.nowMicros() - context.attributes().delay);
        markChanged(queue);
        release();
      },
      remove: () => releaseAll(queue, context),
    };
  },
});
