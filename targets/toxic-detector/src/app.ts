// Puts the service together from its parts; nothing here listens or reads the environment.
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { accessTokens } from './auth/access-tokens.ts';
import { blacklist, type Blacklist } from './auth/blacklist.ts';
import { guard as createGuard } from './auth/guard.ts';
import { authRoutes } from './auth/routes.ts';
import { answerCache, noCache, type AnswerCache } from './cache/answer-cache.ts';
import type { Config } from './config.ts';
import { dashboardRoutes } from './dashboard/routes.ts';
import type { Database } from './database/database.ts';
import { detectionService } from './detection/detection-service.ts';
import { detectionWriter, type DetectionWriter } from './detection/detection-writer.ts';
import { feedRoute } from './detection/feed-route.ts';
import { feed as createFeed } from './detection/feed.ts';
import { detectionRoutes } from './detection/routes.ts';
import { answerErrors } from './errors.ts';
import { limitRequests } from './limits/rate-limiter.ts';
import type { ModelSlot } from './model/model-slot.ts';
import { healthRoutes } from './observe/health.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Store } from './store/store.ts';
import { userRoutes } from './users/routes.ts';

const largestBodyBytes = 1 << 20;
const largestFeedMessageBytes = 4_096;

export interface AppParts {
  readonly config: Config;
  readonly database: Database;
  readonly store: Store;
  readonly model: ModelSlot;
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
  /** One line about something unexpected. */
  readonly log: (line: string) => void;
}

export interface App {
  readonly http: FastifyInstance;
  readonly revoked: Blacklist;
  readonly writer: DetectionWriter;
}

function countedCache({ config, store, metrics }: AppParts): AnswerCache {
  const cache = config.mechanisms.cache ? answerCache(store, config.cacheTtlMs) : noCache;
  return async (key, load) => {
    const answer = await cache(key, load);
    metrics.cache.inc({ result: answer.from });
    return answer;
  };
}

function createWriter({ database, metrics, log }: AppParts): DetectionWriter {
  return detectionWriter(database, {
    waiting: (count) => metrics.unstored.set(count),
    dropped: (count) => metrics.dropped.inc(count),
    failed: (error) => log(`detections not stored yet: ${String(error)}`),
  });
}

export async function buildApp(parts: AppParts): Promise<App> {
  const { config, database, store, metrics } = parts;
  const http = Fastify({
    logger: false,
    bodyLimit: largestBodyBytes,
    ajv: { customOptions: { removeAdditional: false } },
    forceCloseConnections: 'idle',
  });
  answerErrors(http, parts.log);
  limitRequests(http, store, config.rateLimit, new Set([config.dashboardKey]), () => metrics.limited.inc());
  await http.register(websocket, { options: { maxPayload: largestFeedMessageBytes } });

  const tokens = accessTokens(config.jwtSecret);
  const revoked = blacklist(database, store);
  const guard = createGuard(tokens, revoked, config.dashboardKey);
  const writer = createWriter(parts);
  const feed = createFeed((subscribers) => metrics.subscribers.set(subscribers));
  const detect = detectionService(parts.model, (detection) => {
    metrics.detections.inc({ prediction: detection.prediction });
    writer.add(detection);
    feed.publish(detection);
  });

  healthRoutes(http, { database, metrics, modelIsReady: parts.model.isReady, isStopping: parts.isStopping });
  authRoutes(http, { database, tokens, revoked, guard });
  detectionRoutes(http, detect);
  dashboardRoutes(http, { database, cache: countedCache(parts), guard });
  userRoutes(http, database, guard);
  feedRoute(http, feed);
  return { http, revoked, writer };
}
