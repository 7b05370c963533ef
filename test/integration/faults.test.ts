// The same faults, through the embedded proxy and through a real Toxiproxy, must have the same effect and leave nothing.

import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProxyBackend } from '../../src/faults/clients/backend.ts';
import { connectToxiproxy } from '../../src/faults/clients/toxiproxy.ts';
import type { FaultLink, InjectionResult, ProxyBackend } from '../../src/faults/fault.ts';
import { inject } from '../../src/faults/inject.ts';
import type { NetworkFaultSpec as FaultSpec } from '../../src/faults/registry.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { apiAt, startEcho } from '../support/proxy-loopback.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';

const reach = { toxicity: 1, direction: 'downstream' } as const;

/** Milliseconds for a message to come back over a new connection, or how that failed. */
function roundTrip(link: FaultLink, withinMs = 2_000): Promise<number | string> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const socket = connect(link.listen.port, link.listen.host, () => socket.write('ping'));
    const settle = (how: number | string): void => {
      socket.destroy();
      resolve(how);
    };
    socket.setTimeout(withinMs, () => settle('silence'));
    socket.once('data', () => settle(performance.now() - begin));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    socket.once('close', () => settle('closed'));
  });
}

interface Exchange {
  readonly bytes: number;
  readonly lastByteMs: number;
  /** Until the server's end arrived, or the connection was closed. */
  readonly endMs: number;
}

/** Sends so much over a new connection, ends it once all of it is back, and waits for the end from the other side. */
function exchange(link: FaultLink, sendBytes: number): Promise<Exchange> {
  const begin = performance.now();
  const now = (): number => performance.now() - begin;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let lastByteMs = 0;
    const socket = connect(link.listen.port, link.listen.host, () => socket.write(Buffer.alloc(sendBytes)));
    socket.setTimeout(5_000, () => socket.destroy(new Error('silence')));
    socket.on('data', (data) => {
      bytes += data.length;
      lastByteMs = now();
      if (bytes === sendBytes) socket.end();
    });
    socket.once('end', () => {
      resolve({ bytes, lastByteMs, endMs: now() });
      socket.end();
    });
    socket.once('error', reject);
  });
}

const median = (values: readonly (number | string)[]): number =>
  [...values].map(Number).sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const statusOf = (result: InjectionResult, name: string): string | undefined =>
  result.fidelity.find((check) => check.name.startsWith(name))?.status;

