// Preloaded into Mettle by a test: an error that nobody catches, some time after the run has begun.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.argv[1]?.endsWith('mettle.js')) {
  const timer = setTimeout(
    () => {
      throw new Error('nobody caught this');
    },
    Number(process.env.FAILS_AFTER_MS ?? '3000'),
  );
  timer.unref();
}
