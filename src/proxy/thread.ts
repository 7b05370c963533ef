// Entry of the proxy's own thread: a busy generator must not delay what it relays, nor the other way round.

import { parentPort, workerData } from 'node:worker_threads';
import { MettleError, messageOf } from '../kernel/errors.ts';
import { goFirst } from '../kernel/priority.ts';
import { type ProxyServer, type ProxyServerOptions, startProxyServer } from './server.ts';
import type { ThreadOrder, ThreadReport } from './thread-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('proxy/thread.js runs as a worker thread only');
const report = (message: ThreadReport): void => port.postMessage(message);

/** Once the server and this port are closed the thread ends by itself. */
const close = (server: ProxyServer): void =>
  void server.close().then(
    () => port.close(),
    () => process.exit(1),
  );

goFirst();
try {
  const server = await startProxyServer(workerData as ProxyServerOptions);
  port.on('message', (order: ThreadOrder) => {
    if (order.kind === 'seed') void server.reseed(order.seed).then(() => report({ kind: 'seeded' }));
    else close(server);
  });
  report({ kind: 'ready', apiUrl: server.apiUrl });
} catch (error) {
  const { code, message, hint, exitCode } =
    error instanceof MettleError
      ? error
      : new MettleError({ code: 'PROXY_FAILED', message: messageOf(error) });
  report({ kind: 'failed', error: { code, message, hint, exitCode } });
}
