// The toxic-detector on a real PostgreSQL: its rows, its plans with and without indexes, and the service in both variants.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/scenario/load-target.ts';
import type { DatabaseServer } from '../../src/system/database.ts';
import { openSystem } from '../../src/system/open-system.ts';
import { findPostgres, postgresPackage } from '../../src/system/postgres-binaries.ts';
import { startPostgres } from '../../src/system/postgres.ts';
import type { StartedVariant, System } from '../../src/system/system.ts';
import { latestComments, overview, userStats } from '../../targets/toxic-detector/src/dashboard/queries.ts';
import type { Query } from '../../targets/toxic-detector/src/database/database.ts';
import { memoryTracker, testPorts } from '../support/system-ports.ts';

const folder = resolve('targets/toxic-detector');
const missing = [
  findPostgres(folder) === undefined ? `the package ${postgresPackage()} is not installed` : null,
  existsSync(join(folder, 'dist/main.js')) ? null : 'the target is not built (npm run build)',
].find((reason) => reason !== null);
if (missing !== undefined) {
  if (process.env.METTLE_REQUIRE_ALL === '1') throw new Error(missing);
  console.warn(`SKIPPED: tests of the toxic-detector on PostgreSQL: ${missing}`);
}

const seed =
  (indexes: 'on' | 'off') =>
  async (url: string): Promise<void> => {
    const env = { PATH: process.env.PATH, DATABASE_URL: url, INDEXES: indexes };
    await promisify(execFile)(process.execPath, ['dist/seed.js'], { cwd: folder, env });
  };

describe.runIf(missing === undefined)('the prepared data', () => {
  let server: DatabaseServer;
  const clients: Record<string, pg.Client> = {};
  const rowsOf = async (database: string, sql: string): Promise<Record<string, unknown>[]> =>
    ((await clients[database]?.query<Record<string, unknown>>(sql)) ?? { rows: [] }).rows;
  /** The plans of the statements that `ask` makes, in order. */
  const plansOf = async (database: string, ask: (query: Query) => Promise<unknown>): Promise<string[]> => {
    const plans: string[] = [];
    await ask(async (sql, values = []) => {
      const explained = await clients[database]?.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, [
        ...values,
      ]);
      plans.push((explained?.rows ?? []).map((row) => row['QUERY PLAN']).join('\n'));
      return [];
    });
    return plans;
  };

  beforeAll(async () => {
    server = await startPostgres(folder, memoryTracker());
    for (const indexes of ['off', 'on'] as const) {
      const { url } = await server.fresh(indexes, seed(indexes));
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
      clients[indexes] = client;
    }
  });
  afterAll(async () => {
    for (const client of Object.values(clients)) await client.end();
    await server.stop();
  });

  it('has the stated number of rows, the same ones in both variants', async () => {
    const digest = `select (select count(*)::int from users) as users, (select count(*)::int from comments) as comments,
      (select count(*)::int from activity) as activity,
      (select md5(string_agg(user_id || platform || body || prediction || confidence, '|' order by id)) from comments) as digest`;
    const [off] = await rowsOf('off', digest);
    expect(off).toMatchObject({ users: 5_000, comments: 40_000, activity: 40_000 });
    expect(await rowsOf('on', digest)).toEqual([off]);
  });

  it('answers every question of the dashboard from an index with INDEXES=on, from whole tables without', async () => {
    const ask = async (query: Query): Promise<void> => {
      await userStats(query, 7, 30);
      await latestComments(query, 'video', 'toxic', 20);
    };
    const [off, on] = [await plansOf('off', ask), await plansOf('on', ask)];
    expect(off).toHaveLength(5);
    for (const plan of off) expect(plan).toContain('Seq Scan');
    for (const plan of on) {
      expect(plan).toContain('Index');
      expect(plan).not.toContain('Seq Scan');
    }
  });

  it('the overview reads the whole table with or without indexes: only the cache helps it', async () => {
    for (const database of ['off', 'on']) {
      expect(await plansOf(database, overview)).toEqual([expect.stringContaining('Seq Scan on comments')]);
    }
  });

  it('is not put where somebody’s tables already are', async () => {
    const { host, port, database, user, password } = clients.on ?? {};
    const url = `postgres://${user ?? ''}:${password ?? ''}@${host ?? ''}:${port ?? 0}/${database ?? ''}`;
    await expect(seed('on')(url)).rejects.toMatchObject({ code: 1 });
  });
});

