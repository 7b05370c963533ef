// The embedded proxy driven by the public Toxiproxy client, as a real server would be.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Toxiproxy, type Latency, type Toxic } from 'toxiproxy-node-client';
import { startProxyServer, type ProxyServer } from '../../src/proxy/server.ts';
import { dial, portOf, startEcho, type EchoServer } from '../support/proxy-loopback.ts';

let echo: EchoServer;
let server: ProxyServer;
let client: Toxiproxy;
const upstream = (): string => `127.0.0.1:${echo.port}`;
const listen = '127.0.0.1:0';

beforeAll(async () => {
  echo = await startEcho();
  server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1 });
  client = new Toxiproxy(server.apiUrl);
});
afterAll(async () => {
  await server.close();
  await echo.close();
});

const slow = (
  latency: number,
): { attributes: Latency; name: string; stream: 'downstream'; toxicity: number; type: 'latency' } => ({
  ...{ attributes: { latency, jitter: 0 }, name: 'slow', stream: 'downstream', toxicity: 1, type: 'latency' },
});

it('tells its version', async () => {
  expect(JSON.parse(await client.getVersion())).toEqual({ version: '2.12.0+mettle' });
});

it('creates, shows, updates and removes proxies', async () => {
  const made = await client.createProxy({ name: 'one', listen, upstream: upstream() });
  expect((await client.get('one')).toJson()).toEqual(made.toJson());
  expect(Object.keys(await client.getAll())).toEqual(['one']);
  const off = await made.update({ enabled: false, listen: made.listen, upstream: made.upstream });
  expect([off.enabled, off.listen]).toEqual([false, made.listen]);
  expect((await dial(portOf(made.listen))).state()).toBe('ECONNREFUSED');
  await made.update({ enabled: true, listen: made.listen, upstream: made.upstream });
  const open = await dial(portOf(made.listen));
  await open.roundTripMs('a');
  expect(open.received()).toBe('a');
  await made.remove();
  await open.until(({ state }) => state() !== 'open');
  await expect(client.get('one')).rejects.toThrow('404');
});

it('adds, shows, updates and removes toxics, with their effect', async () => {
  const proxy = await client.createProxy({ name: 'two', listen, upstream: upstream() });
  const open = await dial(portOf(proxy.listen));
  const toxic: Toxic<Latency> = await proxy.addToxic<Latency>(slow(400));
  expect((await proxy.getToxic<Latency>('slow')).toJson()).toEqual(toxic.toJson());
  const slowMs = await open.roundTripMs('a');
  const updated = await toxic.update(slow(100));
  expect(updated.attributes).toEqual({ latency: 100, jitter: 0 });
  const fasterMs = await open.roundTripMs('b');
  await updated.remove();
  const fastMs = await open.roundTripMs('c');
  expect(open.received()).toBe('abc');
  expect(slowMs).toBeGreaterThan(350);
  expect(fasterMs).toBeGreaterThan(80);
  expect(fastMs).toBeLessThan(slowMs / 2);
  await expect(proxy.getToxic('slow')).rejects.toThrow('404');
  await expect(proxy.addToxic({ ...slow(1), type: 'slicer' })).rejects.toThrow('400');
  open.socket.destroy();
});

it('populates and resets', async () => {
  const proxies = await client.populate([
    { name: 'three', listen, upstream: upstream() },
    { name: 'four', listen, upstream: upstream(), enabled: false },
  ]);
  expect(Object.keys(proxies)).toEqual(['three', 'four']);
  await proxies['three']?.addToxic(slow(10));
  await client.reset();
  expect((await client.get('four')).enabled).toBe(true);
  await expect(proxies['three']?.getToxic('slow')).rejects.toThrow('404');
});
