// GET /api/dashboard/stats, /api/comments: cached answers for whoever may read.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AnswerCache } from '../cache/answer-cache.ts';
import type { Database } from '../database/database.ts';
import { platforms } from '../database/sample-rows.ts';
import type { Guard } from '../auth/guard.ts';
import { latestComments, overview, userStats } from './queries.ts';

export interface DashboardParts {
  readonly database: Database;
  readonly cache: AnswerCache;
  readonly guard: Guard;
}

const statsQuery = {
  type: 'object',
  properties: {
    user: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
    days: { type: 'integer', minimum: 1, maximum: 90, default: 30 },
  },
  additionalProperties: false,
} as const;

const commentsQuery = {
  type: 'object',
  properties: {
    platform: { type: 'string', enum: platforms },
    prediction: { type: 'string', enum: ['toxic', 'clean'] },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
  required: ['platform', 'prediction'],
  additionalProperties: false,
} as const;

export function dashboardRoutes(app: FastifyInstance, { database, cache, guard }: DashboardParts): void {
  const answer = async (
    reply: FastifyReply,
    key: string,
    load: () => Promise<unknown>,
  ): Promise<FastifyReply> => {
    const { body, from } = await cache(key, load);
    return reply.header('x-cache', from).type('application/json; charset=utf-8').send(body);
  };
  const onRequest = guard.requireReader;

  app.get<{ Querystring: { user?: number; days: number } }>(
    '/api/dashboard/stats',
    { onRequest, schema: { querystring: statsQuery } },
    ({ query: { user, days } }, reply) =>
      user === undefined
        ? answer(reply, 'overview', () => database.use(overview))
        : answer(reply, `stats:${user}:${days}`, () => database.use((query) => userStats(query, user, days))),
  );

  app.get<{ Querystring: { platform: string; prediction: string; limit: number } }>(
    '/api/comments',
    { onRequest, schema: { querystring: commentsQuery } },
    ({ query: { platform, prediction, limit } }, reply) =>
      answer(reply, `comments:${platform}:${prediction}:${limit}`, () =>
        database.use(async (query) => ({
          comments: await latestComments(query, platform, prediction, limit),
        })),
      ),
  );
}
