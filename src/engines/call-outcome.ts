// How one call of a user's function ends: it returns, it throws, its time is over, or the run is.

import { errnoOf, messageOf } from '../kernel/errors.ts';
import { onAbort } from './abort.ts';

export type Ending =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cut' };

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** With its cause: what `fetch` throws says only there why it failed, and sometimes only by a code. */
function detailOf(thrown: unknown): string {
  const own = messageOf(thrown);
  if (!(thrown instanceof Error) || thrown.cause === undefined) return own;
  const cause = messageOf(thrown.cause);
  return `${own}: ${cause === '' ? (errnoOf(thrown.cause) ?? 'no reason given') : cause}`;
}

const failed = (thrown: unknown): Ending => ({ kind: 'failed', detail: detailOf(thrown) });

/** Calls and waits, until the time is over or the run is; what the function does after that is nobody's business. */
export function outcomeOf(
  call: () => unknown,
  timeoutMicros: number,
  signal: AbortSignal,
): Ending | Promise<Ending> {
  let promised: Promise<unknown>;
  try {
    const value = call();
    if (!isPromise(value)) return { kind: 'returned', value };
    // Whose `then` may be the user's own, and throw.
    promised = Promise.resolve(value);
  } catch (thrown) {
    return failed(thrown);
  }
  return new Promise((resolve) => {
    const end = (ending: Ending): void => {
      clearTimeout(timer);
      release();
      resolve(ending);
    };
    const timer = setTimeout(() => end({ kind: 'timeout' }), Math.ceil(timeoutMicros / 1000));
    const release = onAbort(signal, () => end({ kind: 'cut' }));
    promised.then(
      (returned) => end({ kind: 'returned', value: returned }),
      (thrown: unknown) => end(failed(thrown)),
    );
  });
}
