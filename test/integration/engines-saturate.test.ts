// Saturating connections against servers whose behaviour is known: what is counted, in which class, and that sums are exact.

import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineEnvironment } from '../../src/engines/engine.ts';
import type { Crowd } from '../../src/engines/saturate.ts';
import { openSaturator } from '../../src/engines/saturate.ts';
import type { HttpStep } from '../../src/engines/http-step.ts';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import type { TlsSettings } from '../../src/engines/settings.ts';
import { defaultTlsSettings } from '../../src/engines/settings.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Sample } from '../../src/measure/outcome.ts';
import type { Certificates } from '../support/certificates.ts';
import { makeCertificates } from '../support/certificates.ts';
import { environmentOf, rawServer } from '../support/engine-users.ts';
import { refusingUrl, startConstantServer } from '../support/known-servers.ts';
import { httpServer } from '../support/wire-servers.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const step = (written: Record<string, unknown> = {}): HttpStep =>
  stepInputSchemas.http.parse({ http: 'GET /', name: 'hello', timeout: '5s', ...written });

interface Crowded {
  readonly samples: Sample[];
  readonly skipped: string[];
  /** Iterations that have begun and not ended. */
  readonly open: () => number;
  readonly crowd: Crowd;
}

async function crowdAt(
  http: string,
  connections: number,
  steps: readonly HttpStep[] = [step()],
  changes: Partial<EngineEnvironment> = {},
): Promise<Crowded> {
  const saturator = await openSaturator(environmentOf({ http }, changes));
  const samples: Sample[] = [];
  const skipped: string[] = [];
  let open = 0;
  const crowd = saturator.prepare(
    { series: 'flow:main', steps, connections },
    {
      onSample: (sample) => samples.push(sample),
      onSkipped: (series) => skipped.push(series),
      onIteration: (what) => (open += what === 'began' ? 1 : -1),
    },
  );
  closers.push(async () => {
    crowd.cut();
    await crowd.idle;
  });
  return { samples, skipped, open: () => open, crowd };
}

/** Sends for so long, lets what is in flight end, and returns the samples of steps. */
async function saturateFor(crowded: Crowded, forMs: number): Promise<Sample[]> {
  const untilMicros = systemClock.nowMicros() + forMs * 1_000;
  await crowded.crowd.begin(untilMicros);
  await systemClock.sleepUntil(untilMicros);
  crowded.crowd.end();
  await crowded.crowd.idle;
  expect(crowded.open()).toBe(0);
  return crowded.samples.filter(({ series }) => series !== 'flow:main');
}

const countBy = <Key extends string>(samples: readonly Sample[], key: (sample: Sample) => Key) =>
  samples.reduce<Partial<Record<Key, number>>>((counts, sample) => {
    counts[key(sample)] = (counts[key(sample)] ?? 0) + 1;
    return counts;
  }, {});
const outcomes = (samples: readonly Sample[]) =>
  countBy(samples, ({ error, censored }) => (censored === true ? 'censored' : (error ?? 'ok')));
const tookMs = ({ startedAtMicros, endedAtMicros }: Sample): number =>
  (endedAtMicros - startedAtMicros) / 1_000;

