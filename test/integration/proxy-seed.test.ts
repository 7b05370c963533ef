// A proxy that is seeded anew decides as a new one with that seed: the n-th connection, under the n-th toxic.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startProxyServer } from '../../src/proxy/server.ts';
import { startProxyThread } from '../../src/proxy/start-thread.ts';
import { apiAt, dial, portOf, startEcho, type Dialled, type EchoServer } from '../support/proxy-loopback.ts';
import { addToxic, openProxy, type World } from '../support/proxy-world.ts';

const connections = 24;
let echo: EchoServer;

beforeAll(async () => {
  echo = await startEcho();
});
afterAll(() => echo.close());

const half = { type: 'reset_peer', name: 'half', toxicity: 0.5 };

async function fateOf(client: Dialled): Promise<string> {
  await client.roundTripMs('a');
  client.socket.destroy();
  return client.state() === 'open' ? '.' : 'x';
}

/** Who of so many, one after the other, is broken off. */
async function drawn({ world, port }: { world: World; port: number }): Promise<string> {
  await addToxic(world, half);
  let fates = '';
  for (let turn = 0; turn < connections; turn += 1) fates += await fateOf(await dial(port));
  await world.api('DELETE', '/proxies/drawn/toxics/half');
  return fates;
}

describe.each([
  ['in this thread', startProxyServer],
  ['on its own thread', startProxyThread],
])('%s', (_where, start) => {
  async function opened(seed: number) {
    const server = await start({ host: '127.0.0.1', port: 0, seed });
    onTestFinished(() => server.close());
    const world: World = { api: apiAt(server.apiUrl), upstream: `127.0.0.1:${echo.port}`, name: 'drawn' };
    const port = portOf((await openProxy(world)).listen);
    return { server, world, port };
  }

  it('begins anew with the numbers of connections and toxics, from the new seed', async () => {
    const used = await opened(7);
    const before = await drawn(used);
    await fateOf(await dial(used.port));
    await used.server.reseed(8);
    const after = await drawn(used);
    expect(after).toMatch(/x.*\.|\..*x/);
    expect(after).not.toBe(before);
    expect(await drawn(await opened(8))).toBe(after);
    await used.server.reseed(7);
    expect(await drawn(used)).toBe(before);
  });

  it('holds for proxies that are made later, too', async () => {
    const used = await opened(7);
    await used.server.reseed(8);
    await used.world.api('DELETE', '/proxies/drawn');
    const { listen } = await openProxy(used.world);
    const later = await drawn({ world: used.world, port: portOf(listen) });
    expect(later).toBe(await drawn(await opened(8)));
  });

  it('lets open connections draw by their order, however many came and went before them', async () => {
    const fates = async (seed: number, gone: number): Promise<string> => {
      const { server, world, port } = await opened(seed);
      for (let turn = 0; turn < gone; turn += 1) await fateOf(await dial(port));
      const clients: Dialled[] = [];
      for (let turn = 0; turn < connections; turn += 1) {
        const client = await dial(port);
        await client.roundTripMs('a');
        clients.push(client);
      }
      await server.reseed(8);
      await addToxic(world, half);
      const told = await Promise.all(clients.map(fateOf));
      return told.join('');
    };
    const first = await fates(7, 0);
    expect(first).toMatch(/x.*\.|\..*x/);
    expect(await fates(9, 3)).toBe(first);
  });
});

it('is no error when the thread has ended', async () => {
  const server = await startProxyThread({ host: '127.0.0.1', port: 0, seed: 1 });
  await server.close();
  await expect(server.reseed(2)).resolves.toBeUndefined();
});
