// One listener per abort signal, however many requests wait on it: the end of a run must not walk long listener lists.

const watchers = new WeakMap<AbortSignal, Set<() => void>>();

function watch(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  watchers.set(signal, callbacks);
  const run = (): void => {
    for (const callback of [...callbacks]) callback();
    callbacks.clear();
  };
  signal.addEventListener('abort', run, { once: true });
  return callbacks;
}

/** Resolves with the promise (which must not reject), or when the signal aborts. */
export function settledOrAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const forget = onAbort(signal, resolve);
    void promise.then(() => {
      forget();
      resolve();
    });
  });
}

/** Calls back once when the signal aborts, in a moment when it already has. Returns what takes the callback back. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) queueMicrotask(callback);
  const callbacks = watchers.get(signal) ?? watch(signal);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}
