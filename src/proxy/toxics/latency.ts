// latency: every chunk leaves latency ± jitter after it came. The end of the stream follows the last chunk undelayed.

import type { Cancel } from '../schedule.ts';
import { createChunkQueue, releaseAll } from './chunk-queue.ts';
import { type Chunk, defineToxic, durationMs, type StageContext } from './toxic.ts';

/** Leaving this early is nearer to what was asked than one more timer tick. */
const slackMicros = 500;

type Context = StageContext<'latency' | 'jitter'>;

/** latency + uniform [−jitter, jitter), never below zero. */
function drawDelayMicros(context: Context): number {
  const { latency: delayMs, jitter: jitterMs } = context.attributes();
  const spreadMs = jitterMs === 0 ? 0 : (context.random() * 2 - 1) * jitterMs;
  return Math.max(0, delayMs + spreadMs) * 1000;
}

export const latency = defineToxic<'latency' | 'jitter'>({
  type: 'latency',
  attributes: { latency: durationMs, jitter: durationMs },
  /** A delay is not to throttle: 300 ms of 100 MB/s is 30 MB under way. */
  holdBytes: 32 * 1024 * 1024,
  mount: (context) => {
    const queue = createChunkQueue();
    let lastDueMicros = 0;
    let ended = false;
    let cancel: Cancel | undefined;

    /** A chunk never overtakes the one before it, so jitter cannot reorder. */
    const dueMicros = (chunk: Chunk): number => {
      lastDueMicros = Math.max(lastDueMicros, chunk.atMicros + drawDelayMicros(context));
      return lastDueMicros;
    };
    const release = (): void => {
      cancel = undefined;
      for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
        if (next.dueMicros > context.nowMicros() + slackMicros) {
          cancel = context.at(next.dueMicros, release);
          return;
        }
        queue.take();
        context.pass({ ...next.chunk, atMicros: next.dueMicros });
      }
      if (ended) context.end();
    };

    return {
      receive: (chunk) => {
        queue.push({ chunk, dueMicros: dueMicros(chunk) });
        if (cancel === undefined) release();
      },
      end: () => {
        ended = true;
        if (cancel === undefined) release();
      },
      heldBytes: () => queue.bytes(),
      update: () => {
        cancel?.();
        lastDueMicros = 0;
        queue.map(({ chunk }) => ({ chunk: { ...chunk, asAsked: false }, dueMicros: dueMicros(chunk) }));
        release();
      },
      remove: () => {
        cancel?.();
        releaseAll(queue, context);
      },
    };
  },
});
