// Replies and awaited messages against servers that say more, less, twice, late or in another order than was asked.

import { afterEach, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import type { Sample } from '../../src/measure/outcome.ts';
import { openUser } from '../support/engine-users.ts';
import type { KnownWsOptions, Message } from '../support/ws-servers.ts';
import { observations, say, startWsServer } from '../support/ws-servers.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(init: KnownWsOptions) {
  const server = await startWsServer(init);
  const seen = observations();
  const user = openUser({ ws: server.url }, { observer: seen.observer });
  cleanups.push(server.close, user.close);
  const unmatched = (): number => seen.tally('connect', 'unmatched');
  return { server, user, unmatched };
}

const connect = { ws: 'connect /stream', as: 'feed', name: 'connect' };
const ask = (id: number | string, timeout = '20s') => ({
  ws: 'send feed',
  name: 'ask',
  json: { id },
  reply: { match: { '$.type': 'reply', '$.id': '{{sent.id}}' }, timeout },
});
const latencyOf = ({ startedAtMicros, endedAtMicros }: Sample): number => endedAtMicros - startedAtMicros;
const all = <Value>(count: number, of: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => of(index));

/** Each reply is as long as its id says, so that its size tells whose it was. */
const replyTo = (id: number): Message => ({ type: 'reply', id, pad: 'x'.repeat(id) });
const sizeOf = (id: number): number => JSON.stringify(replyTo(id)).length;

describe('500 requests outstanding on one socket', () => {
  const count = 500;

  it('answered in reverse order: each ends with its own reply, the first one last', async () => {
    const held: { id: number; sinceMs: number }[] = [];
    const holdsMs = new Map<number, number>();
    const { user, unmatched } = await serve({
      onMessage: (socket, { id }) => {
        held.push({ id: id as number, sinceMs: performance.now() });
        if (held.length < count) return;
        for (const { id: one, sinceMs } of held.reverse()) {
          holdsMs.set(one, performance.now() - sinceMs);
          say(socket, replyTo(one));
        }
      },
    });
    await user.send(connect);
    const samples = await Promise.all(all(count, (id) => user.send(ask(id))));
    expect(samples.filter(({ error }) => error !== null)).toEqual([]);
    expect(samples.map(({ bytes }) => bytes)).toEqual(all(count, sizeOf));
    // Sent in order and answered in reverse order: no latency is shorter than the hold, and each ends before the one before.
    for (const [id, sample] of samples.entries()) {
      expect(latencyOf(sample)).toBeGreaterThanOrEqual((holdsMs.get(id) ?? Infinity) * 1000);
      const before = samples[id - 1];
      if (before !== undefined) expect(sample.endedAtMicros).toBeLessThanOrEqual(before.endedAtMicros);
    }
    expect(unmatched()).toBe(0);
  });

  it('among pushes, duplicates and strangers: everything else is unmatched, exactly', async () => {
    const ids: number[] = [];
    const { user, unmatched } = await serve({
      onMessage: (socket, { id }) => {
        ids.push(id as number);
        if (ids.length < count) return;
        for (const one of ids) {
          say(socket, { type: 'push', id: one });
          say(socket, { type: 'reply', id: `${one}` });
          say(socket, replyTo(one));
          say(socket, replyTo(one));
          say(socket, { type: 'reply', id: one + count });
        }
        say(socket, { type: 'done' });
      },
    });
    await user.send(connect);
    const done = user.send({ ws: 'await feed', name: 'end', match: { '$.type': 'done' } });
    const samples = await Promise.all(all(count, (id) => user.send(ask(id))));
    expect(samples.map(({ bytes }) => bytes)).toEqual(all(count, sizeOf));
    expect((await done).error).toBeNull();
    await user.leave();
    expect(unmatched()).toBe(4 * count);
  });

  it('half of them never answered: exactly those time out', async () => {
    const { user, unmatched } = await serve({
      onMessage: (socket, { id }) => {
        if ((id as number) % 2 === 0) say(socket, replyTo(id as number));
      },
    });
    await user.send(connect);
    const samples = await Promise.all(all(count, (id) => user.send(ask(id, '1s'))));
    expect(samples.map(({ error }) => error)).toEqual(all(count, (id) => (id % 2 === 0 ? null : 'timeout')));
    for (const sample of samples.filter(({ error }) => error === 'timeout'))
      expect(latencyOf(sample)).toBeGreaterThanOrEqual(999_000);
    expect(unmatched()).toBe(0);
  });
});

