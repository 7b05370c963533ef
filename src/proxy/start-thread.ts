// Starts the embedded proxy on a thread of its own, and ends it.

import { Worker } from 'node:worker_threads';
import { builtEntry } from '../kernel/entry.ts';
import { exitCodes, MettleError, messageOf } from '../kernel/errors.ts';
import type { ProxyServer, ProxyServerOptions } from './server.ts';
import type { ThreadOrder, ThreadReport } from './thread-protocol.ts';

/** A thread that has not ended by then is ended by force; the system closes its ports. */
const closeWithinMs = 2_000;
const seedWithinMs = 10_000;

export interface ProxyThreadOptions extends ProxyServerOptions {
  /** Called once when the thread ends before it was told to: its proxies are gone, and what is measured is worthless. */
  readonly onDeath?: (error: MettleError) => void;
}

/** Throws MettleError `PROXY_PORT_IN_USE`, `PROXY_CANNOT_LISTEN`, `PROXY_FAILED`. */
export async function startProxyThread(options: ProxyThreadOptions): Promise<ProxyServer> {
  const { onDeath, ...served } = options;
  const workerData: ProxyServerOptions = served;
  const worker = new Worker(builtEntry('proxy/thread.js'), { workerData });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let reason = 'it ended';
  worker.on('error', (error) => {
    reason = messageOf(error);
  });
  const apiUrl = await ready(worker, exited, () => reason);
  let closing: Promise<void> | undefined;
  void exited.then(() => {
    if (closing === undefined) onDeath?.(death(reason));
  });
  return {
    apiUrl,
    reseed: (seed) => reseed(worker, exited, seed),
    close: () => (closing ??= end(worker, exited)),
  };
}

function ready(worker: Worker, exited: Promise<void>, reason: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    void exited.then(() => reject(death(reason())));
    worker.once('message', (report: ThreadReport) => {
      if (report.kind === 'ready') resolve(report.apiUrl);
      if (report.kind === 'failed') reject(new MettleError(report.error));
    });
  });
}

/** Resolves, too, when the thread has died: `onDeath` tells of that. Rejects with PROXY_FAILED when it does not answer. */
async function reseed(worker: Worker, exited: Promise<void>, seed: number): Promise<void> {
  const order: ThreadOrder = { kind: 'seed', seed };
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failure('does not answer')), seedWithinMs);
  });
  // The only thing that it says once it is ready.
  const seeded = new Promise<void>((resolve) => worker.once('message', () => resolve()));
  worker.postMessage(order);
  await Promise.race([seeded, exited, silent]).finally(() => clearTimeout(timer));
}

async function end(worker: Worker, exited: Promise<void>): Promise<void> {
  const order: ThreadOrder = { kind: 'close' };
  worker.postMessage(order);
  const timer = setTimeout(() => void worker.terminate(), closeWithinMs);
  await exited;
  clearTimeout(timer);
}

const death = (reason: string): MettleError => failure(`has died: ${reason}`);

const failure = (what: string): MettleError =>
  new MettleError({
    code: 'PROXY_FAILED',
    message: `the fault proxy's thread ${what}`,
    hint: 'Run the command again; if it happens again, report it with --debug output.',
    exitCode: exitCodes.invalid,
  });
