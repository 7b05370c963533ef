// Where the embedded proxy differs from Toxiproxy on purpose: every line of docs/embedded-proxy.md, asserted.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxyServer, type ProxyServer } from '../../src/proxy/server.ts';
import { apiAt, dial, portOf, sleepMs, startEcho, type EchoServer } from '../support/proxy-loopback.ts';
import { addToxic, dialProxy, openProxy, type ProxyJson, type World } from '../support/proxy-world.ts';

let echo: EchoServer;
let server: ProxyServer;
let count = 0;

beforeAll(async () => {
  echo = await startEcho('goodbye');
  server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1 });
});
afterAll(async () => {
  await server.close();
  await echo.close();
});

const newWorld = (): World => ({
  api: apiAt(server.apiUrl),
  upstream: `127.0.0.1:${echo.port}`,
  name: `difference-${(count += 1)}`,
});

/** By node:http, since fetch does not let go of its own Host header. */
function statusWith(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.apiUrl}/version`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

const differences: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'Values out of range': async (world) => {
    await openProxy(world);
    for (const toxic of [
      { type: 'latency', attributes: { latency: -1 } },
      { type: 'timeout', attributes: { timeout: -1 } },
      { type: 'bandwidth', attributes: { rate: -1 } },
      { type: 'slow_close', attributes: { delay: -1 } },
      { type: 'limit_data', attributes: { bytes: -1 } },
      { type: 'slicer' },
      { type: 'slicer', attributes: { average_size: 0 } },
      { type: 'slicer', attributes: { average_size: 10, size_variation: 11 } },
      { type: 'slicer', attributes: { average_size: 10, delay: -1 } },
      { type: 'latency', toxicity: 2 },
      { type: 'latency', toxicity: -0.1 },
    ]) {
      expect((await world.api('POST', `/proxies/${world.name}/toxics`, toxic)).status).toBe(400);
    }
    expect((await world.api('GET', `/proxies/${world.name}/toxics`)).json).toEqual([]);
  },
  'A `listen` that is empty': async (world) => {
    expect((await openProxy(world, { listen: '' })).listen).toMatch(/^127\.0\.0\.1:\d+$/);
    const other = await openProxy({ ...world, name: `${world.name}-2` }, { listen: ':0' });
    expect(other.listen).toMatch(/^127\.0\.0\.1:\d+$/);
  },
  'Requests that name a foreign host': async () => {
    expect(await statusWith({})).toBe(200);
    expect(await statusWith({ host: 'evil.example' })).toBe(403);
    expect(await statusWith({ origin: 'http://evil.example' })).toBe(403);
  },
  'Bodies over 1 MiB': async ({ api }) => {
    expect((await api('POST', '/proxies', ' '.repeat(1024 * 1024 + 1))).status).toBe(413);
    const answer = await api('POST', '/proxies', '{} {}');
    expect(answer.text).toContain('bad request body');
    expect(answer.status).toBe(400);
  },
  'Half-close keeps the reply': async (world) => {
    const client = await dialProxy(world);
    client.socket.end('hello');
    await client.until(({ state }) => state() === 'ended');
    expect(client.received()).toBe('hellogoodbye');
    let heard = '';
    const early = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => (heard += data.toString()));
      socket.end('enough');
    }).listen(0, '127.0.0.1');
    await once(early, 'listening');
    const { port } = early.address() as AddressInfo;
    const inner = { ...world, name: `${world.name}-2`, upstream: `127.0.0.1:${port}` };
    const talker = await dialProxy(inner);
    await talker.until(({ state }) => state() === 'ended');
    talker.socket.end('still talking');
    await talker.until(() => heard !== '');
    expect([talker.received(), heard]).toEqual(['enough', 'still talking']);
    early.close();
  },
  'A connection that one side breaks off': async (world) => {
    const rude = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.resetAndDestroy());
    }).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as AddressInfo;
    const { listen } = await openProxy(world, { upstream: `127.0.0.1:${port}` });
    const client = await dial(portOf(listen));
    client.socket.write('a');
    await client.until(({ state }) => state() !== 'open');
    expect(client.state()).toBe('ECONNRESET');
    rude.close();
  },
  '`reset_peer` also resets': async (world) => {
    const { listen } = await openProxy(world);
    const spared = await dial(portOf(listen));
    await spared.roundTripMs('a');
    await addToxic(world, { type: 'reset_peer', name: 'r', attributes: { timeout: 60_000 } });
    spared.socket.write('b');
    await sleepMs(50);
    await world.api('DELETE', `/proxies/${world.name}/toxics/r`);
    await spared.until(({ received }) => received() === 'ab');
    await addToxic(world, { type: 'reset_peer' });
    spared.socket.write('c');
    await spared.until(({ state }) => state() !== 'open');
    expect(spared.state()).toBe('ECONNRESET');
  },
  '`timeout` closes after its timeout': async (world) => {
    const client = await dialProxy(world, [
      { type: 'timeout', stream: 'upstream', attributes: { timeout: 300 } },
    ]);
    const chatter = setInterval(() => client.socket.write('x'), 50);
    await client.until(({ state }) => state() !== 'open');
    clearInterval(chatter);
    client.socket.destroy();
  },
  'An update of `latency`': async (world) => {
    const client = await dialProxy(world, [{ type: 'latency', name: 't', attributes: { latency: 60_000 } }]);
    client.socket.write('a');
    await sleepMs(50);
    client.socket.write('b');
    await sleepMs(50);
    await world.api('PATCH', `/proxies/${world.name}/toxics/t`, { attributes: { latency: 10 } });
    await client.until(({ received }) => received() === 'ab');
    client.socket.destroy();
  },
  '`bandwidth` sends a packet': async (world) => {
    const client = await dialProxy(world, [{ type: 'bandwidth', attributes: { rate: 50 } }]);
    let reads = 0;
    client.socket.on('data', () => (reads += 1));
    await client.roundTripMs('x'.repeat(25_000));
    // 18 pieces; the original sends 5 of them.
    expect(reads).toBeGreaterThan(8);
    client.socket.destroy();
  },
  'An update of `bandwidth` or `slicer`': async (world) => {
    for (const [type, before, after] of [
      ['bandwidth', { rate: 1 }, { rate: 2 }],
      ['slicer', { average_size: 1, delay: 1_000_000 }, { delay: 10_000 }],
    ] as const) {
      const inner = { ...world, name: `${world.name}-${type}` };
      const client = await dialProxy(inner, [{ type, name: 't', attributes: before }]);
      client.socket.write('x'.repeat(20_000));
      await sleepMs(150);
      await world.api('PATCH', `/proxies/${inner.name}/toxics/t`, { attributes: after });
      await sleepMs(300);
      expect(client.received().length).toBeGreaterThan(5);
      expect(client.received().length).toBeLessThan(5_000);
      client.socket.destroy();
    }
  },
  'Pieces of `slicer` have': async (world) => {
    const attributes = { average_size: 100, delay: 10_000 };
    const client = await dialProxy(world, [{ type: 'slicer', attributes }]);
    const sizes: number[] = [];
    client.socket.on('data', ({ length }) => sizes.push(length));
    await client.roundTripMs('x'.repeat(1_000));
    // Two that came together are read as one.
    expect(sizes.filter((size) => size % 100 !== 0)).toEqual([]);
    client.socket.destroy();
  },
  'Toxicity is drawn once': async () => {
    const affected = async (seed: number): Promise<string> => {
      const own = await startProxyServer({ host: '127.0.0.1', port: 0, seed });
      const world = { ...newWorld(), api: apiAt(own.apiUrl), name: 'drawn' };
      const { listen } = await openProxy(world);
      await addToxic(world, { type: 'reset_peer', name: 'half', toxicity: 0.5 });
      let pattern = '';
      for (let turn = 0; turn < 24; turn += 1) {
        const client = await dial(portOf(listen));
        await client.roundTripMs('a');
        pattern += client.state() === 'open' ? '.' : 'x';
        client.socket.destroy();
      }
      await own.close();
      return pattern;
    };
    const first = await affected(7);
    expect(first).toMatch(/x/);
    expect(first).toMatch(/\./);
    expect(await affected(7)).toBe(first);
    expect(await affected(8)).not.toBe(first);
  },
  'A toxic with `ttlMs`': async (world) => {
    const client = await dialProxy(world, [{ type: 'latency', attributes: { latency: 60_000 }, ttlMs: 200 }]);
    await client.roundTripMs('a');
    expect((await world.api('GET', `/proxies/${world.name}/toxics`)).json).toEqual([]);
    await world.api('PATCH', `/proxies/${world.name}`, { enabled: false, ttlMs: 200 });
    const shown = async (): Promise<ProxyJson> =>
      (await world.api('GET', `/proxies/${world.name}`)).json as ProxyJson;
    expect((await shown()).enabled).toBe(false);
    for (let turn = 0; turn < 100 && !(await shown()).enabled; turn += 1) await sleepMs(20);
    const again = await dial(portOf((await shown()).listen));
    await again.roundTripMs('b');
    expect(again.received()).toBe('b');
    again.socket.destroy();
  },
  'A proxy with `"whenDown": "reset"`': async (world) => {
    const { listen } = await openProxy(world, { whenDown: 'reset' });
    await world.api('PATCH', `/proxies/${world.name}`, { enabled: false });
    for (let turn = 0; turn < 3; turn += 1) {
      const client = await dial(portOf(listen));
      await client.until(({ state }) => state() !== 'open');
      expect(client.state()).toBe('ECONNRESET');
    }
    const seen = (await world.api('GET', `/proxies/${world.name}/observation`)).json;
    expect(seen).toMatchObject({ refused: 3, connections: 0, openConnections: 0 });
    const mark = (await world.api('POST', `/proxies/${world.name}/observation`)).json as { atMicros: number };
    const since = `sinceMicros=${Math.floor(mark.atMicros)}`;
    const marked = (await world.api('GET', `/proxies/${world.name}/observation?${since}`)).json;
    expect(marked).toMatchObject({ whole: { refused: 0 } });
  },
  'An update to an address': async (world) => {
    const { listen } = await openProxy(world);
    const taken = (await openProxy({ ...world, name: `${world.name}-2` })).listen;
    const answer = await world.api('PATCH', `/proxies/${world.name}`, { listen: taken });
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('address already in use')]);
    expect((await world.api('GET', `/proxies/${world.name}`)).json).toMatchObject({ listen, enabled: true });
    const client = await dial(portOf(listen));
    await client.roundTripMs('a');
    expect(client.received()).toBe('a');
    client.socket.destroy();
  },
  '`POST /reset` tries every proxy': async (world) => {
    const { listen } = await openProxy(world);
    await openProxy({ ...world, name: `${world.name}-blocked` }, { listen: 'bad', enabled: false });
    await openProxy({ ...world, name: `${world.name}-last` }, { enabled: false });
    await addToxic({ ...world, name: `${world.name}-last` }, { type: 'timeout' });
    await world.api('PATCH', `/proxies/${world.name}`, { enabled: false });
    const answer = await world.api('POST', '/reset');
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('missing port in address')]);
    expect((await world.api('GET', `/proxies/${world.name}`)).json).toMatchObject({ enabled: true, listen });
    const last = (await world.api('GET', `/proxies/${world.name}-last`)).json;
    expect(last).toMatchObject({ enabled: true, toxics: [] });
    await world.api('DELETE', `/proxies/${world.name}-blocked`);
  },
  '`POST /populate` of an empty list': async ({ api }) => {
    expect(await api('POST', '/populate', [])).toMatchObject({ status: 201, json: { proxies: [] } });
  },
  'Names may hold any character': async (world) => {
    const name = `${world.name} a/b?%`;
    await openProxy({ ...world, name });
    const path = `/proxies/${encodeURIComponent(name)}`;
    expect((await world.api('GET', path)).json).toMatchObject({ name });
    expect((await world.api('DELETE', path)).status).toBe(204);
  },
  'Errors are served as': async (world) => {
    const response = await fetch(`${server.apiUrl}/proxies/none`);
    expect(response.headers.get('content-type')).toBe('application/json');
    await response.text();
    await openProxy(world);
    const toxic = { type: 'latency', stream: 'UPSTREAM' };
    const answer = await world.api('POST', `/proxies/${world.name}/toxics`, toxic);
    expect(answer.json).toMatchObject({ stream: 'upstream', name: 'latency_upstream' });
  },
  '`GET /metrics`': async (world) => {
    expect((await world.api('GET', '/metrics')).status).toBe(404);
    const own = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1, metrics: true });
    const counting = { ...world, api: apiAt(own.apiUrl) };
    const client = await dialProxy(counting);
    await client.roundTripMs('hello');
    const { text } = await counting.api('GET', '/metrics');
    expect(text).toMatch(/received_bytes_total\{direction="upstream",.*\} 5\n/);
    expect(text).not.toContain('promhttp_');
    client.socket.destroy();
    await own.close();
  },
  "Without the original's `Logger`": async (world) => {
    expect(Object.keys(await openProxy(world))).toEqual(['name', 'listen', 'upstream', 'enabled', 'toxics']);
    expect((await world.api('GET', '/version')).json).toEqual({ version: '2.12.0+mettle' });
  },
};

const page = readFileSync(new URL('../../docs/embedded-proxy.md', import.meta.url), 'utf8');
const listed = (page.split('## Where it differs on purpose')[1]?.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('- '))
  .map((line) => line.slice(2));

describe('on purpose', () => {
  it('the page lists every difference that is asserted, and no other', () => {
    expect(listed).toHaveLength(Object.keys(differences).length);
  });

  it.each(listed)('%s', async (line) => {
    const found = Object.entries(differences).find(([beginning]) => line.startsWith(beginning));
    if (found === undefined) throw new Error('nothing asserts this line');
    await found[1](newWorld());
  });
});
