// timeout: nothing gets through. Closes the connection after `timeout` (0 = never), and when the toxic is removed,
// because what was dropped cannot be brought back.

import type { Cancel } from '../schedule.ts';
import { defineToxic, durationMs } from './toxic.ts';

export const timeout = defineToxic<'timeout'>({
  type: 'timeout',
  attributes: { timeout: durationMs },
  holdBytes: 0,
  mount: (context) => {
    let cancel: Cancel | undefined;
    const arm = (): void => {
      cancel?.();
      cancel = undefined;
      const { timeout: timeoutMs } = context.attributes();
      if (timeoutMs > 0) cancel = context.at(context.nowMicros() + timeoutMs * 1000, () => context.close());
    };
    arm();
    return {
      receive: () => undefined,
      end: () => undefined,
      update: arm,
      remove: () => context.close(),
    };
  },
});
