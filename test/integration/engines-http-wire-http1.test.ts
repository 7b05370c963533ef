// HTTP/1.1 on the wire: servers that break off at every stage, and what becomes of the connections.

import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bodyOf, tookMicros } from '../support/wire-client.ts';
import { clientOf, kept, times, whenOver } from '../support/wire-scope.ts';
import { httpServer, tcpServer } from '../support/wire-servers.ts';

async function tcpServed(...of: Parameters<typeof tcpServer>) {
  const server = kept(await tcpServer(...of));
  return { server, client: clientOf(server.origin) };
}

async function served(...of: Parameters<typeof httpServer>) {
  const server = kept(await httpServer(...of));
  return { server, client: clientOf(server.origin) };
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
/** What is written, and then, 60 ms later, how the connection ends. */
const breakOff = (socket: Socket, text: string, how: 'RST' | 'FIN'): void => {
  if (text !== '') socket.write(text);
  setTimeout(() => (how === 'RST' ? socket.resetAndDestroy() : socket.end()), 60);
};

describe('a connection that breaks off', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const stages = [
    ['before the headers', '', 0, 0],
    ['in the first line', 'HTTP/1.1 20', 0, 0],
    ['in the headers', `${head}content-length: 10\r\nx-a`, 0, 0],
    ['after the headers', `${head}content-length: 10\r\n\r\n`, 200, 0],
    ['in a body of known length', `${head}content-length: 10\r\n\r\nhalf.`, 200, 5],
    ['in the size of a chunk', `${head}transfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n1`, 200, 5],
    ['in a chunk', `${head}transfer-encoding: chunked\r\n\r\n10\r\nhalf.`, 200, 5],
    ['before the last chunk', `${head}transfer-encoding: chunked\r\n\r\n5\r\nhalf.\r\n`, 200, 5],
  ] as const;

  describe.each(['FIN', 'RST'] as const)('with %s', (how) => {
    it.each(stages)('%s: reset, with what had arrived', async (_, text, status, bytes) => {
      let requests = 0;
      const { client } = await tcpServed((socket) => {
        requests += 1;
        breakOff(socket, text, how);
      });
      const answer = await client.send();
      expect(answer.failure).toMatchObject({ error: 'reset' });
      expect(answer).toMatchObject({ status, bytes, censored: false });
      expect(answer.connectMicros).toBeGreaterThan(0);
      expect(answer.firstByteMicros === undefined).toBe(status === 0);
      expect(tookMicros(answer)).toBeGreaterThanOrEqual(55_000);
      expect(requests).toBe(1);
      expect(client.connections.http1.size).toBe(0);
    });
  });

  it('as soon as it is accepted: reset', async () => {
    const { client } = await tcpServed(
      () => undefined,
      (socket) => socket.resetAndDestroy(),
    );
    expect((await client.send()).failure).toMatchObject({ error: 'reset' });
  });

  it('at the end of a body without a length: complete with FIN, a reset with RST', async () => {
    const { client } = await tcpServed((socket, _, nth) =>
      breakOff(socket, `${head}connection: close\r\n\r\nhalf.`, nth === 1 ? 'FIN' : 'RST'),
    );
    expect(await client.send()).toMatchObject({ failure: null, bytes: 5 });
    expect((await client.send()).failure).toMatchObject({ error: 'reset' });
  });

  it.each([
    ['more than the announced length', `${ok}more`],
    ['an answer that nobody asked for', `${ok}${ok}`],
  ])('%s is not taken for the next answer', async (_, text) => {
    const { client, server } = await tcpServed((socket, _text, nth) => {
      socket.write(nth === 1 ? text : ok);
    });
    await client.send();
    const next = await client.send();
    expect(next.failure).toBeNull();
    expect(bodyOf(next)).toBe('ok');
    expect(server.sockets).toHaveLength(2);
  });

  it('headers that come slowly and a body that drips are good answers, timed to their last byte', async () => {
    const { client } = await tcpServed((socket) => {
      const pieces = ['HTTP/1.1 200 OK\r\n', 'content-length: 3\r\n', '\r\n', 'a', 'b', 'c'];
      pieces.forEach((piece, index) => setTimeout(() => socket.write(piece), 60 * index));
    });
    const answer = await client.send();
    expect(answer).toMatchObject({ failure: null, bytes: 3 });
    expect(answer.firstByteMicros).toBeGreaterThanOrEqual(115_000);
    expect(tookMicros(answer) - (answer.firstByteMicros ?? 0)).toBeGreaterThanOrEqual(115_000);
  });
});