/** A server that answers by what `answer` writes, for the n-th request of all (from 0). */
async function answering(
  answer: (socket: Socket, n: number) => void,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = await rawServer((socket) => answer(socket, requests++));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${server.port}`, requests: () => requests };
}
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('saturating connections', () => {
  it('send as fast as the target answers: connections × time / delay', async () => {
    const server = await startConstantServer(20);
    closers.push(() => server.close());
    const crowded = await crowdAt(server.url, 10);
    const samples = await saturateFor(crowded, 1_000);
    // 10 · 1 s / 20 ms = 500, less what timers and this machine add.
    expect(samples.length).toBeGreaterThan(250);
    expect(samples.length).toBeLessThanOrEqual(520);
    expect(samples.length).toBe(server.delaysMicros.length);
    expect(outcomes(samples)).toEqual({ ok: samples.length });
    expect(Math.min(...samples.map(tookMs))).toBeGreaterThanOrEqual(Math.min(...server.delaysMicros) / 1_000);
    expect(
      samples.every(
        ({ dueAtMicros, bytes, status }) => dueAtMicros === null && bytes === 11 && status === '200',
      ),
    ).toBe(true);
    expect(samples.filter(({ connectMicros }) => connectMicros !== undefined)).toHaveLength(10);
    expect(crowded.samples.filter(({ series }) => series === 'flow:main')).toHaveLength(samples.length);
  });

  it('count every tenth answer as a failure when it is one', async () => {
    const server = await startConstantServer(0, (n) => n % 10 === 9);
    closers.push(() => server.close());
    const samples = await saturateFor(await crowdAt(server.url, 4), 300);
    const { status = 0, ok: good = 0 } = outcomes(samples);
    expect(good + status).toBe(samples.length);
    expect(status).toBe(Math.floor(samples.length / 10));
    expect(
      samples
        .filter(({ error }) => error === 'status')
        .every(({ answered, status: code }) => answered && code === '500'),
    ).toBe(true);
    expect(samples.find(({ error }) => error === 'status')?.example).toBe('GET / → status 500: hello world');
  });

  it('count a reset as a reset, and time what follows from its own start', async () => {
    const server = await answering((socket, n) => {
      if (n % 5 === 4) socket.resetAndDestroy();
      else setTimeout(() => socket.write(ok), 10);
    });
    const samples = await saturateFor(await crowdAt(server.url, 3), 600);
    const { reset = 0, ok: good = 0 } = outcomes(samples);
    expect(samples.length).toBe(server.requests());
    expect(good + reset).toBe(samples.length);
    expect(reset).toBe(Math.floor(samples.length / 5));
    // A queue that kept the failed request would give the answers after it an ever earlier start.
    const good10 = samples
      .filter(({ error }) => error === null)
      .map(tookMs)
      .sort((a, b) => a - b);
    expect(good10[Math.floor(good10.length / 2)]).toBeLessThan(20);
  });

  it('count a request that the server closed upon in good order', async () => {
    const server = await answering((socket, n) => {
      if (n % 2 === 1) socket.end();
      else socket.write(ok);
    });
    const samples = await saturateFor(await crowdAt(server.url, 1), 200);
    expect(samples.length).toBe(server.requests());
    expect(outcomes(samples)).toEqual({
      ok: Math.ceil(samples.length / 2),
      reset: Math.floor(samples.length / 2),
    });
  });

  it('open a new connection after an answer that closes its own, and lose nothing', async () => {
    const server = await answering((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok');
    });
    const samples = await saturateFor(await crowdAt(server.url, 2), 200);
    expect(samples.length).toBe(server.requests());
    expect(outcomes(samples)).toEqual({ ok: samples.length });
    expect(samples.every(({ connectMicros }) => connectMicros !== undefined)).toBe(true);
  });

  it('take the end of the stream for the end of an answer without a length', async () => {
    const server = await answering((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    const samples = await saturateFor(await crowdAt(server.url, 2), 200);
    expect(samples.length).toBe(server.requests());
    expect(outcomes(samples)).toEqual({ ok: samples.length });
    expect(samples.every(({ bytes }) => bytes === 13)).toBe(true);
  });

  it('begin with a clean slate after half an answer', async () => {
    const server = await answering((socket, n) => {
      if (n % 2 === 0)
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
      else socket.write(ok);
    });
    const samples = await saturateFor(await crowdAt(server.url, 1), 200);
    expect(samples.length).toBe(server.requests());
    expect(outcomes(samples)).toEqual({
      reset: Math.ceil(samples.length / 2),
      ok: Math.floor(samples.length / 2),
    });
  });

  it('pass over interim answers', async () => {
    const server = await answering((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}`),
    );
    const samples = await saturateFor(await crowdAt(server.url, 1), 100);
    expect(samples.length).toBe(server.requests());
    expect(countBy(samples, ({ status }) => status ?? '')).toEqual({ 200: samples.length });
  });

  it('never take an answer for one to a request that came after it', async () => {
    const server = await answering((socket) => socket.write(ok + ok));
    const samples = await saturateFor(await crowdAt(server.url, 1), 100);
    const { ok: good = 0, protocol = 0 } = outcomes(samples);
    expect(good + protocol).toBe(samples.length);
    expect(protocol).toBeGreaterThan(0);
    expect(good).toBeLessThanOrEqual(server.requests());
  });

  it('call bytes that are no answer a protocol failure', async () => {
    const server = await answering((socket) => socket.write('SSH-2.0-server\r\n\r\n'));
    const samples = await saturateFor(await crowdAt(server.url, 1), 100);
    expect(outcomes(samples)).toEqual({ protocol: samples.length });
    expect(samples.every(({ answered }) => !answered)).toBe(true);
  });

  it('give up on a server that never answers, at the step’s own timeout', async () => {
    const server = await answering(() => undefined);
    const samples = await saturateFor(await crowdAt(server.url, 2, [step({ timeout: '50ms' })]), 400);
    expect(samples.length).toBe(server.requests());
    expect(outcomes(samples)).toEqual({ timeout: samples.length });
    expect(Math.min(...samples.map(tookMs))).toBeGreaterThanOrEqual(50);
    expect(samples.length).toBeLessThanOrEqual(2 * 8);
    expect(samples.length).toBeGreaterThanOrEqual(2);
  });

  it('censor what is in flight when it is cut off', async () => {
    const server = await answering(() => undefined);
    const crowded = await crowdAt(server.url, 3);
    await crowded.crowd.begin(Infinity);
    await wait(100);
    crowded.crowd.end();
    await wait(20);
    expect(crowded.open()).toBe(3);
    crowded.crowd.cut();
    await crowded.crowd.idle;
    expect(outcomes(crowded.samples)).toEqual({ censored: 6 });
    expect(crowded.samples.every(({ answered }) => !answered)).toBe(true);
    expect(Math.min(...crowded.samples.map(tookMs))).toBeGreaterThanOrEqual(100);
    expect(crowded.open()).toBe(0);
  });

  it('do not storm a port that refuses them', async () => {
    const samples = await saturateFor(await crowdAt(await refusingUrl(), 5), 1_000);
    expect(outcomes(samples)).toEqual({ connect: samples.length });
    expect(samples.every(({ code }) => code === 'ECONNREFUSED')).toBe(true);
    // 1 + 1 + 7 doubled pauses to 100 ms, and then ten a second: about 17 each.
    expect(samples.length).toBeLessThanOrEqual(5 * 20);
    expect(samples.length).toBeGreaterThanOrEqual(5 * 5);
  });

  it('walk a flow of several steps in turn, and skip what a failure leaves', async () => {
    const methods: string[] = [];
    const server = await rawServer((socket, text) => {
      methods.push(text.split(' HTTP')[0] ?? '');
      const fails = text.startsWith('POST');
      socket.write(fails ? 'HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n' : ok);
    });
    closers.push(() => server.close());
    const steps = [
      step({ http: 'GET /a', name: 'a', expect: { status: 200 } }),
      step({ http: 'POST /b', name: 'b', json: { x: 1 }, onError: 'stop' }),
      step({ http: 'GET /c', name: 'c' }),
    ];
    const crowded = await crowdAt(`http://127.0.0.1:${server.port}`, 1, steps);
    const samples = await saturateFor(crowded, 100);
    const iterations = crowded.samples.filter(({ series }) => series === 'flow:main');
    expect(samples.filter(({ series }) => series === 'a')).toHaveLength(iterations.length);
    expect(samples.filter(({ series }) => series === 'b')).toHaveLength(iterations.length);
    expect(crowded.skipped).toEqual(iterations.map(() => 'c'));
    expect(outcomes(iterations)).toEqual({ status: iterations.length });
    expect(new Set(methods)).toEqual(new Set(['GET /a', 'POST /b']));
  });

  it('send what a step says: method, query, headers, settings, body', async () => {
    const texts: string[] = [];
    const server = await rawServer((socket, text) => {
      texts.push(text);
      socket.write(text.startsWith('HEAD') ? 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n' : ok);
    });
    closers.push(() => server.close());
    const steps = [
      step({
        http: 'PUT /a b',
        name: 'put',
        query: { q: 'ä' },
        headers: { 'x-token': '{{env.TOKEN}}' },
        json: { ü: 1 },
      }),
      step({ http: 'HEAD /', name: 'head' }),
    ];
    const crowded = await crowdAt(`http://127.0.0.1:${server.port}`, 1, steps, { env: { TOKEN: 'abc' } });
    const samples = await saturateFor(crowded, 50);
    expect(outcomes(samples)).toEqual({ ok: samples.length });
    const [put = '', head = ''] = texts;
    expect(put.split('\r\n')[0]).toBe('PUT /a%20b?q=%C3%A4 HTTP/1.1');
    expect(put).toContain('x-token: abc\r\n');
    expect(put.toLowerCase().match(/content-length: 8\r\n/g)).toHaveLength(1);
    expect(put.endsWith('{"ü":1}')).toBe(true);
    expect(head.startsWith('HEAD / HTTP/1.1\r\n')).toBe(true);
  });

  it('open a connection for each request when none is to be kept', async () => {
    const server = await answering((socket) => socket.write(ok));
    const crowded = await crowdAt(server.url, 1, [step({ keepAlive: false })]);
    const samples = await saturateFor(crowded, 100);
    expect(samples.length).toBe(server.requests());
    expect(samples.every(({ connectMicros, error }) => connectMicros !== undefined && error === null)).toBe(
      true,
    );
  });
});

