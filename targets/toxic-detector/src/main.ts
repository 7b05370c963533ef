// Starts the service: listen first, then train the model, be ready, and stop in order when told to.
import { buildApp, type App } from './app.ts';
import { readConfig, type Config } from './config.ts';
import { singleConnection } from './database/single-connection.ts';
import { connectionPool } from './database/connection-pool.ts';
import { eventLoopDetector } from './model/event-loop-detector.ts';
import { modelSlot, type ModelSlot } from './model/model-slot.ts';
import { trainModel } from './model/training.ts';
import { workerPool } from './model/worker-pool.ts';
import { createMetrics } from './observe/metrics.ts';
import { onStopSignal } from './shutdown.ts';
import { openStore } from './store/open-store.ts';

const log = (line: string): void => void process.stderr.write(`toxic-detector: ${line}\n`);

async function loadModel(slot: ModelSlot, { mechanisms }: Config): Promise<void> {
  const startedMs = performance.now();
  const weights = await trainModel(mechanisms.coldStart);
  const { modelWorkers } = mechanisms;
  slot.fill(modelWorkers === 0 ? eventLoopDetector(weights) : await workerPool(weights, modelWorkers));
  log(`model ready after ${Math.round(performance.now() - startedMs)} ms, workers: ${modelWorkers}`);
}

/** Earlier lives' revoked tokens; a database that is not there yet keeps the service waiting, not dead. */
async function loadRevoked(app: App): Promise<void> {
  try {
    await app.revoked.load();
  } catch (error) {
    log(`revoked tokens not read yet (${String(error)}), trying again`);
    setTimeout(() => void loadRevoked(app), 1_000).unref();
  }
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const metrics = createMetrics();
  const lost = (): void => metrics.degraded.inc({ dependency: 'database' });
  const database = (config.mechanisms.pool ? connectionPool : singleConnection)(config.databaseUrl, lost);
  const store = openStore(config.redisUrl, metrics);
  const model = modelSlot();
  let stopping = false;
  const app = await buildApp({ config, database, store, model, metrics, log, isStopping: () => stopping });
  onStopSignal(log, [
    () => {
      stopping = true;
      return app.http.close();
    },
    () => app.writer.close(),
    () => model.close(),
    () => store.close(),
    () => database.close(),
  ]);
  await app.http.listen({ host: config.host, port: config.port });
  log(`listening on ${config.host}:${config.port}, ${JSON.stringify(config.mechanisms)}`);
  await loadRevoked(app);
  await loadModel(model, config);
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