describe.runIf(missing === undefined).each(['before', 'after'])('the variant %s', (name) => {
  let logs: string;
  let system: System;
  let variant: StartedVariant;
  const call = async (
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; json: never }> => {
    const answer = await fetch(`${variant.http ?? ''}${path}`, {
      headers: {
        'x-api-key': 'dashboard-read-only',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: (text === '' ? null : JSON.parse(text)) as never };
  };

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), 'test-toxic-detector-'));
    system = await openSystem(await loadTarget(folder), testPorts(), { own: { PATH: process.env.PATH } });
    variant = await system.start(name, join(logs, 'target.log'));
  });
  afterAll(async () => {
    await variant.stop();
    expect(await system.stop()).toEqual([]);
    rmSync(logs, { recursive: true, force: true });
  });

  it('rotates tokens, notices a stolen one, and forgets nobody who logged out', async () => {
    const account = { email: 'new@example.test', password: 'a long password', name: 'New' };
    expect((await call('/api/auth/register', account)).status).toBe(201);
    expect((await call('/api/auth/register', account)).status).toBe(409);
    expect((await call('/api/auth/login', { ...account, name: undefined, password: 'wrong' })).status).toBe(
      401,
    );
    const login: { accessToken: string; refreshToken: string } = (
      await call('/api/auth/login', { email: account.email, password: account.password })
    ).json;
    const { refreshToken } = login;
    const rotated: typeof login = (await call('/api/auth/refresh', { refreshToken })).json;
    expect((await call('/api/v2/users', undefined, rotated.accessToken)).status).toBe(200);
    expect((await call('/api/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await call('/api/auth/refresh', { refreshToken: rotated.refreshToken })).status).toBe(401);
    const logout = await call(
      '/api/auth/logout',
      { refreshToken: rotated.refreshToken },
      rotated.accessToken,
    );
    expect(logout.status).toBe(204);
    expect((await call('/api/v2/users', undefined, rotated.accessToken)).status).toBe(401);
  });

  it('shows operators the users that they asked for', async () => {
    const login: { accessToken: string } = (
      await call('/api/auth/login', { email: 'operator-3@example.test', password: 'operators-only' })
    ).json;
    const page: { data: { role: string }[]; metadata: { total: number } } = (
      await call('/api/v2/users?role=admin&limit=3', undefined, login.accessToken)
    ).json;
    expect(page.data.map((user) => user.role)).toEqual(['admin', 'admin', 'admin']);
    expect(page.metadata.total).toBeGreaterThan(3);
  });

  it('stores what the extension asked about, once, and shows it among the latest comments', async () => {
    const text = `you are such an idiot ${Date.now()}`;
    const asked = await fetch(`${variant.clients.extension ?? ''}/detect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    });
    expect(await asked.json()).toMatchObject({ prediction: 'toxic' });
    const id = '3f0f3b0e-8f56-4a3c-9d43-0a6b8a1e9f11';
    const again = { text: `${text} again`, id, platform: 'social' };
    for (let turn = 0; turn < 2; turn += 1)
      expect((await call('/api/extension/detect', again)).status).toBe(200);
    const stored = async (): Promise<string[]> => {
      // A different limit each time: the answer is cached per question.
      limit += 1;
      const path = `/api/comments?platform=social&prediction=toxic&limit=${limit}`;
      const { comments }: { comments: { body: string }[] } = (await call(path)).json;
      return comments.map((comment) => comment.body).filter((body) => body.startsWith(text));
    };
    let limit = 20;
    await expect.poll(stored, { timeout: 10_000, interval: 200 }).toEqual([`${text} again`, text]);
  });

  it('answers the whole dashboard', async () => {
    const stats: object = (await call('/api/dashboard/stats?user=12&days=90')).json;
    expect(stats).toMatchObject({ user: 12, days: 90, moderators: expect.any(Number) as number });
    expect(stats).toHaveProperty('uncertain.length', 10);
    const { platforms }: { platforms: { comments: number }[] } = (await call('/api/dashboard/stats')).json;
    expect(platforms).toHaveLength(12);
    expect(platforms.reduce((sum, row) => sum + row.comments, 0)).toBeGreaterThanOrEqual(40_000);
  });

  it('sends a batch through the extension', async () => {
    const answer = await fetch(`${variant.clients.extension ?? ''}/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: ['what a lovely video', 'shut up you stupid clown'] }),
    });
    const { results } = (await answer.json()) as { results: { prediction: string }[] };
    expect(results.map((result) => result.prediction)).toEqual(['clean', 'toxic']);
  });
});
