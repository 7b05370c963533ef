// The WebSocket engine against real servers on loopback: correlation, waiting, losing and closing connections.

import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';
import { openUser, rawServer } from '../support/engine-users.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Message = Record<string, unknown>;

async function serve(
  onMessage: (socket: WebSocket, message: Message) => void,
  onConnection: (socket: WebSocket, url: string | undefined) => void = () => undefined,
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket, request) => {
    onConnection(socket, request.url);
    socket.on('message', (data: Buffer) => onMessage(socket, JSON.parse(data.toString()) as Message));
    socket.on('error', () => socket.terminate());
  });
  cleanups.push(
    () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  );
  return { server, user: userOf(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

function userOf(ws: string) {
  const user = openUser({ ws });
  cleanups.push(user.close);
  return user;
}

const say = (socket: WebSocket, message: Message): void => socket.send(JSON.stringify(message));
const connect = { ws: 'connect /stream', as: 'feed', timeout: '5s' };
const request = (id: string, timeout = '5s') => ({
  ws: 'send feed',
  name: 'ask',
  json: { id },
  reply: { match: { '$.id': '{{sent.id}}', '$.type': 'reply' }, timeout },
});

describe('connecting', () => {
  it('is timed, with the connection apart, and sends path and headers', async () => {
    let seen: string | undefined;
    const { user } = await serve(
      () => undefined,
      (_, url) => (seen = url),
    );
    user.scope.set('room', 'a');
    const sample = await user.send({ ws: 'connect /stream?room={{room}}', as: 'feed' });
    expect(sample).toMatchObject({ series: 'ws connect /stream?room={{room}}', error: null, answered: true });
    expect(sample.connectMicros).toBeGreaterThan(0);
    expect(sample.connectMicros).toBeLessThan(sample.endedAtMicros - sample.startedAtMicros);
    expect(seen).toBe('/stream?room=a');
  });

  it('a refused handshake is a status failure with its HTTP status, and later steps on that socket fail alike', async () => {
    const server = await rawServer((socket) =>
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'),
    );
    cleanups.push(server.close);
    const user = userOf(`ws://127.0.0.1:${server.port}`);
    expect(await user.send(connect)).toMatchObject({ error: 'status', status: '401', answered: true });
    expect(await user.send(request('1'))).toMatchObject({ error: 'status', status: '401' });
  });

  it.each([
    ['refused', undefined, 'connect'],
    ['reset before an answer', 'reset', 'reset'],
    ['garbage', 'SSH-2.0-OpenSSH\r\n', 'protocol'],
    [
      'a wrong accept key',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
      'protocol',
    ],
    ['no answer', 'silence', 'timeout'],
  ])('%s', async (_, answer, error) => {
    const server = await rawServer((socket) => {
      if (answer === 'reset') socket.resetAndDestroy();
      else if (answer !== 'silence' && answer !== undefined) socket.write(answer);
    });
    if (answer === undefined) await server.close();
    else cleanups.push(server.close);
    const user = userOf(`ws://127.0.0.1:${server.port}`);
    const sample = await user.send({ ...connect, timeout: answer === 'silence' ? '150ms' : '5s' });
    expect(sample).toMatchObject({ error, answered: false });
  });
});

describe('a round trip', () => {
  it('ends with the reply that belongs to it, whatever else arrives in between', async () => {
    const { user } = await serve((socket, { id }) => {
      say(socket, { type: 'push', id });
      say(socket, { type: 'reply', id: 'someone else' });
      socket.send('not json');
      socket.send(Buffer.from([1, 2, 3]));
      setTimeout(() => say(socket, { type: 'reply', id, pad: 'x'.repeat(20) }), 80);
    });
    await user.send(connect);
    const sample = await user.send(request('7'));
    expect(sample).toMatchObject({ series: 'ask', error: null, answered: true });
    expect(sample.bytes).toBe(JSON.stringify({ type: 'reply', id: '7', pad: 'x'.repeat(20) }).length);
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(70_000);
  });

  it('many may be outstanding on one socket, answered in any order, each by its own reply', async () => {
    const waiting: (() => void)[] = [];
    const { user } = await serve((socket, { id }) => {
      waiting.push(() => say(socket, { type: 'reply', id, pad: 'x'.repeat(Number(id)) }));
      if (waiting.length === 40) for (const answer of waiting.reverse()) answer();
    });
    await user.send(connect);
    const samples = await Promise.all(Array.from({ length: 40 }, (_, id) => user.send(request(String(id)))));
    expect(samples.map(({ error }) => error)).toEqual(Array.from({ length: 40 }, () => null));
    const base = JSON.stringify({ type: 'reply', id: '1', pad: 'x' }).length;
    expect(samples[1]?.bytes).toBe(base);
    expect(samples[39]?.bytes).toBe(base + 38 + 1);
  });

  it('a reply that comes too late is a timeout, and is never taken for the reply to another', async () => {
    const { user } = await serve((socket, { id }) => {
      setTimeout(() => say(socket, { type: 'reply', id }), id === 'slow' ? 250 : 400);
    });
    await user.send(connect);
    const slow = await user.send(request('slow', '100ms'));
    expect(slow).toMatchObject({ error: 'timeout', answered: false });
    const next = await user.send(request('next'));
    expect(next.error).toBeNull();
    expect(next.endedAtMicros - next.startedAtMicros).toBeGreaterThan(350_000);
  });

  it('a timeout tells how many other messages came', async () => {
    const { user } = await serve((socket) => {
      for (let n = 0; n < 3; n += 1) say(socket, { type: 'push', n });
    });
    await user.send(connect);
    expect((await user.send(request('1', '200ms'))).example).toContain('(3 others came)');
  });

  it('without a reply the step ends when the message is sent', async () => {
    const got: unknown[] = [];
    const { user } = await serve((_, message) => got.push(message));
    await user.send(connect);
    expect(await user.send({ ws: 'send feed', json: { a: 1 } })).toMatchObject({
      series: 'ws send feed',
      error: null,
      answered: true,
    });
    await expect.poll(() => got).toEqual([{ a: 1 }]);
  });

  it('fails without sending when a value is missing', async () => {
    const got: unknown[] = [];
    const { user } = await serve((_, message) => got.push(message));
    await user.send(connect);
    const sample = await user.send({ ws: 'send feed', json: { a: '{{token}}' } });
    expect(sample).toMatchObject({ error: 'expectation' });
    expect(sample.example).toContain('{{token}} has no value');
    expect(got).toEqual([]);
  });
});

describe('waiting for a message', () => {
  const awaitN = (n: number, timeout = '5s') => ({
    ws: 'await feed',
    name: `await ${n}`,
    match: { '$.n': n },
    timeout,
  });

  it('sees a message that arrived between two steps, and successive ones in turn', async () => {
    const { user } = await serve(
      () => undefined,
      (socket) => {
        for (let n = 1; n <= 3; n += 1) say(socket, { n });
      },
    );
    user.prepare(awaitN(1));
    const late = openLate(user);
    await late.connected;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await late.send(awaitN(1))).error).toBeNull();
    expect((await late.send(awaitN(3))).error).toBeNull();
    // 2 came before 3, which ended the step before.
    expect((await late.send(awaitN(2, '100ms'))).error).toBe('timeout');
  });

  it('does not see what came before the reply that ended the step before, but sees what came right after it', async () => {
    const { user } = await serve((socket, { id }) => {
      say(socket, { n: 1 });
      say(socket, { type: 'reply', id });
      say(socket, { n: 2 });
    });
    user.prepare(awaitN(1));
    const late = openLate(user);
    await late.connected;
    expect((await late.send(request('1'))).error).toBeNull();
    expect((await late.send(awaitN(2))).error).toBeNull();
    expect((await late.send(request('2'))).error).toBeNull();
    expect((await late.send(awaitN(1, '100ms'))).error).toBe('timeout');
  });

  it('waits for one that has not come yet, and is timed as that wait', async () => {
    const { user } = await serve((socket) => setTimeout(() => say(socket, { n: 5 }), 120));
    user.prepare(awaitN(1));
    const late = openLate(user);
    await late.connected;
    await late.send({ ws: 'send feed', json: {} });
    const sample = await late.send(awaitN(5));
    expect(sample.error).toBeNull();
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(60_000);
  });

  function openLate(user: ReturnType<typeof userOf>) {
    return { connected: user.send(connect), send: user.send };
  }
});

