// How connections end: asked or not, with which code, and to whom it is told.

import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openUser } from '../support/engine-users.ts';
import type { KnownWsOptions, KnownWsServer } from '../support/ws-servers.ts';
import { frame, observations, say, startThenServer, startWsServer, tcpOf } from '../support/ws-servers.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function userOf(url: string) {
  const seen = observations();
  const user = openUser({ ws: url }, { observer: seen.observer });
  cleanups.push(user.close);
  return { user, closed: (): number => seen.tally('connect', 'closed') };
}

async function serve(init: KnownWsOptions) {
  const server = await startWsServer(init);
  cleanups.push(server.close);
  return { server, ...userOf(server.url) };
}

/** Resolves when the connection has ended at both ends: what the server's end did last is read in the loop's next turns. */
async function ended({ closes }: KnownWsServer): Promise<void> {
  await expect.poll(() => closes.length, { timeout: 10_000, interval: 5 }).toBe(1);
  for (let time = 0; time < 10; time += 1) {
    await wait(2);
    await turn();
  }
}

const connect = { ws: 'connect /stream', as: 'feed', name: 'connect' };
const ask = {
  ws: 'send feed',
  name: 'ask',
  json: { id: 1 },
  reply: { match: { '$.id': 1 }, timeout: '20s' },
};
const tell = { ws: 'send feed', name: 'tell', text: 'x' };

describe('a connection that is lost while a reply is outstanding', () => {
  it.each([
    ['closed with 1011', '1011', 'reset'],
    ['closed with 1013', '1013', 'reset'],
    ['closed with 4000', '4000', 'reset'],
    ['closed with 1000', '1000', 'reset'],
    ['ended without a close frame', '1006', 'reset'],
    ['reset', '1006', 'reset'],
  ])('%s', async (how, status, error) => {
    const { user, closed } = await serve({
      onMessage: (socket) => {
        const code = /\d+/.exec(how)?.[0];
        if (code !== undefined) socket.close(Number(code), 'told so');
        else if (how === 'reset') tcpOf(socket).resetAndDestroy();
        else tcpOf(socket).end();
      },
    });
    await user.send(connect);
    const sample = await user.send(ask);
    expect(sample).toMatchObject({ error, status, answered: false });
    if (status !== '1006') expect(sample.example).toContain('told so');
    expect(closed()).toBe(1);
  });

  it.each([
    ['a message larger than 16 MiB', frame(2, Buffer.alloc(10), { claims: 16 * 1_048_576 + 1 })],
    ['a text that is no UTF-8', frame(1, Buffer.from([0xc3, 0x28]))],
    ['an opcode that does not exist', frame(0xb, Buffer.alloc(1))],
    ['a continuation of nothing', frame(0, Buffer.alloc(1))],
    ['a fragmented control frame', frame(9, Buffer.alloc(1), { fin: false })],
    ['a close code that may not be sent', frame(8, Buffer.from([0x03, 0xed]))],
  ])('%s is a protocol failure', async (_, bytes) => {
    const server = await startThenServer((socket) => void socket.write(bytes));
    cleanups.push(server.close);
    const { user, closed } = userOf(server.url);
    await user.send(connect);
    const sample = await user.send(ask);
    expect(sample).toMatchObject({ error: 'protocol', answered: false });
    expect(closed()).toBe(1);
  });

  it('fails all of them, and counts one', async () => {
    let got = 0;
    const { user, closed } = await serve({
      onMessage: (socket) => {
        got += 1;
        if (got === 100) socket.close(1011);
      },
    });
    await user.send(connect);
    const samples = await Promise.all(
      Array.from({ length: 100 }, (_, id) =>
        user.send({ ...ask, json: { id }, reply: { match: { '$.id': '{{sent.id}}' }, timeout: '20s' } }),
      ),
    );
    expect(samples.every(({ error, status }) => error === 'reset' && status === '1011')).toBe(true);
    expect(closed()).toBe(1);
  });
});

