// slow_close: data passes untouched; only the end of the stream comes `delay` later. Removal lets it through at once.

import type { Cancel } from '../schedule.ts';
import { defineToxic, durationMs } from './toxic.ts';

export const slowClose = defineToxic<'delay'>({
  type: 'slow_close',
  attributes: { delay: durationMs },
  holdBytes: 0,
  mount: (context) => {
    let waiting = false;
    let cancel: Cancel | undefined;
    const letGo = (): void => {
      waiting = false;
      context.end();
    };
    /** An update counts from now, as the original's does. */
    const arm = (): void => {
      cancel?.();
      if (!waiting) return;
      const { delay: delayMs } = context.attributes();
      if (delayMs === 0) letGo();
      else cancel = context.at(context.nowMicros() + delayMs * 1000, letGo);
    };
    return {
      receive: (chunk) => context.pass(chunk),
      end: () => {
        waiting = true;
        arm();
      },
      update: arm,
    };
  },
});
