// Requests as steps write them and answers as steps judge them, against servers that write down what they are sent.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultHttpSettings } from '../../src/engines/settings.ts';
import type { HttpSettings } from '../../src/engines/settings.ts';
import { opened, recording } from '../support/http-listener.ts';

const world = opened();
afterEach(world.close);

const settings = (changes: Partial<HttpSettings>) => ({ http: { ...defaultHttpSettings, ...changes } });

async function files(contents: Readonly<Record<string, string | Buffer>>) {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-files-'));
  world.onClose(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  return { file: (written: string) => join(folder, written) };
}

/** A server that writes down, and a user of it. */
async function asked(
  answer: Parameters<typeof recording>[0] = () => ({ body: '{"id":7}' }),
  changes: Parameters<typeof world.user>[1] = {},
) {
  const { received, listener } = recording(answer);
  const base = await world.serve(listener);
  return { received, base, user: world.user({ http: base }, changes) };
}

/** The parts of a multipart body, by the letter of RFC 2046. */
function partsOf(body: Buffer, type: string) {
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type)?.[1] ?? 'none';
  const pieces = `\r\n${body.toString()}`.split(`\r\n--${boundary}`);
  expect(pieces[0]).toBe('');
  expect(pieces.at(-1)).toBe('--\r\n');
  return pieces.slice(1, -1).map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    const head = piece.slice(2, end);
    return { head, name: /name="(.*?)"/.exec(head)?.[1], content: piece.slice(end + 4) };
  });
}

describe('a request', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'PROPFIND', 'REPORT'])(
    'can be a %s',
    async (method) => {
      const { received, user } = await asked();
      const sample = await user.send({ http: `${method} /x` });
      expect(sample).toMatchObject({ error: null, status: '200', bytes: method === 'HEAD' ? 0 : 8 });
      expect(received[0]?.method).toBe(method);
    },
  );

  it('has the headers of the settings, unless the step has its own', async () => {
    const { received, user } = await asked(
      undefined,
      settings({ headers: { 'X-A': 'of all', 'x-b': '{{user}}', 'User-Agent': 'load' } }),
    );
    user.scope.set('user', 'ada');
    await user.send({ http: 'GET /', headers: { 'x-a': 'own' } });
    expect(received[0]?.headers).toMatchObject({ 'x-a': 'own', 'x-b': 'ada', 'user-agent': 'load' });
  });

  it('sends a file as it is, its type by its ending or by the step', async () => {
    const bytes = Buffer.from([0, 1, 2, 255, 254]);
    const { received, user } = await asked(
      undefined,
      await files({ 'a.png': bytes, 'b.xyz': 'text {{user}}' }),
    );
    expect((await user.send({ http: 'POST /', file: 'a.png' })).error).toBeNull();
    await user.send({ http: 'POST /', file: 'b.xyz' });
    await user.send({ http: 'PUT /', file: 'b.xyz', headers: { 'Content-Type': 'text/own' } });
    expect(received.map(({ body }) => body.toString('latin1'))).toEqual([
      bytes.toString('latin1'),
      'text {{user}}',
      'text {{user}}',
    ]);
    expect(received.map(({ headers }) => headers['content-type'])).toEqual([
      'image/png',
      'application/octet-stream',
      'text/own',
    ]);
    expect(received[0]?.headers['content-length']).toBe('5');
  });

  it('sends large files as they are read, alone and in a form, with their length said before', async () => {
    const large = Buffer.alloc(9 * 1_048_576, 'mettle');
    const { received, user } = await asked(undefined, await files({ 'big.bin': large }));
    expect((await user.send({ http: 'POST /', file: 'big.bin' })).error).toBeNull();
    user.scope.set('user', 'ada');
    const form = { who: '{{user}}', upload: { file: 'big.bin' } };
    expect((await user.send({ http: 'POST /', multipart: form })).error).toBeNull();
    expect(received[0]?.body.equals(large)).toBe(true);
    expect(received[0]?.headers['content-length']).toBe(String(large.length));
    expect(received[1]?.body.length).toBe(Number(received[1]?.headers['content-length']));
    expect(received[1]?.body.includes(large.subarray(0, 1_000))).toBe(true);
    expect(received.some(({ headers }) => 'transfer-encoding' in headers)).toBe(false);
  });

  it('sends a multipart form that can be read back', async () => {
    const { received, user } = await asked(undefined, await files({ 'cat.png': 'PNG' }));
    user.scope.set('user', 'Zoë');
    await user.send({
      http: 'POST /',
      multipart: {
        title: 'of {{user}}',
        count: 3,
        upload: { file: 'cat.png', name: 'my "cat".png', type: 'image/x-own' },
        more: ['a', { file: 'cat.png' }],
      },
    });
    const [first] = received;
    const parts = partsOf(first?.body ?? Buffer.alloc(0), first?.headers['content-type'] ?? '');
    expect(parts.map(({ name, content }) => [name, content])).toEqual([
      ['title', 'of Zoë'],
      ['count', '3'],
      ['upload', 'PNG'],
      ['more', 'a'],
      ['more', 'PNG'],
    ]);
    expect(parts[2]?.head).toContain('filename="my %22cat%22.png"');
    expect(parts[2]?.head).toContain('content-type: image/x-own');
    expect(user.scope.values['sent']).toEqual({ title: 'of Zoë', count: '3', more: 'a' });
  });

  it('refuses a file that is not there when it is prepared, not when it is sent', async () => {
    const { user } = await asked(undefined, await files({}));
    expect(() => user.prepare({ http: 'POST /', file: 'nothing.txt' })).toThrow(/cannot be read/);
  });
});

