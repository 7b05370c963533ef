// GET /api/v1/users (deprecated: a bare list) and /api/v2/users (data and metadata), for those logged in.
import type { FastifyInstance } from 'fastify';
import type { Guard } from '../auth/guard.ts';
import type { Database, Query } from '../database/database.ts';

/** RFC 9745 and RFC 8594: since when v1 is deprecated, when it will go, and what to use instead. */
const deprecation = {
  deprecation: '@1767225600',
  sunset: 'Thu, 31 Dec 2026 23:59:59 GMT',
  link: '</api/v2/users>; rel="successor-version"',
};

interface Filter {
  readonly role: string;
  readonly active: boolean;
  readonly limit: number;
  readonly offset: number;
}

const querystring = {
  type: 'object',
  properties: {
    role: { type: 'string', enum: ['member', 'moderator', 'admin'], default: 'moderator' },
    active: { type: 'boolean', default: true },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    offset: { type: 'integer', minimum: 0, maximum: 100_000, default: 0 },
  },
  additionalProperties: false,
} as const;

const findUsers = (query: Query, { role, active, limit, offset }: Filter) =>
  query(
    `select id, email, name, role, active, created_at as "createdAt" from users
     where role = $1 and active = $2 order by id limit $3 offset $4`,
    [role, active, limit, offset],
  );

const countUsers = async (query: Query, { role, active }: Filter): Promise<number> => {
  const rows = await query<{ total: number }>(
    `select count(*)::int as total from users where role = $1 and active = $2`,
    [role, active],
  );
  return rows[0]?.total ?? 0;
};

export function userRoutes(app: FastifyInstance, database: Database, guard: Guard): void {
  const options = { onRequest: guard.requireUser, schema: { querystring } };
  app.get<{ Querystring: Filter }>('/api/v1/users', options, async (request, reply) => {
    reply.headers(deprecation);
    return database.use((query) => findUsers(query, request.query));
  });
  app.get<{ Querystring: Filter }>('/api/v2/users', options, (request) =>
    database.use(async (query) => {
      const data = await findUsers(query, request.query);
      const { limit, offset } = request.query;
      const total = await countUsers(query, request.query);
      return { data, metadata: { total, limit, offset, returned: data.length, version: 2 } };
    }),
  );
}
