// A service that is answered by workers, which their supervisor starts again when they end; or does not (RESTARTS=no).
import cluster from 'node:cluster';
import { createServer } from 'node:http';

const { PORT, WORKERS = '2', RESTARTS = 'yes', RESTART_AFTER_MS = '100' } = process.env;

if (cluster.isPrimary) {
  for (let index = 0; index < Number(WORKERS); index += 1) cluster.fork();
  cluster.on('exit', () => {
    if (RESTARTS === 'yes') setTimeout(() => cluster.fork(), Number(RESTART_AFTER_MS));
  });
  // It stays, whatever its workers do.
  setInterval(() => undefined, 60_000);
} else {
  createServer((_request, response) => response.end(String(process.pid))).listen(Number(PORT), '127.0.0.1');
}