describe('authentication', () => {
  const sentBy = async (step: Record<string, unknown>, changes: Partial<HttpSettings> = {}) => {
    const { received, user } = await asked(undefined, settings(changes));
    user.scope.set('token', 'of-the-user');
    await user.send({ http: 'GET /', ...step });
    return received[0]?.headers.authorization;
  };

  it('is basic or bearer, templates filled in', async () => {
    expect(await sentBy({ auth: { basic: { user: 'zoë', password: 'a:{{token}}' } } })).toBe(
      `Basic ${Buffer.from('zoë:a:of-the-user').toString('base64')}`,
    );
    expect(await sentBy({ auth: { bearer: '{{token}}' } })).toBe('Bearer of-the-user');
  });

  it('comes from the settings, unless the step has its own or wants none', async () => {
    const auth = { kind: 'bearer', token: 'of-all' } as const;
    expect(await sentBy({}, { auth })).toBe('Bearer of-all');
    expect(await sentBy({ auth: { bearer: 'own' } }, { auth })).toBe('Bearer own');
    expect(await sentBy({ headers: { Authorization: 'Digest x' } }, { auth })).toBe('Digest x');
    expect(await sentBy({ auth: 'none' }, { auth })).toBeUndefined();
  });

  it('is in no example, also where a server repeats it', async () => {
    const { user } = await asked(({ headers }) => ({
      status: 401,
      body: `wrong ${String(headers.authorization)}, that is ${Buffer.from(
        String(headers.authorization).split(' ')[1] ?? '',
        'base64',
      ).toString()}; known: ${String(headers.cookie)}, ${String(headers['x-api-key'])}`,
    }));
    user.scope.set('word', 'open sesame');
    const basic = await user.send({ http: 'GET /', auth: { basic: { user: 'ada', password: '{{word}}' } } });
    expect(basic.example).toMatch(
      /^GET \/ → status 401: wrong Basic \[redacted\], that is ada:\[redacted\];/,
    );
    const bearer = await user.send({
      http: 'GET /2',
      auth: { bearer: 'short-token' },
      headers: { cookie: 'sid=my-session', 'X-Api-Key': 'my-own-key' },
    });
    expect(bearer.error).toBe('status');
    expect(bearer.example).not.toMatch(/short-token|my-session|my-own-key/);
  });
});

