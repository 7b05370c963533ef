// Preloaded into Mettle by a test: an error that nobody catches, after a time or when the test says so (SIGUSR2).
import { isMainThread } from 'node:worker_threads';

const fail = () => {
  throw new Error('nobody caught this');
};

if (isMainThread && process.argv[1]?.endsWith('mettle.js')) {
  const afterMs = process.env.FAILS_AFTER_MS;
  if (afterMs !== undefined) setTimeout(fail, Number(afterMs)).unref();
  process.once('SIGUSR2', () => setImmediate(fail));
}
