// reset_peer: breaks the connection off with RST, `timeout` after its first data or its end. Until then everything is
// held, so that a removal in time leaves the stream whole.

import type { Cancel } from '../schedule.ts';
import { createChunkQueue, releaseAll } from './chunk-queue.ts';
import { defineToxic, durationMs } from './toxic.ts';

export const resetPeer = defineToxic<'timeout'>({
  type: 'reset_peer',
  attributes: { timeout: durationMs },
  holdBytes: 64 * 1024,
  mount: (context) => {
    const queue = createChunkQueue();
    let firstAtMicros: number | undefined;
    let cancel: Cancel | undefined;
    const arm = (): void => {
      cancel?.();
      if (firstAtMicros === undefined) return;
      const resetAtMicros = firstAtMicros + context.attributes().timeout * 1000;
      if (resetAtMicros <= context.nowMicros()) context.reset();
      else cancel = context.at(resetAtMicros, () => context.reset());
    };
    const begin = (atMicros: number): void => {
      if (firstAtMicros !== undefined) return;
      firstAtMicros = atMicros;
      arm();
    };
    return {
      receive: (chunk) => {
        queue.push({ chunk, dueMicros: chunk.atMicros });
        begin(chunk.atMicros);
      },
      end: () => begin(context.nowMicros()),
      heldBytes: () => queue.bytes(),
      update: arm,
      remove: () => releaseAll(queue, context),
    };
  },
});
