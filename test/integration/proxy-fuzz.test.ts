// The API under requests as nobody should send them: every one is answered, a refused one changes nothing, and the next
// one is served.

import fc from 'fast-check';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxyServer, type ProxyServer } from '../../src/proxy/server.ts';
import { type FuzzAnswer, type FuzzCall, fuzzCalls, sendRaw } from '../support/api-fuzz.ts';
import { tameCalls } from '../support/api-fuzz-tame.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';
import '../support/property-seed.ts';

let server: ProxyServer;
beforeAll(async () => {
  server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1 });
});
afterAll(() => server.close());

const get = (apiUrl: string, path: string): Promise<FuzzAnswer> =>
  sendRaw(apiUrl, { method: 'GET', path, body: undefined, chunked: false });

async function clear(apiUrl: string): Promise<void> {
  const names = Object.keys(JSON.parse((await get(apiUrl, '/proxies')).text) as object);
  for (const name of names) {
    const path = `/proxies/${encodeURIComponent(name)}`;
    await sendRaw(apiUrl, { method: 'DELETE', path, body: undefined, chunked: false });
  }
}

/** What is wrong with an answer, or null. Its own words for what cannot be listened on are the original's 500. */
function flaw({ method }: FuzzCall, { status, text }: FuzzAnswer): string | null {
  if (method === 'HEAD' && text === '') return null;
  if (status < 400) return [200, 201, 204].includes(status) ? null : 'no success that Toxiproxy knows';
  if (status === 405) return text === '' ? null : 'a wrong method has no body';
  if (status === 404 && text === '404 page not found\n') return null;
  const json = parsed(text);
  if (typeof json?.error !== 'string' || json.error === '') return 'no error in words';
  if (json.status !== status) return 'another status in the body';
  if (status >= 500) return json.error.startsWith('listen tcp') ? null : 'a fault of the client is no 500';
  return [400, 404, 409, 413].includes(status) ? null : 'no error that Toxiproxy knows';
}

function parsed(text: string): { readonly error?: unknown; readonly status?: unknown } | undefined {
  try {
    return JSON.parse(text) as { error?: unknown };
  } catch {
    return undefined;
  }
}

it('answers everything as the API says; what it refuses changes nothing; the next request is served', async () => {
  await fc.assert(
    fc.asyncProperty(fuzzCalls, async (calls) => {
      await clear(server.apiUrl);
      for (const call of calls) {
        const before = await get(server.apiUrl, '/proxies');
        const answer = await sendRaw(server.apiUrl, call);
        expect(flaw(call, answer), `${String(answer.status)} ${answer.text}`).toBeNull();
        const after = await get(server.apiUrl, '/proxies');
        expect(after.status).toBe(200);
        // /populate stops at the first that cannot be made, and names those that were.
        const half = call.path.startsWith('/populate') && answer.status >= 500;
        if (answer.status >= 400 && !half) expect(after.text).toBe(before.text);
      }
    }),
    { numRuns: 300 },
  );
});

it('does not wait for a body that does not come, nor let others wait for it', async () => {
  const port = Number(new URL(server.apiUrl).port);
  const slow = connect(port, '127.0.0.1');
  let answer = '';
  const closed = new Promise<void>((resolve) => slow.once('close', () => resolve()));
  slow.on('data', (data) => (answer += data.toString()));
  slow.on('error', () => slow.destroy());
  slow.write('POST /proxies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"name":');
  expect((await get(server.apiUrl, '/version')).status).toBe(200);
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect((await get(server.apiUrl, '/proxies')).text).toBe('{}\n');
});

const binary = findToxiproxy();
describe.skipIf(binary === undefined)('beside a real Toxiproxy', () => {
  it('both give the same status to the same requests', async () => {
    const real = await startToxiproxy(binary ?? '');
    try {
      await fc.assert(
        fc.asyncProperty(tameCalls, async (calls) => {
          await Promise.all([clear(server.apiUrl), clear(real.apiUrl)]);
          for (const call of calls) {
            const [ours, theirs] = [await sendRaw(server.apiUrl, call), await sendRaw(real.apiUrl, call)];
            expect([ours.status, ours.text.slice(0, 200)]).toEqual([theirs.status, expect.any(String)]);
          }
        }),
        { numRuns: 200 },
      );
    } finally {
      await real.close();
    }
  });
});
