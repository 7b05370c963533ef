// What a connection does on its own: pings, connecting again after a loss, reading slowly.

import { afterEach, describe, expect, it } from 'vitest';
import { openUser } from '../support/engine-users.ts';
import type { KnownWsOptions } from '../support/ws-servers.ts';
import { frame, observations, say, startThenServer, startWsServer, tcpOf } from '../support/ws-servers.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function userOf(url: string) {
  const seen = observations();
  const user = openUser({ ws: url }, { observer: seen.observer });
  cleanups.push(user.close);
  return { user, seen };
}

async function serve(init: KnownWsOptions) {
  const server = await startWsServer(init);
  cleanups.push(server.close);
  return { server, ...userOf(server.url) };
}

const connect = { ws: 'connect /stream', as: 'feed', name: 'connect' };
const ask = (id: number, timeout = '20s') => ({
  ws: 'send feed',
  name: 'ask',
  json: { id },
  reply: { match: { '$.id': '{{sent.id}}' }, timeout },
});
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('pings', () => {
  it('on an interval are observed, each with its pong', async () => {
    const { user, seen } = await serve({
      options: { autoPong: false },
      onConnection: (socket) => socket.on('ping', (data) => setTimeout(() => socket.pong(data), 30)),
    });
    await user.send({ ...connect, ping: 'every 100ms' });
    await expect
      .poll(() => seen.values('connect', 'ping').length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(3);
    await user.leave();
    const times = seen.values('connect', 'ping');
    expect(Math.min(...times)).toBeGreaterThanOrEqual(29_000);
    expect(seen.tally('connect', 'pings')).toBe(times.length + seen.tally('connect', 'pongsMissed'));
    expect(seen.values('connect', 'ping')).toHaveLength(times.length);
  });

  it('without a pong are missed, each of them, and are trouble once per iteration', async () => {
    const { user, seen } = await serve({ options: { autoPong: false } });
    await user.send({ ...connect, ping: 'every 60ms', pingTimeout: '20ms' });
    await expect
      .poll(() => seen.tally('connect', 'pongsMissed'), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(3);
    expect(user.trouble()).toMatchObject({ error: 'timeout' });
    expect(user.trouble()).toBeNull();
    expect(seen.values('connect', 'ping')).toEqual([]);
    expect(seen.tally('connect', 'pings')).toBe(seen.tally('connect', 'pongsMissed'));
    expect((await user.send({ ws: 'close feed' })).error).toBeNull();
  });

  it('a pong that nobody asked for answers nothing', async () => {
    const { user } = await serve({
      options: { autoPong: false },
      onConnection: (socket) => socket.on('ping', () => socket.pong('something else')),
    });
    await user.send(connect);
    expect(await user.send({ ws: 'ping feed', timeout: '150ms' })).toMatchObject({ error: 'timeout' });
  });

  it('as a step is a timed round trip', async () => {
    const { user } = await serve({
      options: { autoPong: false },
      onConnection: (socket) => socket.on('ping', (data) => setTimeout(() => socket.pong(data), 60)),
    });
    await user.send(connect);
    const sample = await user.send({ ws: 'ping feed', name: 'alive' });
    expect(sample).toMatchObject({ series: 'alive', error: null, answered: true });
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThanOrEqual(59_000);
  });

  it('as a step fail when the connection is lost', async () => {
    const server = await startThenServer((socket) => socket.resetAndDestroy());
    cleanups.push(server.close);
    const { user } = userOf(server.url);
    await user.send(connect);
    expect(await user.send({ ws: 'ping feed' })).toMatchObject({ error: 'reset', status: '1006' });
  });
});

describe('reconnecting', () => {
  const reconnect = { min: '80ms', max: '80ms', jitter: '0%', attempts: 5 };

  it('is timed from the loss; outstanding replies are lost, and a step meanwhile waits within its own latency', async () => {
    const { user, seen, server } = await serve({
      onMessage: (socket, { id }, nth) => {
        if (nth === 1) tcpOf(socket).resetAndDestroy();
        else say(socket, { id });
      },
    });
    await user.send({ ...connect, reconnect });
    expect(await user.send(ask(1))).toMatchObject({ error: 'reset', status: '1006' });
    const sample = await user.send(ask(2));
    expect(sample.error).toBeNull();
    expect(user.trouble()).toBeNull();
    const [took = 0] = seen.values('connect', 'reconnect');
    expect(seen.values('connect', 'reconnect')).toHaveLength(1);
    expect(took).toBeGreaterThanOrEqual(79_000);
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(took / 2);
    expect(seen.tally('connect', 'reconnects')).toBe(1);
    expect(seen.tally('connect', 'closed')).toBe(1);
    expect(server.handshakes).toHaveLength(2);
  });

  it('tries until the server takes it back, with the same handshake', async () => {
    const { user, seen, server } = await serve({
      refuse: (_, nth) => (nth === 2 || nth === 3 ? 503 : null),
      onMessage: (socket, { id }) => say(socket, { id }),
    });
    user.scope.set('room', 'blue');
    await user.send({ ...connect, ws: 'connect /stream?room={{room}}', reconnect });
    user.scope.set('room', 'red');
    server.cutAll();
    expect((await user.send(ask(1))).error === null || (await user.send(ask(2))).error === null).toBe(true);
    expect(seen.tally('connect', 'reconnects')).toBe(1);
    expect(seen.values('connect', 'reconnect')[0]).toBeGreaterThanOrEqual(3 * 79_000);
    expect(server.handshakes.map(({ url }) => url)).toEqual(['/stream?room=blue', '/stream?room=blue']);
  });

  it('that uses up its attempts is a failure of the step that waits, and trouble', async () => {
    const { user, seen } = await serve({
      refuse: (_, nth) => (nth > 1 ? 503 : null),
      onMessage: (socket) => socket.terminate(),
    });
    await user.send({ ...connect, reconnect: { ...reconnect, attempts: 2 } });
    await user.send(ask(1));
    const sample = await user.send(ask(2));
    expect(sample).toMatchObject({ error: 'status' });
    expect(sample.example).toContain(
      'not connected again after 2 attempts: the handshake was answered with 503',
    );
    expect(user.trouble()).toMatchObject({ error: 'status' });
    expect(seen.tally('connect', 'reconnects')).toBe(0);
    expect(seen.tally('connect', 'closed')).toBe(1);
  });

  it('that takes longer than a step may wait is that step’s timeout', async () => {
    const { user } = await serve({ onMessage: (socket) => socket.terminate() });
    await user.send({ ...connect, reconnect: { ...reconnect, min: '5s', max: '5s' } });
    await user.send(ask(1));
    const sample = await user.send(ask(2, '120ms'));
    expect(sample).toMatchObject({ error: 'timeout' });
    expect(sample.example).toContain('no connection again within 120ms');
    await user.leave();
  });

  it('sends again what was to be sent again, whose replies are then nobody else’s', async () => {
    const subscribed: unknown[] = [];
    const { user, seen, server } = await serve({
      onMessage: (socket, { id, type }, nth) => {
        if (type === 'subscribe') {
          subscribed.push(`${nth}:${String(id)}`);
          say(socket, { type: 'subscribed', id });
        } else say(socket, { id });
      },
    });
    await user.send({ ...connect, reconnect, resend: ['subscribe'] });
    const subscribe = (id: string) => ({
      ws: 'send feed',
      name: 'subscribe',
      json: { type: 'subscribe', id },
      reply: { match: { '$.type': 'subscribed', '$.id': '{{sent.id}}' } },
    });
    await user.send(subscribe('old'));
    await user.send(subscribe('new'));
    server.cutAll();
    await expect.poll(() => seen.tally('connect', 'reconnects'), { timeout: 20_000 }).toBe(1);
    expect((await user.send(ask(1))).error).toBeNull();
    expect(subscribed).toEqual(['1:old', '1:new', '2:new']);
    expect((await user.send({ ws: 'close feed' })).error).toBeNull();
    expect(seen.tally('connect', 'unmatched')).toBe(0);
  });

  it('takes a peer that does not answer pings for one that is gone', async () => {
    const { user, seen } = await serve({
      options: { autoPong: false },
      onConnection: (socket, nth) => {
        if (nth > 1) socket.on('ping', (data) => socket.pong(data));
      },
    });
    await user.send({ ...connect, reconnect, ping: 'every 60ms', pingTimeout: '40ms' });
    await expect.poll(() => seen.values('connect', 'ping').length, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(seen.tally('connect', 'closed')).toBeGreaterThanOrEqual(1);
    expect(seen.tally('connect', 'reconnects')).toBe(seen.tally('connect', 'closed'));
    await user.leave();
  });

  it('ends when the user leaves or closes the socket', async () => {
    const { user, server, seen } = await serve({});
    await user.send({ ...connect, reconnect });
    server.cutAll();
    await wait(20);
    await user.leave();
    await wait(300);
    expect(server.handshakes).toHaveLength(1);
    await user.send({ ...connect, reconnect });
    expect((await user.send({ ws: 'close feed' })).error).toBeNull();
    await wait(300);
    expect(server.handshakes).toHaveLength(2);
    expect(seen.tally('connect', 'closed')).toBe(1);
  });
});

describe('a slow consumer', () => {
  /** The server pushes `count` messages of `bytes` each as fast as it may. */
  const pushing = (count: number, bytes: number): KnownWsOptions => ({
    onMessage: (socket) => {
      for (let n = 1; n <= count; n += 1) socket.send(Buffer.alloc(bytes, n));
    },
  });

  it('reads at its rate: the server keeps what it cannot send, and nothing is lost', async () => {
    const [count, bytes] = [200, 64 * 1024];
    let heldBack = 0;
    const { user, seen, server } = await serve(pushing(count, bytes));
    await user.send({ ...connect, read: '8MiB/s' });
    const startedAt = performance.now();
    await user.send({ ws: 'send feed', text: 'go' });
    const timer = setInterval(() => {
      for (const client of server.clients) heldBack = Math.max(heldBack, client.bufferedAmount);
    }, 5);
    cleanups.push(() => {
      clearInterval(timer);
      return Promise.resolve();
    });
    await expect.poll(() => seen.tally('connect', 'unmatched'), { timeout: 60_000 }).toBe(count);
    // 12.5 MiB at 8 MiB/s last 1.56 s, less what the first read and the catching-up give.
    expect(performance.now() - startedAt).toBeGreaterThan(1_300);
    expect(heldBack).toBeGreaterThan(bytes);
    expect((await user.send({ ws: 'close feed' })).error).toBeNull();
  });

  it('counted in messages sees each at its turn, and its reply after those before it', async () => {
    const { user, seen } = await serve({
      onMessage: (socket, { id }) => {
        for (let n = 0; n < 20; n += 1) say(socket, { push: n });
        say(socket, { id });
      },
    });
    await user.send({ ...connect, read: '50 messages/s' });
    const sample = await user.send(ask(1));
    expect(sample.error).toBeNull();
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(300_000);
    expect(seen.tally('connect', 'unmatched')).toBe(20);
  });

  it('leaves at once, whatever is still to be read', async () => {
    const { user, server } = await serve(pushing(200, 64 * 1024));
    await user.send({ ...connect, read: '1KiB/s' });
    await user.send({ ws: 'send feed', text: 'go' });
    await wait(50);
    const startedAt = performance.now();
    await user.leave();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await expect.poll(() => server.clients.size).toBe(0);
  });

  it('sees what came before the close before it sees the close', async () => {
    const server = await startThenServer((socket) => {
      const message = (n: number): Buffer => frame(1, Buffer.from(JSON.stringify({ n })));
      const close = frame(8, Buffer.from([0x0f, 0xa0]));
      socket.write(Buffer.concat([message(1), message(2), message(3), close]));
    });
    cleanups.push(server.close);
    const { user } = userOf(server.url);
    await user.send({ ...connect, read: '20 messages/s' });
    const sample = await user.send({ ws: 'send feed', text: 'go', reply: { match: { '$.n': 3 } } });
    expect(sample.error).toBeNull();
    expect(await user.send({ ws: 'await-close feed' })).toMatchObject({ error: null, status: '4000' });
  });
});