function behaves(
  start: () => Promise<{ toxiproxyUrl: string | undefined; stop: () => Promise<void> }>,
): void {
  const tracker = memoryTracker();
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let backend: ProxyBackend;
  let link: FaultLink;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    echo = await startEcho();
    const server = await start();
    stop = server.stop;
    backend = await openProxyBackend({ ...server, runToken: 'cafe', tracker, seed: 7 });
    link = await backend.open('post/gres', { host: '127.0.0.1', port: echo.port });
  });
  afterAll(async () => {
    await backend.close();
    expect(tracker.outstanding()).toEqual([]);
    await stop();
    await echo.close();
  });

  const play = async (spec: FaultSpec, during: () => Promise<void>): Promise<InjectionResult> => {
    const injection = await inject({
      id: 'the-fault',
      spec,
      link,
      tracker,
      traffic: 'required',
      forMicros: 1e6,
    });
    expect(tracker.outstanding().map(({ kind }) => kind)).toContain(
      spec.kind === 'down' ? 'link-enabled' : 'toxic',
    );
    const begin = performance.now();
    await during();
    await wait(1_000 - (performance.now() - begin));
    const result = await injection.clear();
    expect(await injection.clear()).toBe(result);
    expect(result).toMatchObject({ status: 'undone', note: null });
    expect(tracker.outstanding().map(({ kind }) => kind)).toEqual(['proxy']);
    expect(await connectToxiproxy(link.apiUrl).toxic(link.proxyName, 'mettle_the-fault')).toBeUndefined();
    expect(await roundTrip(link)).toBeTypeOf('number');
    return result;
  };

  it('relays before any fault, under a name of its own', async () => {
    expect(link.proxyName).toBe('mettle_cafe_post-gres');
    expect(await roundTrip(link)).toBeTypeOf('number');
  });

  it('latency delays every answer by what was asked', async () => {
    const plain = median([await roundTrip(link), await roundTrip(link), await roundTrip(link)]);
    const slow: (number | string)[] = [];
    const spec = { kind: 'latency', latencyMs: 150, jitterMs: 0, ...reach } as const;
    const result = await play(spec, async () => {
      for (let turn = 0; turn < 5; turn += 1) slow.push(await roundTrip(link));
      const toxic = await apiAt(link.apiUrl)('GET', `/proxies/${link.proxyName}/toxics/mettle_the-fault`);
      // Lets go by itself should Mettle hang: the planned second, and a little more.
      if (link.embedded) expect(toxic.json).toMatchObject({ ttlMs: 6_000 });
    });
    expect(Math.min(...slow.map(Number))).toBeGreaterThanOrEqual(149);
    expect(median(slow) - plain).toBeLessThan(150 * 2);
    if (link.embedded) {
      expect(statusOf(result, 'added latency')).not.toBe('unmeasured');
      expect(result.observation?.addedDelayMicros?.p50).toBeGreaterThanOrEqual(149_000);
      expect(result.traffic.status).toBe('seen');
    } else {
      expect(statusOf(result, 'added latency')).toBe('unmeasured');
      expect(result.traffic).toEqual({ before: null, during: null, status: 'unknown' });
    }
    expect(statusOf(result, 'kept')).toBe('within');
  });

  it('down ends connections and lets none through', async () => {
    const held = connect(link.listen.port, link.listen.host);
    const ended = new Promise((resolve) => held.once('close', resolve).on('error', () => undefined));
    await roundTrip(link);
    const result = await play({ kind: 'down' }, async () => {
      await ended;
      for (let turn = 0; turn < 3; turn += 1) expect(await roundTrip(link)).toMatch(/^ECONN(RESET|REFUSED)$/);
    });
    if (link.embedded) {
      expect(statusOf(result, 'connections let through')).toBe('within');
      expect(result.observation?.refused).toBe(3);
      expect(result.traffic.status).toBe('seen');
    } else expect(result.traffic.status).toBe('unknown');
  });

  it('timeout swallows data', async () => {
    const result = await play({ kind: 'timeout', timeoutMs: 0, ...reach }, async () => {
      expect(await roundTrip(link, 300)).toBe('silence');
    });
    expect(statusOf(result, 'data let through')).toBe(link.embedded ? 'within' : 'unmeasured');
  });

  it('reset_peer breaks connections off', async () => {
    const result = await play({ kind: 'reset_peer', timeoutMs: 0, ...reach }, async () => {
      expect(await roundTrip(link)).toBe('ECONNRESET');
    });
    expect(statusOf(result, 'connections reset')).toBe(link.embedded ? 'within' : 'unmeasured');
  });

  it('bandwidth lets data through at its rate, on every connection', async () => {
    const spec = { kind: 'bandwidth', rateKBPerSecond: 100, ...reach } as const;
    const result = await play(spec, async () => {
      const both = await Promise.all([exchange(link, 60_000), exchange(link, 60_000)]);
      for (const { bytes, lastByteMs } of both) {
        expect(bytes).toBe(60_000);
        expect(lastByteMs).toBeGreaterThan(500);
      }
    });
    expect(statusOf(result, 'rate per connection')).toBe(link.embedded ? 'within' : 'unmeasured');
  });

  it('bandwidth that no traffic comes near is not binding', async () => {
    const spec = { kind: 'bandwidth', rateKBPerSecond: 1_000_000, ...reach } as const;
    const result = await play(spec, async () => {
      expect(await roundTrip(link)).toBeTypeOf('number');
    });
    expect(statusOf(result, 'rate per connection')).toBe(link.embedded ? 'not binding' : 'unmeasured');
  });

  it('slow_close delays the end and nothing before it', async () => {
    const spec = { kind: 'slow_close', delayMs: 300, ...reach } as const;
    const result = await play(spec, async () => {
      const { lastByteMs, endMs } = await exchange(link, 1_000);
      expect(endMs - lastByteMs).toBeGreaterThanOrEqual(298);
      expect(lastByteMs).toBeLessThan(endMs / 2);
    });
    expect(statusOf(result, 'added delay of the close')).not.toBe(link.embedded ? 'unmeasured' : 'within');
  });

  it('slicer cuts data into small pieces, with pauses', async () => {
    const slices = { sizeBytes: 100, variationBytes: 10, pauseMicros: 10_000 };
    const result = await play({ kind: 'slicer', ...slices, ...reach }, async () => {
      const { bytes, lastByteMs } = await exchange(link, 4_000);
      expect(bytes).toBe(4_000);
      expect(lastByteMs).toBeGreaterThan(250);
    });
    expect(statusOf(result, 'size of pieces')).toBe(link.embedded ? 'within' : 'unmeasured');
    expect(statusOf(result, 'pause between pieces')).not.toBe(link.embedded ? 'unmeasured' : 'within');
  });

  it('limit_data closes a connection after its bytes', async () => {
    const result = await play({ kind: 'limit_data', limitBytes: 1_500, ...reach }, async () => {
      expect((await exchange(link, 4_000)).bytes).toBe(1_500);
      expect((await exchange(link, 4_000)).bytes).toBe(1_500);
    });
    expect(statusOf(result, 'data let through per connection')).toBe(link.embedded ? 'within' : 'unmeasured');
  });

  it('a fault that someone else removed is found out, and is not an undo that failed', async () => {
    const spec = { kind: 'latency', latencyMs: 20, jitterMs: 5, ...reach } as const;
    const result = await play(spec, async () => {
      await connectToxiproxy(link.apiUrl).deleteToxic(link.proxyName, 'mettle_the-fault');
    });
    expect(statusOf(result, 'kept')).toBe('outside');
  });

  it('no traffic before and none during is missed, where someone could have seen it', async () => {
    const other = await backend.open('silent', { host: '127.0.0.1', port: echo.port });
    const spec = { kind: 'latency', latencyMs: 20, jitterMs: 0, ...reach } as const;
    const request = { spec, link: other, tracker, forMicros: 1e6 };
    const required = await inject({ ...request, id: 'a', traffic: 'required' });
    expect((await required.clear()).traffic.status).toBe(link.embedded ? 'missed' : 'unknown');
    const optional = await inject({ ...request, id: 'b', traffic: 'optional' });
    expect((await optional.clear()).traffic.status).toBe(link.embedded ? 'optional' : 'unknown');
    await other.close();
    expect(backend.get('silent')).toBeUndefined();
  });

  it('points the same address at another upstream', async () => {
    const second = await startEcho();
    const before = link.listen;
    await link.retarget({ host: '127.0.0.1', port: second.port });
    expect(link.upstream.port).toBe(second.port);
    expect(link.listen).toEqual(before);
    await echo.close();
    expect(await roundTrip(link)).toBeTypeOf('number');
    await link.retarget({ host: '127.0.0.1', port: 9 });
    expect(await roundTrip(link)).toBeTypeOf('string');
    await second.close();
    echo = await startEcho();
    await link.retarget({ host: '127.0.0.1', port: echo.port });
  });
}

describe('faults on the embedded proxy', () => {
  behaves(() => Promise.resolve({ toxiproxyUrl: undefined, stop: () => Promise.resolve() }));
});

const binary = findToxiproxy();
describe.skipIf(binary === undefined)('faults on a real Toxiproxy', () => {
  behaves(async () => {
    const server = await startToxiproxy(binary ?? '');
    return { toxiproxyUrl: server.apiUrl, stop: () => server.close() };
  });
});
