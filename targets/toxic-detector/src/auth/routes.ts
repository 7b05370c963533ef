// POST /api/auth/register, /login, /refresh, /logout
import type { FastifyInstance } from 'fastify';
import type { Database, Query } from '../database/database.ts';
import { ServiceError } from '../errors.ts';
import { accessTokenSeconds, type AccessTokens } from './access-tokens.ts';
import type { Blacklist } from './blacklist.ts';
import type { Guard } from './guard.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { refreshRows } from './refresh-rows.ts';
import { revoke, rotate, startFamily } from './refresh-tokens.ts';

export interface AuthParts {
  readonly database: Database;
  readonly tokens: AccessTokens;
  readonly revoked: Blacklist;
  readonly guard: Guard;
}

interface Account {
  readonly id: number;
  readonly role: string;
  readonly active: boolean;
  readonly passwordHash: string | null;
}

const text = (minLength: number, maxLength: number) => ({ type: 'string', minLength, maxLength }) as const;
const body = (properties: object, required: readonly string[]) => ({
  schema: { body: { type: 'object', properties, required, additionalProperties: false } },
});
const email = { ...text(3, 254), format: 'email' };
const refreshToken = text(20, 200);
const accountColumns = 'id, role, active, password_hash as "passwordHash"';

async function session(parts: AuthParts, account: { id: number; role: string }, refresh: string) {
  return {
    accessToken: await parts.tokens.issue(account.id, account.role),
    expiresInSeconds: accessTokenSeconds,
    refreshToken: refresh,
    user: { id: account.id, role: account.role },
  };
}

const findAccount = async (
  query: Query,
  where: string,
  value: string | number,
): Promise<Account | undefined> =>
  (
    await query<Account & { [column: string]: unknown }>(
      `select ${accountColumns} from users where ${where} = $1`,
      [value],
    )
  )[0];

function register(app: FastifyInstance, parts: AuthParts): void {
  const schema = body({ email, password: text(10, 200), name: text(1, 100) }, ['email', 'password', 'name']);
  app.post<{ Body: { email: string; password: string; name: string } }>(
    '/api/auth/register',
    schema,
    async (request, reply) => {
      const hash = await hashPassword(request.body.password);
      const created = await parts.database.use((query) =>
        query<{ id: number; role: string }>(
          `insert into users (email, name, role, password_hash) values ($1, $2, 'member', $3)
           on conflict (email) do nothing returning id, role`,
          [request.body.email.toLowerCase(), request.body.name, hash],
        ),
      );
      const user = created[0];
      if (!user) throw new ServiceError(409, 'email_taken', 'there is an account with this address');
      return reply.code(201).send({ user });
    },
  );
}

function login(app: FastifyInstance, parts: AuthParts): void {
  const schema = body({ email, password: text(1, 200) }, ['email', 'password']);
  app.post<{ Body: { email: string; password: string } }>('/api/auth/login', schema, async (request) => {
    const account = await parts.database.use((query) =>
      findAccount(query, 'email', request.body.email.toLowerCase()),
    );
    const matches = await verifyPassword(request.body.password, account?.passwordHash ?? null);
    if (!account || !matches || !account.active) {
      throw new ServiceError(401, 'invalid_login', 'address or password is wrong');
    }
    const refresh = await parts.database.use((query) => startFamily(refreshRows(query), account.id));
    return session(parts, account, refresh);
  });
}

function refreshAndLogout(app: FastifyInstance, parts: AuthParts): void {
  const schema = body({ refreshToken }, ['refreshToken']);
  app.post<{ Body: { refreshToken: string } }>('/api/auth/refresh', schema, (request) =>
    parts.database.use(async (query) => {
      const rotated = await rotate(refreshRows(query), request.body.refreshToken);
      const account = await findAccount(query, 'id', rotated.userId);
      if (!account?.active) throw new ServiceError(401, 'invalid_refresh_token', 'log in again');
      return session(parts, account, rotated.refreshToken);
    }),
  );
  app.post<{ Body: { refreshToken: string } }>('/api/auth/logout', schema, async (request, reply) => {
    const identity = await parts.guard.identify(request);
    await parts.revoked.add(identity.tokenId, identity.expiresAtMs);
    await parts.database.use((query) => revoke(refreshRows(query), request.body.refreshToken));
    return reply.code(204).send();
  });
}

export function authRoutes(app: FastifyInstance, parts: AuthParts): void {
  register(app, parts);
  login(app, parts);
  refreshAndLogout(app, parts);
}
