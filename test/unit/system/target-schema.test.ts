// The target file's grammar: what the specification shows is read, and what is not understood is refused by name.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { targetSchema } from '../../../src/system/target-schema.ts';

const minimal = {
  name: 'rag',
  variants: { after: { start: 'node dist/server.js' } },
  http: 'http://127.0.0.1:{{port}}',
};

/** `path: message` of every problem. */
function problems(raw: unknown): string[] {
  const result = targetSchema.safeParse(raw);
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a target file', () => {
  it('with every part of the specification that is built now becomes plain data with units resolved', () => {
    const target = targetSchema.parse({
      name: 'rag',
      variants: {
        before: { start: 'node dist/server.js', env: { RAG_MODE: 'before', POOL: 5, CACHE: false } },
        staging: {
          http: 'https://rag.staging.example',
          environment: 'staging',
          limits: { rate: '120/m', users: 200 },
        },
      },
      http: 'http://127.0.0.1:{{port}}',
      ws: 'ws://127.0.0.1:{{port}}',
      ready: 'GET /ready within 60s',
      dependencies: {
        postgres: { provide: 'postgres', env: 'DATABASE_URL', environment: 'staging' },
        llm: { start: 'node dist/llm.js', env: 'LLM_URL', ready: 'GET /up within 500ms' },
      },
      clients: { extension: { start: 'node dist/extension.js', env: 'API_URL' } },
      prepare: 'node dist/seed.js',
      observe: { process: true },
      secrets: ['RAG_TOKEN'],
      allow: ['*.staging.example'],
    });
    expect(target).toEqual({
      name: 'rag',
      variants: {
        before: {
          kind: 'process',
          start: 'node dist/server.js',
          env: { RAG_MODE: 'before', POOL: '5', CACHE: 'false' },
        },
        staging: {
          kind: 'url',
          http: 'https://rag.staging.example',
          ws: null,
          environment: 'staging',
          limits: { ratePerSecond: 2, users: 200 },
        },
      },
      http: 'http://127.0.0.1:{{port}}',
      ws: 'ws://127.0.0.1:{{port}}',
      ready: { path: '/ready', withinMicros: 60_000_000 },
      dependencies: {
        postgres: { kind: 'provide', provide: 'postgres', env: 'DATABASE_URL', environment: 'staging' },
        llm: {
          kind: 'process',
          start: 'node dist/llm.js',
          env: 'LLM_URL',
          ready: { path: '/up', withinMicros: 500_000 },
        },
      },
      clients: { extension: { start: 'node dist/extension.js', env: 'API_URL', ready: null } },
      prepare: 'node dist/seed.js',
      observe: { process: true, docker: false, prometheus: null },
      docker: { project: null, host: null, maxContainers: 1, maxShare: 1 },
      secrets: ['RAG_TOKEN'],
      allow: ['*.staging.example'],
    });
  });

  it('needs little: a name, a variant, an address', () => {
    expect(targetSchema.parse(minimal)).toMatchObject({
      ready: null,
      dependencies: {},
      clients: {},
      prepare: null,
    });
  });

  it.each([
    ['GET /metrics', '/metrics', 1],
    ['GET /metrics?all=1 every 2s', '/metrics?all=1', 2],
    ['http://127.0.0.1:9187/metrics every 1m', 'http://127.0.0.1:9187/metrics', 60],
    ['GET https://exporter.example/metrics', 'https://exporter.example/metrics', 1],
  ])('scrapes `%s`', (prometheus, from, seconds) => {
    const { observe } = targetSchema.parse({ ...minimal, observe: { prometheus } });
    expect(observe.prometheus).toEqual({ from, everyMicros: seconds * 1_000_000 });
  });

  it.each([
    ['an unknown key', { ...minimal, redy: 'GET /' }, 'Unrecognized key: "redy"'],
    [
      'an unknown key of a variant',
      { ...minimal, variants: { a: { compose: 'x.yml', service: 'y' } } },
      'Unrecognized keys: "compose", "service"',
    ],
    [
      'a scrape of no address',
      { ...minimal, observe: { prometheus: '/metrics' } },
      'a scrape is written like',
    ],
    ['a scrape too often', { ...minimal, observe: { prometheus: 'GET /m every 500ms' } }, '(1s to 60s)'],
    ['a scrape too seldom', { ...minimal, observe: { prometheus: 'GET /m every 2m' } }, '(1s to 60s)'],
    [
      'a scrape of another kind',
      { ...minimal, observe: { prometheus: 'ftp://127.0.0.1/m' } },
      'a scrape is written like',
    ],
    [
      'a scrape with a password',
      { ...minimal, observe: { prometheus: 'http://me:pw@127.0.0.1:9100/metrics' } },
      'no user, password or fragment',
    ],
    [
      'a scraped path without an address',
      { ...minimal, http: undefined, ws: 'ws://127.0.0.1:{{port}}', observe: { prometheus: 'GET /metrics' } },
      'observe.prometheus: a path is scraped over HTTP',
    ],
    [
      'containers of no project',
      { ...minimal, observe: { docker: true } },
      'observe.docker: which containers?',
    ],
    ['no variant', { ...minimal, variants: {} }, 'at least one variant'],
    ['a variant of nothing', { ...minimal, variants: { a: {} } }, 'a variant needs `start`'],
    [
      'a variant that is both',
      { ...minimal, variants: { a: { start: 'node x', http: 'http://h' } } },
      'takes no `http`',
    ],
    [
      'env without start',
      { ...minimal, variants: { a: { http: 'http://h', env: { A: 'b' } } } },
      '`env` needs `start`',
    ],
    ['a started target without an address', { ...minimal, http: undefined }, 'needs `http` or `ws`'],
    ['a started target elsewhere', { ...minimal, http: 'http://example.org:{{port}}' }, 'use 127.0.0.1'],
    [
      'a port for Mettle to pick where it starts nothing',
      { ...minimal, variants: { a: { http: 'http://127.0.0.1:{{port}}' } } },
      'state the port',
    ],
    ['a URL of another kind', { ...minimal, http: 'ftp://127.0.0.1' }, 'a base URL is written like'],
    [
      'a URL with a password',
      { ...minimal, http: 'http://me:pw@127.0.0.1:80' },
      'no user, query or fragment',
    ],
    ['a time without unit', { ...minimal, ready: 'GET /ready within 60' }, 'a duration with its unit'],
    [
      'a check by another method',
      { ...minimal, ready: 'POST /ready within 60s' },
      'written like `GET /ready within 60s`',
    ],
    [
      'a rate without unit',
      { ...minimal, variants: { a: { http: 'http://h', limits: { rate: '100' } } } },
      'a rate needs its unit',
    ],
    [
      'half a user',
      { ...minimal, variants: { a: { http: 'http://h', limits: { users: 1.5 } } } },
      'whole number',
    ],
    [
      'a dependency that cannot be provided',
      { ...minimal, dependencies: { redis: { provide: 'redis', env: 'REDIS_URL' } } },
      'only `postgres` can be provided',
    ],
    [
      'a dependency of nothing',
      { ...minimal, dependencies: { x: { env: 'X_URL' } } },
      'either `provide: postgres` or `start`',
    ],
    [
      'two databases',
      {
        ...minimal,
        dependencies: { a: { provide: 'postgres', env: 'A' }, b: { provide: 'postgres', env: 'B' } },
      },
      'one PostgreSQL',
    ],
    [
      'a dependency with a name of meaning',
      { ...minimal, dependencies: { clients: { start: 'node x', env: 'X' } } },
      'a meaning of its own',
    ],
    [
      'two givers of a variable',
      { ...minimal, dependencies: { a: { start: 'node x', env: 'X' }, b: { start: 'node x', env: 'X' } } },
      'X is already given by the dependency a',
    ],
    ['a shell', { ...minimal, prepare: 'node a.js && node b.js' }, '`&&` needs a shell'],
    ['an open quote', { ...minimal, prepare: 'node "a.js' }, 'is not closed'],
    ['a name that would break paths', { ...minimal, name: '../etc' }, 'a name is letters'],
  ])('is refused with %s', (_what, raw, message) => {
    expect(problems(raw).join('\n')).toContain(message);
  });

  it('names the place of a variable that would go round the fault proxy', () => {
    const raw = {
      ...minimal,
      variants: { after: { start: 'node x', env: { DATABASE_URL: 'postgres://elsewhere' } } },
      dependencies: { postgres: { provide: 'postgres', env: 'DATABASE_URL' } },
    };
    expect(problems(raw)).toEqual([
      'variants.after.env.DATABASE_URL: DATABASE_URL is given by the dependency postgres; setting it here would go round the fault proxy',
    ]);
  });

  it('has a JSON Schema for editors', () => {
    const schema = z.toJSONSchema(targetSchema, { io: 'input' });
    expect(schema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['name', 'variants'],
    });
  });
});
