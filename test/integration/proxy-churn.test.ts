// Toxics that come and go while bytes pass: nothing lost, nothing reordered, and what was measured is what was asked.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { observationWindowSchema } from '../../src/proxy/observation-window.ts';
import { startProxyServer, type ProxyServer } from '../../src/proxy/server.ts';
import { apiAt, dial, portOf, sleepMs, startEcho, type EchoServer } from '../support/proxy-loopback.ts';
import { addToxic, openProxy, type World } from '../support/proxy-world.ts';

/** However slow the machine: what is lost never comes. */
const manyBytesMs = 60_000;

/** None of them loses anything. */
const neighbours = [
  { type: 'latency', attributes: { latency: 5 } },
  { type: 'bandwidth', attributes: { rate: 50 } },
  { type: 'slicer', attributes: { average_size: 1, delay: 200 } },
  { type: 'slow_close', attributes: { delay: 5 } },
  { type: 'bandwidth' },
  { type: 'limit_data', attributes: { bytes: 1_000_000 } },
];

let echo: EchoServer;
let server: ProxyServer;
let world: World;

beforeEach(async () => {
  echo = await startEcho();
  server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 1 });
  world = { api: apiAt(server.apiUrl), upstream: `127.0.0.1:${echo.port}`, name: 'churn' };
});
afterEach(async () => {
  await server.close();
  await echo.close();
});

it('loses and reorders nothing of 64 KiB of two-byte chunks while toxics come and go', async () => {
  const client = await dial(portOf((await openProxy(world)).listen));
  const pairs = Array.from({ length: 32 * 1024 }, (_, index) =>
    String.fromCharCode(33 + (index % 90), 33 + (index % 83)),
  );
  let going = true;
  let changes = 0;
  const churn = (async () => {
    while (going) {
      const stream = changes % 2 === 0 ? 'upstream' : 'downstream';
      const attributes = { latency: (changes * 7) % 25, jitter: changes % 10 };
      await addToxic(world, {
        type: 'latency',
        name: 'a',
        stream,
        attributes,
        toxicity: changes % 3 === 0 ? 0.5 : 1,
      });
      await addToxic(world, {
        ...neighbours[Math.floor(changes / 2) % neighbours.length],
        name: 'b',
        stream,
      });
      await world.api('PATCH', '/proxies/churn/toxics/a', { attributes: { latency: 3 } });
      for (const name of changes % 4 < 2 ? ['a', 'b'] : ['b', 'a']) {
        expect((await world.api('DELETE', `/proxies/churn/toxics/${name}`)).status).toBe(204);
      }
      changes += 1;
    }
  })();
  for (const [index, pair] of pairs.entries()) {
    client.socket.write(pair);
    if (index % 64 === 0) await sleepMs(1);
  }
  const expected = pairs.join('');
  await client.until(({ received }) => received().length >= expected.length);
  going = false;
  await churn;
  expect(client.received() === expected).toBe(true);
  expect(changes).toBeGreaterThan(5);
  client.socket.destroy();
});

it('measures the delay it adds, near what was asked, and only that of affected chunks', async () => {
  const client = await dial(portOf((await openProxy(world)).listen));
  await client.roundTripMs('before');
  await addToxic(world, { type: 'latency', attributes: { latency: 40 } });
  for (let turn = 0; turn < 30; turn += 1) await client.roundTripMs('ping');
  await world.api('DELETE', '/proxies/churn/toxics/latency_downstream');
  await client.roundTripMs('after');
  const seen = observationWindowSchema.parse((await world.api('GET', '/proxies/churn/observation')).json);
  expect(seen.upstream.addedDelayMicros).toBeNull();
  const { p50, p99, count } = seen.downstream.addedDelayMicros ?? { p50: 0, p99: 0, count: 0 };
  expect(count).toBe(30);
  expect(p50).toBeGreaterThan(39_000);
  expect(p50).toBeLessThan(80_000);
  expect(p99).toBeGreaterThanOrEqual(p50);
  const [life] = seen.toxics;
  expect(life).toMatchObject({ name: 'latency_downstream', connections: 1, affected: 1 });
  const path = `/proxies/churn/observation?sinceMicros=${life?.addedAtMicros ?? 0}&untilMicros=${life?.removedAtMicros ?? 0}`;
  const during = observationWindowSchema.parse((await world.api('GET', path)).json);
  expect(during.upstream).toMatchObject({ chunks: 30, bytesIn: 120, bytesOut: 120 });
  expect((await world.api('GET', '/proxies/churn/observation?sinceMicros=soon')).status).toBe(400);
  client.socket.destroy();
});

it('holds back a sender whose receiver does not read, and loses nothing', async () => {
  const { listen } = await openProxy(world);
  await addToxic(world, { type: 'latency', stream: 'upstream', attributes: { latency: 1 } });
  const client = await dial(portOf(listen));
  client.socket.pause();
  const piece = 'x'.repeat(64 * 1024);
  // More than all socket buffers of the way and the toxic's own store can take.
  for (let sent = 0; sent < 2048; sent += 1) client.socket.write(piece);
  await sleepMs(300);
  expect(client.socket.writableLength).toBeGreaterThan(0);
  client.socket.resume();
  await client.until(({ received }) => received().length === 128 * 1024 * 1024, manyBytesMs);
  client.socket.destroy();
});

it.each([
  { type: 'bandwidth', attributes: { rate: 1_000 } },
  { type: 'slicer', attributes: { average_size: 1_000, delay: 1_000 } },
])('holds back a sender that $type throttles, and loses nothing when it lets go', async (toxic) => {
  const { listen } = await openProxy(world);
  await addToxic(world, { ...toxic, name: 't', stream: 'upstream' });
  const client = await dial(portOf(listen));
  const piece = 'x'.repeat(64 * 1024);
  // More than the socket buffers of the way can take.
  for (let sent = 0; sent < 1024; sent += 1) client.socket.write(piece);
  await sleepMs(300);
  expect(client.socket.writableLength).toBeGreaterThan(0);
  expect(client.received().length).toBeLessThan(3_000_000);
  await world.api('DELETE', '/proxies/churn/toxics/t');
  await client.until(({ received }) => received().length === 64 * 1024 * 1024, manyBytesMs);
  client.socket.destroy();
});
