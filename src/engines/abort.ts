// One listener per abort signal, however many requests wait on it: the end of a run must not walk long listener lists.

interface Watcher {
  readonly callback: () => void;
  /** Its place in the list; -1 = not in it any more. */
  place: number;
}

/**
 * An array, not a Set: a Set that entries come to and leave all the time is laid anew every few entries, and V8 links
 * each layout to the next, so that one of them that grows old keeps alive all that ever waited after it, until the next
 * full collection.
 */
type Watchers = Watcher[];

const watched = new WeakMap<AbortSignal, Watchers>();

function watch(signal: AbortSignal): Watchers {
  const watchers: Watchers = [];
  watched.set(signal, watchers);
  const run = (): void => {
    for (const watcher of watchers.splice(0)) {
      watcher.place = -1;
      watcher.callback();
    }
  };
  signal.addEventListener('abort', run, { once: true });
  return watchers;
}

/** The last one takes the place of the one that leaves. */
function leave(watchers: Watchers, watcher: Watcher): void {
  const { place } = watcher;
  if (place < 0) return;
  watcher.place = -1;
  const last = watchers.pop();
  if (last === undefined || last === watcher) return;
  watchers[place] = last;
  last.place = place;
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
  const watchers = watched.get(signal) ?? watch(signal);
  const watcher: Watcher = { callback, place: watchers.length };
  watchers.push(watcher);
  return () => leave(watchers, watcher);
}
