// The service's contract over HTTP and WebSocket, with the database replaced: who may ask what, and how it says no.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../src/app.ts';
import { accessTokens } from '../src/auth/access-tokens.ts';
import { modelSlot } from '../src/model/model-slot.ts';
import { type AppFixture, appFixture, jwtSecret as secret } from './support/app-fixture.ts';

const key = { 'x-api-key': 'dashboard-read-only' };

let fixture: AppFixture;
let app: App;
beforeEach(async () => {
  fixture = appFixture();
  app = await fixture.build();
});
afterEach(async () => {
  await app.http.close();
  await app.writer.close();
});

describe('who may ask', () => {
  it('lets the dashboard’s key read the dashboard and the comments, but no users', async () => {
    const ask = (url: string) => app.http.inject({ url, headers: key });
    expect((await ask('/api/dashboard/stats')).statusCode).toBe(200);
    expect((await ask('/api/comments?platform=video&prediction=toxic')).statusCode).toBe(200);
    expect((await ask('/api/v2/users')).statusCode).toBe(401);
  });

  it('lets nobody read without a key or token', async () => {
    for (const url of [
      '/api/dashboard/stats',
      '/api/comments?platform=video&prediction=toxic',
      '/api/v1/users',
    ]) {
      expect((await app.http.inject({ url })).statusCode).toBe(401);
    }
  });

  it('refuses a token after its logout', async () => {
    const token = await accessTokens(secret).issue(1, 'member');
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.http.inject({ url: '/api/v2/users', headers })).statusCode).toBe(200);
    const logout = await app.http.inject({
      method: 'POST',
      url: '/api/auth/logout',
      headers,
      payload: { refreshToken: 'x'.repeat(43) },
    });
    expect(logout.statusCode).toBe(204);
    expect((await app.http.inject({ url: '/api/v2/users', headers })).statusCode).toBe(401);
  });
});

describe('users', () => {
  it('come with deprecation headers in v1 and with metadata in v2', async () => {
    const headers = { authorization: `Bearer ${await accessTokens(secret).issue(1, 'member')}` };
    const first = await app.http.inject({ url: '/api/v1/users', headers });
    expect(first.json()).toEqual([]);
    expect(first.headers).toMatchObject({ deprecation: expect.stringMatching(/^@\d+$/) as string });
    expect(first.headers['link']).toContain('/api/v2/users');
    const second = await app.http.inject({ url: '/api/v2/users?limit=5', headers });
    expect(second.json()).toMatchObject({ data: [], metadata: { limit: 5, total: 0 } });
    expect(second.headers).not.toHaveProperty('deprecation');
  });
});

