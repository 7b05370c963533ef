// DNS rebinding: whatever a name stands for later, connections go to the addresses that were checked, and only there.

import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { EngineEnvironment } from '../../src/engines/engine.ts';
import type { LookUp } from '../../src/engines/name-lookup.ts';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import { openSaturator } from '../../src/engines/saturate.ts';
import { defaultHttpSettings } from '../../src/engines/settings.ts';
import { hostGate } from '../../src/faults/pins.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Sample } from '../../src/measure/outcome.ts';
import { environmentOf, openUser } from '../support/engine-users.ts';
import { wireClient } from '../support/wire-client.ts';

const name = 'rag.staging.example';
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Listens on one of loopback's addresses and counts connections. */
async function listen(
  server: Server,
  address: string,
  port: number,
): Promise<{ port: number; count: () => number }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => void sockets.push(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const bound = server.address();
  return { port: typeof bound === 'object' && bound !== null ? bound.port : 0, count: () => sockets.length };
}

/** The server that was checked, at 127.0.0.1, and the one that the name would lead to now, at 127.0.0.2. */
async function rebound(make: () => Server) {
  const good = await listen(make(), '127.0.0.1', 0);
  const bad = await listen(make(), '127.0.0.2', good.port);
  const asked: string[] = [];
  const elsewhere: LookUp = (hostname, _family, done) => {
    asked.push(hostname);
    done(null, [{ address: '127.0.0.2', family: 4 }]);
  };
  const hosts = hostGate({ [name]: ['127.0.0.1'] }, [name], elsewhere);
  return { good, bad, asked, hosts, http: `http://${name}:${good.port}`, ws: `ws://${name}:${good.port}` };
}

const plain = (): Server => createHttpServer((request, response) => response.end(request.headers.host));

describe('a name that was checked and is rebound', () => {
  it('leads HTTP/1.1 to the checked address on every new connection, with the name as Host', async () => {
    const { good, bad, asked, hosts, http } = await rebound(plain);
    const user = openUser({ http }, { hosts, http: { ...defaultHttpSettings, keepAlive: false } });
    closers.push(user.close);
    for (const turn of [1, 2, 3]) {
      const sample = await user.send({
        http: 'GET /',
        name: `turn ${turn}`,
        expect: { text: new URL(http).host },
      });
      expect(sample.error).toBeNull();
      expect(sample.dnsMicros).toBeUndefined();
    }
    expect([good.count(), bad.count(), asked]).toEqual([3, 0, []]);
  });

  it('leads HTTP/2 to the checked address', async () => {
    const { good, bad, hosts, http } = await rebound(() =>
      createHttp2Server((request, response) => response.end(request.authority)),
    );
    const client = wireClient(http, { hosts, http: { version: '2' } });
    closers.push(client.close);
    expect(await client.send()).toMatchObject({ failure: null, status: 200 });
    expect([good.count(), bad.count()]).toEqual([1, 0]);
  });

  it('leads WebSockets to the checked address', async () => {
    const { good, bad, hosts, ws, http } = await rebound(() => {
      const server = createHttpServer();
      new WebSocketServer({ server });
      return server;
    });
    const user = openUser({ ws, http }, { hosts });
    closers.push(user.close);
    const sample = await user.send({ ws: 'connect /', as: 'feed', name: 'connect', timeout: '5s' });
    expect(sample.error).toBeNull();
    expect([good.count(), bad.count()]).toEqual([1, 0]);
  });

  it('leads what saturates to the checked address', async () => {
    const { good, bad, hosts, http } = await rebound(plain);
    const { samples } = await saturate({ http }, { hosts }, 3);
    expect(samples.length).toBeGreaterThan(3);
    expect(samples.every(({ error }) => error === null)).toBe(true);
    expect([good.count(), bad.count()]).toEqual([3, 0]);
  });

  it('leads to a proxy at its checked address', async () => {
    const { good, bad, hosts, http } = await rebound(plain);
    const client = wireClient('http://127.0.0.1:9', { hosts, http: { proxy: http } });
    closers.push(client.close);
    expect(await client.send()).toMatchObject({ failure: null, status: 200 });
    expect([good.count(), bad.count()]).toEqual([1, 0]);
  });
});

describe('a host that nobody checked before', () => {
  it('is refused as a failed connection when it is looked up elsewhere, and nothing is sent there', async () => {
    const { bad, http } = await rebound(plain);
    const foreign: LookUp = (_hostname, _family, done) => done(null, [{ address: '203.0.113.9', family: 4 }]);
    const user = openUser({ http }, { hosts: hostGate({}, [], foreign) });
    closers.push(user.close);
    const sample = await user.send({ http: 'GET /', name: 'x' });
    expect(sample).toMatchObject({ error: 'connect', code: 'HOST_NOT_ALLOWED' });
    expect(sample.example).toContain('neither this machine nor allowed');
    expect(bad.count()).toBe(0);
  });

  it('is refused when it is an address that nobody allowed', async () => {
    const user = openUser({ http: 'http://192.0.2.1:9' }, { hosts: hostGate({}, []) });
    closers.push(user.close);
    const sample = await user.send({ http: 'GET /', name: 'x', timeout: '5s' });
    expect(sample).toMatchObject({ error: 'connect', code: 'HOST_NOT_ALLOWED' });
  });

  it('that has several checked addresses is reached at the one that answers', async () => {
    const { port, count } = await listen(plain(), '127.0.0.1', 0);
    const pins = { [name]: ['127.0.0.3', '127.0.0.1'] };
    const user = openUser({ http: `http://${name}:${port}` }, { hosts: hostGate(pins, [name]) });
    closers.push(user.close);
    expect((await user.send({ http: 'GET /', name: 'x' })).error).toBeNull();
    expect(count()).toBe(1);
  });
});

async function saturate(
  addresses: Partial<EngineEnvironment['addresses']>,
  changes: Partial<EngineEnvironment>,
  connections: number,
): Promise<{ samples: Sample[] }> {
  const saturator = await openSaturator(environmentOf(addresses, changes));
  const samples: Sample[] = [];
  const step = stepInputSchemas.http.parse({ http: 'GET /', name: 'hello', timeout: '5s' });
  const crowd = saturator.prepare(
    { series: 'flow:main', steps: [step], connections },
    { onSample: (sample) => samples.push(sample), onSkipped: () => undefined, onIteration: () => undefined },
  );
  await crowd.begin(systemClock.nowMicros() + 200_000);
  await crowd.idle;
  return { samples };
}