describe('a reply without an identity', () => {
  it('goes to the request that has waited longest', async () => {
    let n = 0;
    const { user } = await serve({ onMessage: (socket) => say(socket, { ok: true, n: (n += 1) }) });
    await user.send(connect);
    const request = { ws: 'send feed', text: 'x', reply: { match: { '$.ok': true } }, capture: { n: '$.n' } };
    const samples = await Promise.all(all(20, () => user.send(request)));
    expect(samples.map(({ error }) => error)).toEqual(all(20, () => null));
    const ends = samples.map(({ endedAtMicros }) => endedAtMicros);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(user.scope.values['n']).toBe(20);
  });
});

describe('what counts as the reply', () => {
  const echo = (socket: WebSocket, _message: Message, _nth: number, raw: Buffer, isBinary: boolean): void =>
    socket.send(raw, { binary: isBinary });
  const bytes = Buffer.from([0, 1, 2, 0xff]);

  it.each([
    ['any message', { text: 'a' }, 'any', null],
    ['a text that contains', { text: 'order 17 accepted' }, { text: '17' }, null],
    ['a text that contains what a template says', { text: 'order {{order}}' }, { text: '{{order}}' }, null],
    ['a text that does not', { text: 'order 17' }, { text: '18' }, 'timeout'],
    ['a regular expression', { text: 'order 17' }, { regex: '^order \\d+$' }, null],
    ['one that does not match', { text: 'order x' }, { regex: '^order \\d+$' }, 'timeout'],
    ['a binary message', { binary: { base64: bytes.toString('base64') } }, { binary: 'any' }, null],
    ['one that begins so', { binary: { hex: '000102ff' } }, { binary: { hex: '0001' } }, null],
    ['one that begins otherwise', { binary: { hex: '000102ff' } }, { binary: { hex: '0002' } }, 'timeout'],
    ['no binary where text is meant', { binary: { hex: '6f6b' } }, { text: 'ok' }, 'timeout'],
    ['no text where bytes are meant', { text: 'ok' }, { binary: 'any' }, 'timeout'],
    ['JSON in a binary message', { binary: { hex: '7b226f6b223a317d' } }, { '$.ok': 1 }, null],
  ])('%s', async (_, message, match, error) => {
    const { user, unmatched } = await serve({ onMessage: echo });
    user.scope.set('order', 'A-5');
    await user.send(connect);
    const timeout = error === null ? '20s' : '150ms';
    const sample = await user.send({ ws: 'send feed', ...message, reply: { match, timeout } });
    expect(sample.error).toBe(error);
    expect(unmatched()).toBe(error === null ? 0 : 1);
  });

  it('bytes arrive as they were written, and templates make bytes', async () => {
    const got: Buffer[] = [];
    const { user } = await serve({
      onMessage: (socket, _message, _nth, raw, isBinary) => {
        if (isBinary) got.push(raw);
        socket.send('ok');
      },
    });
    user.scope.set('part', 'ff');
    await user.send(connect);
    const reply = { match: 'any' };
    await user.send({ ws: 'send feed', binary: { hex: '00{{part}}' }, reply });
    await user.send({ ws: 'send feed', binary: { base64: 'AAEC' }, reply });
    await user.send({ ws: 'send feed', binary: { file: import.meta.filename }, reply });
    expect(got[0]).toEqual(Buffer.from([0, 255]));
    expect(got[1]).toEqual(Buffer.from([0, 1, 2]));
    expect(got[2]?.toString()).toContain('bytes arrive as they were written');
    user.scope.set('part', 'x');
    const bad = await user.send({ ws: 'send feed', binary: { hex: '00{{part}}' }, reply });
    expect(bad).toMatchObject({ error: 'expectation', answered: false });
    expect(bad.example).toContain('is not hex');
    expect(got).toHaveLength(3);
  });

  it('keeps parts of the reply for later steps, and fails when one is not there', async () => {
    const { user } = await serve({
      onMessage: (socket, { id }) => say(socket, { type: 'reply', id, token: 'T-1', text: 'room=7;' }),
    });
    await user.send(connect);
    const capture = { token: '$.token', room: { regex: 'room=(\\d+)' } };
    expect((await user.send({ ...ask(1), capture })).error).toBeNull();
    expect(user.scope.values).toMatchObject({ token: 'T-1', room: '7' });
    const missing = await user.send({ ...ask(2), capture: { other: '$.other' } });
    expect(missing).toMatchObject({ error: 'expectation', answered: true });
    expect(missing.example).toContain('nothing to capture as other: $.other is absent');
  });
});