describe('a connection that is lost between two steps', () => {
  it('fails the next step on it', async () => {
    const { user, closed, server } = await serve({
      onConnection: (socket) => setTimeout(() => socket.close(1001), 30),
    });
    await user.send(connect);
    await ended(server);
    expect(closed()).toBe(0);
    expect(await user.send(tell)).toMatchObject({ error: 'reset', status: '1001' });
    expect(closed()).toBe(1);
  });

  it('is trouble at the end of the iteration when no step follows, and of every one that leaves it lost', async () => {
    const { user, closed } = await serve({
      onConnection: (socket) => setTimeout(() => socket.close(1011), 30),
    });
    await user.send(connect);
    expect(user.trouble()).toBeNull();
    await expect.poll(() => user.trouble()?.example).toContain('closed with code 1011');
    expect(user.trouble()).toMatchObject({ error: 'reset' });
    expect(closed()).toBe(1);
    await user.send(connect);
    expect(user.trouble()).toBeNull();
    expect(closed()).toBe(1);
  });

  it('is counted when the user leaves before anything else', async () => {
    const { user, closed, server } = await serve({});
    await user.send(connect);
    server.cutAll();
    await ended(server);
    await user.leave();
    expect(closed()).toBe(1);
  });

  it('by a proper close is no failure when the scenario allows it, but nothing can be sent any more', async () => {
    const { user, closed, server } = await serve({
      onConnection: (socket) => setTimeout(() => socket.close(1001), 20),
    });
    await user.send({ ...connect, close: 'allowed' });
    await ended(server);
    expect(user.trouble()).toBeNull();
    expect(await user.send(tell)).toMatchObject({ error: 'reset', status: '1001' });
    expect(await user.send({ ws: 'close feed' })).toMatchObject({ error: null, status: '1001' });
    expect(await user.send(tell)).toMatchObject({ error: 'expectation' });
    expect(closed()).toBe(0);
  });

  it.each([
    ['allowed', 1011, true],
    [[4000], 4000, false],
    [[4000], 4001, true],
  ])('close: %j and code %i', async (close, code, fails) => {
    const { user, closed, server } = await serve({
      onConnection: (socket) => setTimeout(() => socket.close(code), 20),
    });
    await user.send({ ...connect, close });
    await ended(server);
    expect(user.trouble() !== null).toBe(fails);
    expect(closed()).toBe(fails ? 1 : 0);
  });

  it('without a close frame is never allowed by the word alone', async () => {
    const { user, server } = await serve({});
    await user.send({ ...connect, close: 'allowed' });
    server.cutAll();
    await expect.poll(() => user.trouble()?.error).toBe('reset');
  });
});

