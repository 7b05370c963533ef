// The proxy on its own thread: starts, answers, says why it cannot, and leaves nothing listening.

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { startProxyServer } from '../../src/proxy/server.ts';
import { startProxyThread } from '../../src/proxy/start-thread.ts';
import { apiAt, dial, portOf, startEcho } from '../support/proxy-loopback.ts';
import { openProxy } from '../support/proxy-world.ts';

const options = { host: '127.0.0.1', port: 0, seed: 1 };

it.each([
  ['in this thread', () => startProxyServer(options)],
  ['on its own thread', () => startProxyThread(options)],
])('relays, and after close() has no connection and no port left (%s)', async (_where, start) => {
  const echo = await startEcho();
  const server = await start();
  const world = { api: apiAt(server.apiUrl), upstream: `127.0.0.1:${echo.port}`, name: 'p' };
  const { listen } = await openProxy(world);
  const client = await dial(portOf(listen));
  await client.roundTripMs('hello');
  expect(client.received()).toBe('hello');
  await server.close();
  await server.close();
  await client.until(({ state }) => state() !== 'open');
  expect((await dial(portOf(listen))).state()).toBe('ECONNREFUSED');
  expect((await dial(portOf(server.apiUrl))).state()).toBe('ECONNREFUSED');
  client.socket.destroy();
  await echo.close();
});

it.each([
  ['in this thread', startProxyServer],
  ['on its own thread', startProxyThread],
])('says that its port is in use (%s)', async (_where, start) => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address() as AddressInfo;
  await expect(start({ ...options, port })).rejects.toMatchObject({ code: 'PROXY_PORT_IN_USE', exitCode: 2 });
  blocker.close();
});

it('does not cry death when it is closed', async () => {
  let deaths = 0;
  const server = await startProxyThread({ ...options, onDeath: () => (deaths += 1) });
  await server.close();
  expect(deaths).toBe(0);
});