describe('awaiting', () => {
  const tick = (n: number): Message => ({ type: 'tick', n });
  const ticks = (count: number, timeout = '20s') => ({
    ws: 'await feed',
    name: `await ${count}`,
    match: { '$.type': 'tick' },
    count,
    timeout,
    capture: { n: '$.n' },
  });

  it('several messages ends with the last of them, those that came before it began included', async () => {
    const { user, unmatched } = await serve({
      onConnection: (socket) => {
        for (let n = 1; n <= 3; n += 1) say(socket, tick(n));
      },
      onMessage: (socket) => {
        say(socket, { type: 'other' });
        say(socket, tick(4));
        setTimeout(() => say(socket, tick(5)), 60);
      },
    });
    user.prepare(ticks(1));
    await user.send(connect);
    expect((await user.send(ticks(3))).error).toBeNull();
    expect(user.scope.values['n']).toBe(3);
    await user.send({ ws: 'send feed', text: 'go' });
    const sample = await user.send(ticks(2));
    expect(sample.error).toBeNull();
    expect(latencyOf(sample)).toBeGreaterThan(30_000);
    expect(user.scope.values['n']).toBe(5);
    await user.leave();
    expect(unmatched()).toBe(1);
  });

  it('too few in time is a timeout that tells how many came', async () => {
    const { user } = await serve({
      onMessage: (socket) => {
        say(socket, tick(1));
        say(socket, { type: 'other' });
        say(socket, tick(2));
      },
    });
    user.prepare(ticks(1));
    await user.send(connect);
    await user.send({ ws: 'send feed', text: 'go' });
    const sample = await user.send(ticks(3, '300ms'));
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    expect(sample.example).toContain('2 of 3 matching messages (1 others came)');
  });

  it('sees what came while a request that nobody waited for was outstanding', async () => {
    const { user } = await serve({
      onMessage: (socket, { id }) => {
        say(socket, tick(1));
        say(socket, replyTo(id as number));
      },
    });
    user.prepare(ticks(1));
    await user.send(connect);
    const outstanding = user.send({ ...ask(3), wait: false });
    expect((await outstanding).error).toBeNull();
    expect((await user.send(ticks(1, '1s'))).error).toBeNull();
  });

  it('keeps a bounded number of messages, and the rest is unmatched', async () => {
    const { user, unmatched } = await serve({
      onMessage: (socket) => {
        for (let n = 1; n <= 1000; n += 1) say(socket, { type: 'noise', n });
        say(socket, tick(1));
      },
    });
    user.prepare({ ws: 'await feed', match: { '$.n': 1 } });
    await user.send(connect);
    await user.send({ ws: 'send feed', text: 'go' });
    await expect.poll(unmatched).toBe(1001 - 256);
    const lost = await user.send({
      ws: 'await feed',
      match: { '$.n': 700, '$.type': 'noise' },
      timeout: '100ms',
    });
    expect(lost).toMatchObject({ error: 'timeout' });
    expect(lost.example).toContain('745 of them too many to keep');
    expect(unmatched()).toBe(1001);
  });
});

describe('awaiting on a connection that was lost since', () => {
  it('still finds what had arrived, and fails when it had not', async () => {
    const { user, unmatched } = await serve({
      onMessage: (socket) => {
        say(socket, { type: 'result', n: 1 });
        say(socket, { type: 'other' });
        socket.close(1000);
      },
    });
    const result = { ws: 'await feed', name: 'result', match: { '$.type': 'result' }, capture: { n: '$.n' } };
    user.prepare(result);
    await user.send(connect);
    await user.send({ ws: 'send feed', text: 'go' });
    await expect.poll(() => user.trouble()?.error).toBe('reset');
    expect(await user.send(result)).toMatchObject({ error: null, answered: true });
    expect(user.scope.values['n']).toBe(1);
    expect(await user.send({ ...result, name: 'again' })).toMatchObject({ error: 'reset', status: '1000' });
    expect(unmatched()).toBe(0);
    await user.leave();
    expect(unmatched()).toBe(1);
  });
});
