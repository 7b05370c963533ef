// GET /health, /ready, /live, /metrics
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Metrics } from './metrics.ts';

const probeMs = 2_000;

export interface HealthParts {
  readonly database: Database;
  readonly metrics: Metrics;
  readonly modelIsReady: () => boolean;
  readonly isStopping: () => boolean;
}

/** True when the database answers within 2 s. */
async function answers(database: Database): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), probeMs).unref());
  const asked = database
    .use((query) => query('select 1'))
    .then(
      () => true,
      () => false,
    );
  return Promise.race([asked, late]);
}

export function healthRoutes(app: FastifyInstance, parts: HealthParts): void {
  // The process is up and its event loop turns; nothing else is asked, so that a slow database kills no process.
  app.get('/live', () => ({ status: 'live' }));

  // The whole picture for people; `degraded` still serves.
  app.get('/health', async () => {
    const database = await answers(parts.database);
    const model = parts.modelIsReady();
    return { status: database && model ? 'ok' : 'degraded', database, model };
  });

  // For a load balancer: 503 = send nothing here.
  app.get('/ready', async (_request, reply) => {
    const model = parts.modelIsReady();
    const stopping = parts.isStopping();
    const ready = !stopping && model && (await answers(parts.database));
    return reply.code(ready ? 200 : 503).send({ ready, model, stopping });
  });

  app.get('/metrics', async (_request, reply) =>
    reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics()),
  );

  app.addHook('onResponse', (request, reply, done) => {
    parts.metrics.requests.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    );
    done();
  });
}