describe('connections', () => {
  it('that servers drop leave the pool at once, however many', async () => {
    const { client, server } = await served((_, response) => void setTimeout(() => response.end('x'), 100));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(times(40, () => client.send()));
      expect(client.connections.http1.size).toBe(40);
      for (const socket of server.sockets) socket.destroy();
      await expect.poll(() => client.connections.http1.size).toBe(0);
    }
    expect(server.sockets).toHaveLength(120);
  });

  it('dropped one by one leave those that live: the next requests use them', async () => {
    const { client, server } = await served((_, response) => void setTimeout(() => response.end('x'), 50));
    await Promise.all(times(20, () => client.send()));
    for (const [index, socket] of server.sockets.entries()) if (index % 3 > 0) socket.destroy();
    await expect.poll(() => client.connections.http1.size).toBe(7);
    const answers = await Promise.all(times(7, () => client.send()));
    expect(answers.map(({ connectMicros, failure }) => [connectMicros, failure])).toEqual(
      times(7, () => [undefined, null]),
    );
    expect(server.sockets).toHaveLength(20);
  });

  it('are one per request, and closed, when they are not to be kept', async () => {
    const said: (string | undefined)[] = [];
    const { client, server } = await served((request, response) => {
      said.push(request.headers.connection);
      response.end('x');
    });
    for (let n = 0; n < 3; n += 1) {
      const answer = await client.send({}, { keepAlive: false });
      expect(answer.failure).toBeNull();
      expect(answer.connectMicros).toBeDefined();
    }
    expect(said).toEqual(['close', 'close', 'close']);
    await expect.poll(() => server.sockets.every(({ destroyed }) => destroyed)).toBe(true);
    expect(client.connections.http1.size).toBe(0);
  });

  it('are kept after HEAD', async () => {
    const { client, server } = await served((_, response) => response.end());
    for (let n = 0; n < 3; n += 1) expect((await client.send({ method: 'HEAD' })).failure).toBeNull();
    expect(server.sockets).toHaveLength(1);
  });
});

describe('a body that is not held in memory', () => {
  const seen: { length: string | undefined; body: string }[] = [];
  const receiving = () =>
    served((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ length: request.headers['content-length'], body });
        response.end('got it');
      });
    });

  it('is sent from its file, anew for every request, with the length that is given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mettle-body-'));
    whenOver(() => rm(folder, { recursive: true }));
    const file = join(folder, 'body.txt');
    const text = 'line of text\n'.repeat(20_000);
    await writeFile(file, text);
    const { client } = await receiving();
    for (let n = 0; n < 2; n += 1) {
      const { failure } = await client.send({
        method: 'POST',
        headers: ['content-length', String(text.length)],
        body: () => createReadStream(file),
      });
      expect(failure).toBeNull();
    }
    expect(seen.splice(0)).toEqual(times(2, () => ({ length: String(text.length), body: text })));
  });

  it('that cannot be read is this side’s fault: expectation, with the code, over either version', async () => {
    const { client } = await receiving();
    const { failure } = await client.send({
      method: 'POST',
      headers: ['content-length', '10'],
      body: () => createReadStream('/no/such/file'),
    });
    expect(failure).toMatchObject({ error: 'expectation', code: 'ENOENT' });
    expect(failure?.detail).toContain('the body could not be read');
    expect(seen.splice(0)).toEqual([]);
  });

  it('is not opened when there is no connection, and closed when the answer does not wait for it', async () => {
    const { client, server } = await served((_, response) => response.writeHead(413).end());
    const closed: string[] = [];
    async function* endless() {
      try {
        for (;;) {
          yield Buffer.alloc(65_536);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        closed.push('closed');
      }
    }
    const answer = await client.send({ method: 'POST', body: endless }, { timeoutMicros: 2_000_000 });
    expect(answer.status).toBe(413);
    await expect.poll(() => closed).toEqual(['closed']);
    await server.close();
    let opened = 0;
    const counting = () => {
      opened += 1;
      return endless();
    };
    expect((await client.send({ method: 'POST', body: counting })).failure?.error).toBe('connect');
    expect(opened).toBe(0);
  });
});