describe('saturating connections over TLS', () => {
  let certificates: Certificates | null = null;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates?.remove());

  const over = (made: Certificates, changes: Partial<TlsSettings>) => ({
    tls: { ...defaultTlsSettings, ca: made.caFile, ...changes },
  });

  it('verify the server before anything is sent, and time the handshake', async (context) => {
    if (certificates === null) return void context.skip();
    const { server: own, stranger } = certificates;
    const heard: string[] = [];
    const listen = async ({ cert, key }: Certificates['server']): Promise<string> => {
      const server = await httpServer(
        (request, response) => {
          heard.push(request.url ?? '');
          response.end('ok');
        },
        { cert, key },
      );
      closers.push(() => server.close());
      return `https://127.0.0.1:${server.port}`;
    };
    const trusted = await saturateFor(
      await crowdAt(await listen(own), 2, [step()], over(certificates, {})),
      150,
    );
    expect(outcomes(trusted)).toEqual({ ok: trusted.length });
    expect(trusted.filter(({ tlsMicros = 0 }) => tlsMicros > 0)).toHaveLength(2);
    expect(heard).toHaveLength(trusted.length);
    heard.length = 0;
    const url = await listen(stranger);
    const doubted = await saturateFor(await crowdAt(url, 2, [step()], over(certificates, {})), 150);
    expect(outcomes(doubted)).toEqual({ tls: doubted.length });
    expect(heard).toEqual([]);
    const blind = await saturateFor(
      await crowdAt(url, 2, [step()], over(certificates, { verify: false })),
      100,
    );
    expect(outcomes(blind)).toEqual({ ok: blind.length });
  });
});