describe('a redirect', () => {
  it('is followed when the step says so; expectations and captures look at the last answer', async () => {
    const tallies: unknown[] = [];
    const { received, user } = await asked(
      ({ url }) =>
        url === '/end'
          ? { headers: { 'x-at': 'end' }, body: '{"id":7}' }
          : { status: 302, headers: { location: url === '/a' ? 'b' : '/end' }, body: 'moved' },
      {
        observer: {
          observe: () => undefined,
          tally: (series, name, _at, by) => tallies.push([series, name, by]),
        },
      },
    );
    const sample = await user.send({
      http: 'POST /a',
      name: 'login',
      json: { a: 1 },
      redirects: 3,
      expect: { status: 200, headers: { 'x-at': 'end' }, size: '8B' },
      capture: { id: '$.id', code: 'status' },
    });
    expect(sample).toMatchObject({ error: null, status: '200', bytes: 5 + 5 + 8, answered: true });
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /a', 'GET /b', 'GET /end']);
    expect(received.map(({ body }) => body.toString())).toEqual(['{"a":1}', '', '']);
    expect(tallies).toEqual([
      ['login', 'redirects', 1],
      ['login', 'redirects', 1],
    ]);
    expect(user.scope.values).toMatchObject({ id: 7, code: 200 });
  });

  it('is one latency: the first byte is that of the last answer, from the start of the first request', async () => {
    const base = await world.serve((request, response) => {
      if (request.url === '/a') setTimeout(() => response.writeHead(302, { location: '/b' }).end(), 120);
      else {
        response.write('x');
        setTimeout(() => response.end(), 120);
      }
    });
    const sample = await world.user({ http: base }).send({ http: 'GET /a', redirects: 1 });
    const elapsed = sample.endedAtMicros - sample.startedAtMicros;
    expect(elapsed).toBeGreaterThan(225_000);
    expect(sample.firstByteMicros).toBeGreaterThan(115_000);
    expect(sample.firstByteMicros).toBeLessThan(elapsed - 60_000);
  });

  it('repeats the body after 307, a streamed one too', async () => {
    const large = Buffer.alloc(9 * 1_048_576, 'x');
    const { received, user } = await asked(
      ({ url }) => (url === '/a' ? { status: 307, headers: { location: '/b' } } : {}),
      await files({ 'big.bin': large }),
    );
    expect((await user.send({ http: 'POST /a', text: 'hello', redirects: 1 })).error).toBeNull();
    expect((await user.send({ http: 'POST /a', file: 'big.bin', redirects: 1 })).error).toBeNull();
    expect(received.map(({ method, body }) => [method, body.length])).toEqual([
      ['POST', 5],
      ['POST', 5],
      ['POST', large.length],
      ['POST', large.length],
    ]);
  });

  it('keeps the cookies of each answer, and gives none and no credentials to another origin', async () => {
    const other = await asked(() => ({ headers: { 'set-cookie': 'there=2; Path=/' } }));
    const { received, user } = await asked(({ url }) =>
      url === '/a'
        ? { status: 302, headers: { location: '/b', 'set-cookie': 'here=1; Path=/' } }
        : { status: 302, headers: { location: `${other.base}/c` } },
    );
    await user.send({
      http: 'GET /a',
      redirects: 5,
      auth: { bearer: 'abc' },
      headers: { cookie: 'own=0', 'x-k': '1' },
    });
    expect(received.map(({ headers }) => headers.cookie)).toEqual(['own=0', 'own=0; here=1']);
    expect(other.received[0]?.headers).toMatchObject({ 'x-k': '1' });
    expect(other.received[0]?.headers).not.toHaveProperty('cookie');
    expect(other.received[0]?.headers).not.toHaveProperty('authorization');
    await user.send({ http: `GET ${other.base}/d` });
    expect(other.received[1]?.headers.cookie).toBe('there=2');
  });

  it('is never followed off the allow-list, and fails with a name for it', async () => {
    const { received, user } = await asked(() => ({
      status: 302,
      headers: { location: 'http://198.51.100.7/x?token=abcdef' },
    }));
    const sample = await user.send({ http: 'GET /a', redirects: 5, timeout: '2s' });
    expect(sample).toMatchObject({ error: 'expectation', answered: true, status: '302' });
    expect(sample.example).toBe('GET /a → redirected to http://198.51.100.7, to which no load may be sent');
    expect(received).toHaveLength(1);
  });

  it('fails in a circle and beyond its limit; the example says where it had come to', async () => {
    const { user, base } = await asked(({ url }) => ({
      status: 302,
      headers: { location: url.startsWith('/n') ? `/n${Number(url.slice(2)) + 1}` : '/circle' },
    }));
    expect((await user.send({ http: 'GET /circle', redirects: 5 })).example).toBe(
      'GET /circle → redirected in a circle, back to /circle',
    );
    const sample = await user.send({ http: 'GET /n0', redirects: 2 });
    expect(sample.error).toBe('expectation');
    expect(sample.example).toBe(`GET /n0 → GET ${base}/n2 → redirected more than 2 times`);
  });

  it('has one timeout for the whole way', async () => {
    const base = await world.serve((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url ?? ''}x` }).end(), 80);
    });
    const sample = await world.user({ http: base }).send({ http: 'GET /', redirects: 20, timeout: '200ms' });
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    expect(sample.example).toMatch(/within 200ms, after \d redirects/);
    const elapsed = sample.endedAtMicros - sample.startedAtMicros;
    expect(elapsed).toBeGreaterThan(190_000);
    expect(elapsed).toBeLessThan(2_000_000);
  });

  it('is the answer itself when redirects are off for the step', async () => {
    const { user } = await asked(
      () => ({ status: 302, headers: { location: '/x' } }),
      settings({ redirects: 5 }),
    );
    const step = { http: 'GET /', expect: { status: 302 } };
    expect(await user.send({ ...step, redirects: 0 })).toMatchObject({ error: null, status: '302' });
    expect((await user.send(step)).example).toContain('in a circle');
  });
});

describe('a compressed answer', () => {
  const text = `{"id":7,"text":"${'wie geht’s '.repeat(400)}"}`;
  const codings = {
    gzip: gzipSync(text),
    deflate: deflateSync(text),
    br: brotliCompressSync(text),
    'gzip, br': brotliCompressSync(gzipSync(text)),
    identity: Buffer.from(text),
  };
  const bare = deflateRawSync(text);

  it.each([...Object.entries(codings), ['deflate', bare] as const])(
    'is asked for and decoded: %s; its bytes are those of the wire',
    async (coding, body) => {
      const { received, user } = await asked(
        () => ({ headers: { 'content-encoding': coding }, body }),
        settings({ compression: true }),
      );
      const sample = await user.send({
        http: 'GET /',
        expect: { json: { '$.id': 7 }, text: 'geht’s', size: `${Buffer.byteLength(text)}B` },
        capture: { id: '$.id' },
      });
      expect(sample).toMatchObject({ error: null, bytes: body.length });
      expect(received[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
    },
  );

  it('is not asked for unless the step or the settings say so', async () => {
    const { received, user } = await asked();
    await user.send({ http: 'GET /' });
    await user.send({ http: 'GET /', compression: true });
    await user.send({ http: 'GET /', compression: true, headers: { 'Accept-Encoding': 'br' } });
    expect(received.map(({ headers }) => headers['accept-encoding'])).toEqual([
      undefined,
      'gzip, deflate, br',
      'br',
    ]);
  });

  it('is left alone when nobody looks into it', async () => {
    const { user } = await asked(() => ({ headers: { 'content-encoding': 'zstd' }, body: 'xxx' }));
    expect(await user.send({ http: 'GET /' })).toMatchObject({ error: null, bytes: 3 });
  });

  it.each([
    ['an unknown coding', 'zstd', Buffer.from('xxx'), /its content-encoding "zstd" is not known/],
    ['damaged bytes', 'gzip', Buffer.from('no gzip'), /the body cannot be read: incorrect header check/],
    ['half a body', 'gzip', codings.gzip.subarray(0, 40), /the body cannot be read: unexpected end of file/],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(17 * 1_048_576)), /decoded, it is larger than 16MiB/],
    ['too many codings', 'gzip, gzip, gzip, gzip', codings.gzip, /encoded too many times/],
  ])('fails the expectation with its reason: %s', async (_, coding, body, reason) => {
    const { user } = await asked(() => ({ headers: { 'content-encoding': coding }, body }));
    const sample = await user.send({ http: 'GET /', expect: { text: 'geht' } });
    expect(sample).toMatchObject({ error: 'expectation', answered: true });
    expect(sample.example).toMatch(reason);
  });

  it('of a failure is shown decoded, though only its beginning was kept', async () => {
    let seed = 1;
    const noise = Array.from({ length: 20_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed.toString(36);
    }).join(' ');
    const body = gzipSync(`out of memory ${noise}`);
    const { user } = await asked(() => ({ status: 500, headers: { 'content-encoding': 'gzip' }, body }));
    expect(body.length).toBeGreaterThan(10_000);
    expect((await user.send({ http: 'GET /' })).example).toMatch(/status 500: out of memory \w+/);
  });
});

describe('what is expected', () => {
  const failing = async (
    expectation: Record<string, unknown>,
    answer: ReturnType<Parameters<typeof recording>[0]>,
  ) => {
    const { user } = await asked(() => answer);
    return user.send({ http: 'GET /', expect: expectation });
  };

  it.each([
    ['a size', { size: '1KiB..2KiB' }, 'the body has 5 bytes, not 1KiB..2KiB'],
    ['an exact size', { size: '4B' }, 'the body has 5 bytes, not 4B'],
    ['an expression', { text: { regex: '^h\\d' } }, 'the body does not match /^h\\d/'],
  ])('%s: named when it fails', async (_, expectation, reason) => {
    const sample = await failing(expectation, { body: 'hello' });
    expect(sample).toMatchObject({ error: 'expectation', answered: true });
    expect(sample.example).toBe(`GET / → ${reason}: hello`);
  });

  it.each([
    { size: '5B' },
    { size: '< 6B' },
    { text: { regex: '^h.llo$' } },
    { duration: '< 20s' },
    { size: '>= 1B', duration: '1us..20s' },
  ])('%j: met', async (expectation) => {
    expect((await failing(expectation, { body: 'hello' })).error).toBeNull();
  });

  it('a size larger than what can be looked at is known all the same', async () => {
    const body = Buffer.alloc(17 * 1_048_576);
    expect((await failing({ size: '17MiB' }, { body })).error).toBeNull();
    expect((await failing({ text: 'x' }, { body })).example).toContain('larger than the 16MiB');
  });

  it('a duration, of the service and not of the wait before it', async () => {
    const base = await world.serve((_, response) => setTimeout(() => response.end(), 100));
    const user = world.user({ http: base });
    const sample = await user.send({ http: 'GET /', expect: { duration: '< 50ms' } });
    expect(sample).toMatchObject({ error: 'expectation', answered: true });
    expect(sample.example).toMatch(/it took 1\d\dms|it took [\d.]+m?s, not < 50ms/);
    const longAgo = sample.startedAtMicros - 60_000_000;
    expect(
      await user.send({ http: 'GET /', expect: { duration: '< 20s' } }, undefined, longAgo),
    ).toMatchObject({
      error: null,
      dueAtMicros: longAgo,
    });
  });

  it('captures all or nothing: status, cookie, header, JSON and text', async () => {
    const { user } = await asked(() => ({
      headers: { 'set-cookie': ['sid=abc; Path=/deep', 'x=1'], 'x-a': 'b' },
      body: '{"id":7}',
    }));
    const capture = {
      code: 'status',
      sid: { cookie: 'sid' },
      a: { header: 'X-A' },
      id: '$.id',
      n: { regex: '\\d' },
    };
    expect((await user.send({ http: 'GET /', capture })).error).toBeNull();
    expect(user.scope.values).toMatchObject({ code: 200, sid: 'abc', a: 'b', id: 7, n: '7' });
    const sample = await user.send({ http: 'GET /', capture: { first: '$.id', none: { cookie: 'other' } } });
    expect(sample.example).toContain('nothing to capture as none: cookie other is absent');
    expect(user.scope.values).not.toHaveProperty('first');
  });

  it('does not tell what a token was when it was another', async () => {
    const { user } = await asked(() => ({ headers: { 'x-token': 'hush-1' }, body: '{"token":"hush-2"}' }));
    for (const expectation of [{ json: { '$.token': 'x' } }, { headers: { 'x-token': 'y' } }]) {
      const { example } = await user.send({ http: 'GET /', expect: expectation });
      expect(example).toContain('another');
      expect(example).not.toContain('hush');
    }
  });

  it('reads bodies in their own character set', async () => {
    const { user } = await asked(() => ({
      headers: { 'content-type': 'text/plain; charset=ISO-8859-1' },
      body: Buffer.from('größer', 'latin1'),
    }));
    expect((await user.send({ http: 'GET /', expect: { text: 'größer' } })).error).toBeNull();
  });

  it('takes no byte order mark for JSON', async () => {
    const { user } = await asked(() => ({ body: '\ufeff{"id":7}' }));
    expect((await user.send({ http: 'GET /', expect: { json: { '$.id': 7 } } })).error).toBeNull();
  });
});

describe('an example', () => {
  it('is whole characters, wherever the body was cut', async () => {
    for (const shift of [0, 1, 2, 3]) {
      const { user } = await asked(() => ({ status: 500, body: 'x'.repeat(shift) + '🦔'.repeat(2_000) }));
      const { example = '' } = await user.send({ http: 'GET /' });
      expect(example).not.toContain('\ufffd');
      expect(() => encodeURIComponent(example)).not.toThrow();
      expect(example).toContain('🦔🦔');
    }
  });

  it('says of bytes that they are none', async () => {
    const { user } = await asked(() => ({ status: 500, body: Buffer.from([1, 0, 2, 255]) }));
    expect((await user.send({ http: 'GET /' })).example).toBe(
      'GET / → status 500: (4 bytes that are no text)',
    );
  });
});

it('cookies are shared with whatever else the user speaks', async () => {
  const { received, user, base } = await asked(() => ({ headers: { 'set-cookie': 'sid=1; Path=/' } }));
  await user.send({ http: 'GET /login' });
  await user.send({ http: `GET ${base}/x` });
  expect(received[1]?.headers.cookie).toBe('sid=1');
});