describe('closing', () => {
  it('sends code and reason, and is answered', async () => {
    const { user, server, closed } = await serve({});
    user.scope.set('why', 'enough');
    await user.send(connect);
    const sample = await user.send({
      ws: 'close feed',
      code: 4001,
      reason: '{{why}}',
      expect: { code: 4001 },
    });
    expect(sample).toMatchObject({ error: null, status: '4001', answered: true });
    await expect.poll(() => server.closes).toEqual([{ code: 4001, reason: 'enough' }]);
    expect(closed()).toBe(0);
  });

  it('another code than expected is an expectation failure that was answered', async () => {
    const { user } = await serve({});
    await user.send(connect);
    const sample = await user.send({ ws: 'close feed', expect: { code: [1001, 4000] } });
    expect(sample).toMatchObject({ error: 'expectation', status: '1000', answered: true });
    expect(sample.example).toContain('closed with code 1000, not 1001 or 4000');
  });

  it('an end without a close frame is no answer', async () => {
    const server = await startThenServer((socket) => socket.destroy());
    cleanups.push(server.close);
    const { user } = userOf(server.url);
    await user.send(connect);
    expect(await user.send({ ws: 'close feed' })).toMatchObject({
      error: 'reset',
      status: '1006',
      answered: false,
    });
  });

  it('no answer at all is a timeout, and the connection is cut off', async () => {
    const server = await startThenServer(() => undefined);
    cleanups.push(server.close);
    const { user, closed } = userOf(server.url);
    await user.send(connect);
    const sample = await user.send({ ws: 'close feed', timeout: '150ms' });
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    await expect.poll(() => server.sockets.every(({ destroyed }) => destroyed)).toBe(true);
    expect(closed()).toBe(0);
  });

  it('waits for what is outstanding; its own time begins when the close is sent', async () => {
    const { user } = await serve({ onMessage: (socket) => setTimeout(() => say(socket, { id: 1 }), 250) });
    await user.send(connect);
    const outstanding = user.send({ ...ask, wait: false });
    const close = await user.send({ ws: 'close feed' });
    const reply = await outstanding;
    expect(reply.error).toBeNull();
    expect(close.error).toBeNull();
    expect(close.startedAtMicros).toBeGreaterThanOrEqual(reply.endedAtMicros);
    expect(reply.endedAtMicros - reply.startedAtMicros).toBeGreaterThan(200_000);
  });

  it('is censored at the end of the run, waiting or sent', async () => {
    const server = await startThenServer(() => undefined);
    cleanups.push(server.close);
    const { user } = userOf(server.url);
    await user.send(connect);
    const end = new AbortController();
    const outstanding = user.send(ask, end.signal);
    const close = user.send({ ws: 'close feed' }, end.signal);
    setTimeout(() => end.abort(), 60);
    expect(await outstanding).toMatchObject({ censored: true });
    expect(await close).toMatchObject({ error: 'timeout', censored: true });
  });
});

describe('awaiting the close of the server', () => {
  const awaitClose = (changes: object = {}) => ({
    ws: 'await-close feed',
    name: 'end',
    timeout: '20s',
    ...changes,
  });

  it.each([
    ['any proper close', 1000, {}, null],
    ['the expected one', 4000, { expect: { code: 4000 } }, null],
    ['another one', 1011, { expect: { code: [1000, 4000] } }, 'expectation'],
  ])('%s', async (_, code, changes, error) => {
    const { user, closed } = await serve({ onMessage: (socket) => setTimeout(() => socket.close(code), 80) });
    await user.send(connect);
    await user.send(tell);
    const sample = await user.send(awaitClose(changes));
    expect(sample).toMatchObject({ error, status: String(code), answered: true });
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(40_000);
    expect(user.trouble()).toBeNull();
    await user.leave();
    expect(closed()).toBe(0);
  });

  it('sees one that came before it was asked, which is then no loss', async () => {
    const { user, closed, server } = await serve({ onMessage: (socket) => socket.close(1000) });
    await user.send(connect);
    await user.send(tell);
    await ended(server);
    expect(await user.send(awaitClose())).toMatchObject({ error: null, status: '1000' });
    await user.leave();
    expect(closed()).toBe(0);
  });

  it('a connection that is cut off is a reset', async () => {
    const { user } = await serve({ onMessage: (socket) => tcpOf(socket).resetAndDestroy() });
    await user.send(connect);
    await user.send(tell);
    expect(await user.send(awaitClose())).toMatchObject({ error: 'reset', status: '1006', answered: false });
  });

  it('that does not come is a timeout, after which a close is a loss again', async () => {
    const { user, server, closed } = await serve({});
    await user.send(connect);
    expect(await user.send(awaitClose({ timeout: '100ms' }))).toMatchObject({ error: 'timeout' });
    server.cutAll();
    await expect.poll(() => user.trouble()?.error).toBe('reset');
    expect(closed()).toBe(1);
  });

  it('is censored at the end of the run', async () => {
    const { user } = await serve({});
    await user.send(connect);
    const end = new AbortController();
    setTimeout(() => end.abort(), 40);
    expect(await user.send(awaitClose(), end.signal)).toMatchObject({ error: 'timeout', censored: true });
  });
});