describe('bad input', () => {
  it.each([
    ['/api/extension/detect', {}],
    ['/api/extension/detect', { text: '' }],
    ['/api/extension/detect', { text: 'x'.repeat(5_001) }],
    ['/api/extension/detect', { text: 'hello', id: 'not-a-uuid' }],
    ['/api/extension/detect', { text: 'hello', surprise: 1 }],
    ['/api/extension/batch-detect', { items: [] }],
    ['/api/extension/batch-detect', { items: Array.from({ length: 101 }, () => ({ text: 'x' })) }],
    ['/api/auth/register', { email: 'nobody', password: 'long enough', name: 'N' }],
    ['/api/auth/login', { email: 'a@b.test' }],
  ])('%s refuses %j with 400 and one shape', async (url, payload) => {
    const answer = await app.http.inject({ method: 'POST', url, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_request' } });
  });

  it.each([
    '/api/dashboard/stats?user=0',
    '/api/dashboard/stats?user=1%20or%201=1',
    '/api/comments?platform=video',
  ])('%s is refused with 400', async (url) => {
    expect((await app.http.inject({ url, headers: key })).statusCode).toBe(400);
  });

  it('answers 404 in the same shape', async () => {
    const answer = await app.http.inject('/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});

describe('detection', () => {
  it('answers a text, and a batch in order', async () => {
    const one = await app.http.inject({
      method: 'POST',
      url: '/api/extension/detect',
      payload: { text: 'hello' },
    });
    expect(one.json()).toMatchObject({ prediction: 'clean', confidence: 0.9 });
    const id = '3f0f3b0e-8f56-4a3c-9d43-0a6b8a1e9f11';
    const items = [{ text: 'a', id }, { text: 'b' }];
    const batch = await app.http.inject({
      method: 'POST',
      url: '/api/extension/batch-detect',
      payload: { items },
    });
    const { results } = batch.json<{ results: { id: string }[] }>();
    expect(results).toHaveLength(2);
    expect(results[0]?.id).toBe(id);
  });

  it('is refused with 503 while the model is being trained, and /ready says so', async () => {
    const loading = await fixture.build({}, modelSlot());
    const detect = await loading.http.inject({
      method: 'POST',
      url: '/api/extension/detect',
      payload: { text: 'a' },
    });
    expect(detect.statusCode).toBe(503);
    expect(detect.headers['retry-after']).toBe('1');
    expect((await loading.http.inject('/ready')).statusCode).toBe(503);
    expect((await loading.http.inject('/live')).statusCode).toBe(200);
    await loading.http.close();
    await loading.writer.close();
  });
});

describe('the cache', () => {
  it('asks the database once for the same answer, and again for another', async () => {
    const ask = (url: string) => app.http.inject({ url, headers: key });
    expect((await ask('/api/dashboard/stats')).headers['x-cache']).toBe('miss');
    const { statements } = fixture.fake.state;
    expect((await ask('/api/dashboard/stats')).headers['x-cache']).toBe('hit');
    expect(fixture.fake.state.statements).toBe(statements);
    expect((await ask('/api/dashboard/stats?user=1')).headers['x-cache']).toBe('miss');
  });

  it('can be switched off', async () => {
    const uncached = await fixture.build({ CACHE: 'off' });
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await uncached.http.inject({ url: '/api/dashboard/stats', headers: key });
      expect(answer.headers['x-cache']).toBe('off');
    }
    await uncached.http.close();
    await uncached.writer.close();
  });
});

describe('trouble', () => {
  it('is a 503 that tells nothing of the inside when the database is gone', async () => {
    fixture.fake.state.gone = true;
    const answer = await app.http.inject({ url: '/api/dashboard/stats', headers: key });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('10.0.0.7');
    expect((await app.http.inject('/ready')).statusCode).toBe(503);
    expect((await app.http.inject('/live')).statusCode).toBe(200);
    expect((await app.http.inject('/health')).json()).toMatchObject({ status: 'degraded', database: false });
  });

  it('that nobody expected is a 500 without details, and a line in the log', async () => {
    fixture.fake.database.use = () => Promise.reject(new TypeError('secret detail'));
    const answer = await app.http.inject({ url: '/api/dashboard/stats', headers: key });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret detail');
    expect(fixture.logged.join()).toContain('secret detail');
  });

  it('is announced before stopping: not ready any more', async () => {
    expect((await app.http.inject('/ready')).statusCode).toBe(200);
    fixture.stopping = true;
    expect((await app.http.inject('/ready')).statusCode).toBe(503);
  });

  it('of a flood is a 429 that says when to come back; health is never limited', async () => {
    // Windows begin on the clock: in an hour's there is hardly ever a new one between two requests.
    const strict = await fixture.build({ RATE_LIMIT: '2', RATE_LIMIT_WINDOW_MS: '3600000' });
    const ask = () => strict.http.inject({ url: '/api/dashboard/stats', headers: key });
    await ask();
    await ask();
    const third = await ask();
    expect(third.statusCode).toBe(429);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    expect((await strict.http.inject('/health')).statusCode).toBe(200);
    await strict.http.close();
    await strict.writer.close();
  });
});

describe('/metrics', () => {
  it('speaks Prometheus and counts requests by route, not by address', async () => {
    await app.http.inject({ url: '/api/dashboard/stats?user=12', headers: key });
    const { body } = await app.http.inject('/metrics');
    expect(body).toMatch(
      /detector_http_request_seconds_count\{[^}]*route="\/api\/dashboard\/stats"[^}]*\} 1/,
    );
    expect(body).toContain('detector_cache_lookups_total{result="miss"} 1');
  });
});

describe('the live feed', () => {
  it('confirms a subscription, answers pings, and delivers what is detected', async () => {
    await app.http.ready();
    const socket = await app.http.injectWS('/api/feed');
    const received: { type: string; id: unknown }[] = [];
    socket.on('message', (data: Buffer) =>
      received.push(JSON.parse(data.toString()) as { type: string; id: unknown }),
    );
    const has = async (count: number) => {
      for (let turn = 0; turn < 1_000 && received.length < count; turn += 1) await new Promise(setImmediate);
      expect(received).toHaveLength(count);
    };
    socket.send('{"type":"subscribe","id":"s1"}');
    await has(1);
    socket.send('nonsense');
    socket.send('{"type":"ping","id":7}');
    await has(3);
    await app.http.inject({ method: 'POST', url: '/api/extension/detect', payload: { text: 'hello' } });
    await has(4);
    expect(received.map((message) => message.type)).toEqual(['subscribed', 'error', 'pong', 'prediction']);
    expect([received[0]?.id, received[2]?.id]).toEqual(['s1', 7]);
    socket.terminate();
  });
});
