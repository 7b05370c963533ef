// bandwidth: at most `rate` KB/s (1 KB = 1000 B) per connection and direction; 0 stalls. Large chunks are cut, so that the
// flow is even, and the source waits for what the line cannot take.

import type { Cancel } from '../schedule.ts';
import { createChunkQueue, markChanged, releaseAll } from './chunk-queue.ts';
import { carry, dueMicros, earnedBytes, freeLine, pieceBytes } from './rate-line.ts';
import { amount, defineToxic } from './toxic.ts';

const holdBytes = 64 * 1024;
/** A source that was made to wait may make up for what timers and reading cost it, but not for more. */
const creditMicros = 5_000;

export const bandwidth = defineToxic<'rate'>({
  type: 'bandwidth',
  attributes: { rate: amount },
  holdBytes,
  mount: (context) => {
    const queue = createChunkQueue();
    let line = freeLine(context.attributes().rate, context.nowMicros());
    /** The source had to wait for the line, so that gaps may be of our making. */
    let pressed = false;
    let ended = false;
    let cancel: Cancel | undefined;

    const startFrom = (atMicros: number): void => {
      const idleMicros = line.bytesPerMs === 0 ? Number.POSITIVE_INFINITY : atMicros - dueMicros(line, 0);
      if (idleMicros <= (pressed ? creditMicros : 0)) return;
      line = freeLine(line.bytesPerMs, atMicros);
      pressed = false;
    };
    const passOn = (bytes: number): void => {
      const chunk = queue.takeBytes(bytes);
      if (chunk === undefined) return;
      const atMicros = dueMicros(line, chunk.data.length);
      carry(line, chunk.data.length);
      context.pass({ ...chunk, atMicros });
    };
    const release = (): void => {
      cancel = undefined;
      const nowMicros = context.nowMicros();
      for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
        if (line.bytesPerMs === 0) return;
        const leastBytes = Math.min(next.chunk.data.length, pieceBytes(line));
        const atMicros = dueMicros(line, leastBytes);
        if (atMicros > nowMicros) {
          cancel = context.at(atMicros, release);
          return;
        }
        passOn(Math.max(leastBytes, earnedBytes(line, nowMicros)));
      }
      if (ended) context.end();
    };
    /** What the old rate has earned goes; the new one counts from now. */
    const changeRate = (): void => {
      const nowMicros = context.nowMicros();
      markChanged(queue);
      while (queue.peek() !== undefined && earnedBytes(line, nowMicros) > 0) {
        passOn(earnedBytes(line, nowMicros));
      }
      line = freeLine(context.attributes().rate, nowMicros);
    };

    return {
      receive: (chunk) => {
        if (queue.peek() === undefined) startFrom(chunk.atMicros);
        queue.push({ chunk, dueMicros: chunk.atMicros });
        if (queue.bytes() > holdBytes) pressed = true;
        if (cancel === undefined) release();
      },
      end: () => {
        ended = true;
        if (cancel === undefined) release();
      },
      heldBytes: () => queue.bytes(),
      update: () => {
        cancel?.();
        changeRate();
        release();
      },
      remove: () => releaseAll(queue, context),
    };
  },
});