describe('losing the connection', () => {
  it('fails what is outstanding and the next step with reset and the close code', async () => {
    const { user } = await serve((socket) => socket.close(1011, 'overloaded'));
    await user.send(connect);
    const outstanding = await user.send(request('1'));
    expect(outstanding).toMatchObject({ error: 'reset', status: '1011', answered: false });
    expect(outstanding.example).toContain('overloaded');
    expect(await user.send({ ws: 'send feed', json: {} })).toMatchObject({ error: 'reset', status: '1011' });
    expect(await user.send({ ws: 'close feed' })).toMatchObject({ error: 'reset', status: '1011' });
  });

  it('by RST has the code 1006, and connecting again under the same name heals it', async () => {
    let connections = 0;
    const { user } = await serve(
      (socket, { id }) => {
        if (connections === 1)
          (socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
        else say(socket, { type: 'reply', id });
      },
      () => (connections += 1),
    );
    await user.send(connect);
    expect(await user.send(request('1'))).toMatchObject({ error: 'reset', status: '1006' });
    expect((await user.send(connect)).error).toBeNull();
    expect((await user.send(request('2'))).error).toBeNull();
  });

  it('a frame that is none is a protocol failure', async () => {
    const { user } = await serve((socket) => {
      (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
        Buffer.from([0xff, 0x00, 0x00]),
      );
    });
    await user.send(connect);
    expect(await user.send(request('1'))).toMatchObject({ error: 'protocol', answered: false });
  });

  it('is censored when the run ends while a reply is outstanding', async () => {
    const { user } = await serve(() => undefined);
    await user.send(connect);
    const end = new AbortController();
    setTimeout(() => end.abort(), 60);
    expect(await user.send(request('1'), end.signal)).toMatchObject({ error: 'timeout', censored: true });
  });
});

describe('closing', () => {
  it('waits for the answer, and its code is the status', async () => {
    const { user, server } = await serve(() => undefined);
    await user.send(connect);
    expect(await user.send({ ws: 'close feed' })).toMatchObject({
      error: null,
      answered: true,
      status: '1000',
    });
    await expect.poll(() => server.clients.size).toBe(0);
    const after = await user.send({ ws: 'send feed', json: {} });
    expect(after).toMatchObject({ error: 'expectation' });
    expect(after.example).toContain('"feed" is not open');
  });

  it('a user who leaves closes the sockets, also those that do not answer', async () => {
    const { user, server } = await serve(
      () => undefined,
      (socket) => socket.pause(),
    );
    await user.send(connect);
    await user.close();
    for (const client of server.clients) client.resume();
    await expect.poll(() => server.clients.size).toBe(0);
  });
});
