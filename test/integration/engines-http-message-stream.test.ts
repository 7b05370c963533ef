// Streamed answers, followed event by event on real connections.

import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineEnvironment } from '../../src/engines/engine.ts';
import { opened } from '../support/http-listener.ts';

const world = opened();
afterEach(world.close);

interface Seen {
  readonly values: [kind: string, valueMicros: number][];
  events: number;
}

function watched(): { seen: Seen; environment: Partial<EngineEnvironment> } {
  const seen: Seen = { values: [], events: 0 };
  const observer: EngineEnvironment['observer'] = {
    observe: (_series, kind, _at, value) => seen.values.push([kind, value]),
    tally: (_series, name, _at, by) => {
      if (name === 'events') seen.events += by;
    },
  };
  return { seen, environment: { observer } };
}

const sse = { 'content-type': 'text/event-stream; charset=utf-8' };

async function follow(listener: RequestListener) {
  const { seen, environment } = watched();
  let closedEarly = 0;
  const base = await world.serve((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closedEarly += 1;
    });
    listener(request, response);
  });
  const user = world.user({ http: base }, environment);
  return { user, seen, closed: () => closedEarly };
}

/** An event every `everyMs`, for as long as somebody listens. */
const ticking =
  (everyMs: number, write: (n: number) => string): RequestListener =>
  (_, response) => {
    response.writeHead(200, sse);
    let n = 0;
    const timer = setInterval(() => response.write(write(n++)), everyMs);
    response.on('close', () => clearInterval(timer));
  };

const send = (response: ServerResponse, ...events: string[]): void => {
  response.writeHead(200, sse);
  for (const event of events) response.write(event);
};

describe('a stream of events', () => {
  it('is followed to its end: first byte, first event, gaps and the whole are apart', async () => {
    const { user, seen } = await follow((_, response) => {
      send(response, ': welcome\n\n');
      setTimeout(() => response.write('data: 1\n\n'), 100);
      setTimeout(() => response.write('data: 2\n\n'), 250);
      setTimeout(() => response.end('data: 3\n\n'), 300);
    });
    const sample = await user.send({ http: 'GET /', stream: 'events', expect: { events: 3 } });
    expect(sample).toMatchObject({ error: null, answered: true, status: '200' });
    expect(seen.events).toBe(3);
    expect(seen.values.map(([kind]) => kind)).toEqual(['firstEvent', 'eventGap', 'eventGap']);
    const [first = 0, gap = 0] = seen.values.map(([, value]) => value);
    expect(sample.firstByteMicros).toBeLessThan(first - 50_000);
    expect(first).toBeGreaterThan(95_000);
    expect(gap).toBeGreaterThan(100_000);
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(295_000);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['a number of events', { events: 3 }, 3],
    ['an event that matches', { match: { '$.n': 4, '$.to': '{{name}}' } }, 5],
    ['a text', { text: 'n":2,"to":"{{name}}' }, 3],
    ['a type', { event: 'fifth' }, 5],
  ])('is left after %s, which is no failure', async (_, until, events) => {
    const { user, seen, closed } = await follow(
      ticking(10, (n) => `${n === 4 ? 'event: fifth\n' : ''}data: {"n":${n},"to":"ada"}\n\n`),
    );
    user.scope.set('name', 'ada');
    const sample = await user.send({
      http: 'GET /',
      stream: { until },
      capture: { n: '$.n' },
      timeout: '20s',
    });
    expect(sample).toMatchObject({ error: null, answered: true });
    expect(sample.censored).toBeUndefined();
    expect(seen.events).toBe(events);
    expect(user.scope.values['n']).toBe(events - 1);
    await expect.poll(closed).toBe(1);
  });

  it('is left after a time, counted from the beginning of the answer', async () => {
    const { user, seen, closed } = await follow((_, response) => {
      setTimeout(() => send(response, 'data: 1\n\n'), 150);
    });
    const sample = await user.send({ http: 'GET /', stream: { for: '200ms' } });
    expect(sample).toMatchObject({ error: null, answered: true });
    expect(sample.endedAtMicros - sample.startedAtMicros).toBeGreaterThan(340_000);
    expect(seen.events).toBe(1);
    await expect.poll(closed).toBe(1);
  });

  it('several events in one piece count up to the one that was enough', async () => {
    const { user, seen } = await follow((_, response) => send(response, 'data: 1\n\ndata: 2\n\ndata: 3\n\n'));
    expect((await user.send({ http: 'GET /', stream: { until: { events: 2 } } })).error).toBeNull();
    expect(seen.events).toBe(2);
    expect(seen.values).toHaveLength(2);
  });

  it('can be followed again by the same user, on a new connection', async () => {
    const { user } = await follow(ticking(5, (n) => `data: ${n}\n\n`));
    for (let time = 0; time < 3; time += 1) {
      expect((await user.send({ http: 'GET /', stream: { until: { events: 2 } } })).error).toBeNull();
    }
  });

  it('asks for events, and not for compressed ones', async () => {
    let headers: Record<string, unknown> = {};
    const { user } = await follow((request, response) => {
      ({ headers } = request);
      send(response);
      response.end();
    });
    await user.send({ http: 'GET /', stream: 'events' });
    expect(headers['accept']).toBe('text/event-stream');
    expect(headers).not.toHaveProperty('accept-encoding');
  });

  it('of lines has an event per line, the last one also without its end', async () => {
    const { user, seen } = await follow((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end('{"done":false}\n\n{"done":false}\n{"done":true}');
    });
    const step = { http: 'POST /api/chat', json: {}, stream: 'lines', expect: { json: { '$.done': true } } };
    expect((await user.send(step)).error).toBeNull();
    expect(seen.events).toBe(3);
  });

  it('is followed after a redirect, whose own body is no part of it', async () => {
    const { user, seen } = await follow((request, response) => {
      if (request.url === '/a') response.writeHead(307, { ...sse, location: '/b' }).end('data: no\n\n');
      else {
        send(response, 'data: 1\n\n');
        response.end();
      }
    });
    expect((await user.send({ http: 'GET /a', redirects: 1, stream: 'events' })).error).toBeNull();
    expect(seen.events).toBe(1);
  });
});

describe('a stream that is not as it should be', () => {
  it('ends early: the expectation that it was to meet', async () => {
    const { user } = await follow((_, response) => {
      send(response, 'data: 1\n\n');
      response.end();
    });
    const cases = [
      [{ until: { events: 2 } }, 'the stream ended after 1 events, before 2 events came'],
      [
        { until: { match: { '$.done': true } } },
        'the stream ended after 1 events, before one that matches came',
      ],
      [{ for: '20s' }, 'the stream ended after 1 events, before 20s were over'],
    ] as const;
    for (const [stream, reason] of cases) {
      const sample = await user.send({ http: 'GET /', stream });
      expect(sample).toMatchObject({ error: 'expectation', answered: true });
      expect(sample.example).toBe(`GET / → ${reason}`);
    }
    const few = await user.send({ http: 'GET /', stream: 'events', expect: { events: '>= 2' } });
    expect(few.example).toBe('GET / → 1 events came, not >= 2');
  });

  it('stalls: a timeout, before the first event and between two; comments are no events', async () => {
    const { user } = await follow((request, response) => {
      send(response, request.url === '/first' ? '' : 'data: 1\n\n');
      const timer = setInterval(() => response.write(': still here\n\n'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const stream = { gapTimeout: '150ms' };
    const first = await user.send({ http: 'GET /first', stream });
    expect(first).toMatchObject({ error: 'timeout', answered: false });
    expect(first.example).toBe('GET /first → no event for 150ms after 0 events');
    const second = await user.send({ http: 'GET /second', stream });
    expect(second.example).toBe('GET /second → no event for 150ms after 1 events');
    expect(second.endedAtMicros - second.startedAtMicros).toBeLessThan(10_000_000);
  });

  it('does not stall while events come, however long it lasts', async () => {
    const { user, seen } = await follow(ticking(40, (n) => `data: ${n}\n\n`));
    const sample = await user.send({ http: 'GET /', stream: { gapTimeout: '1s', until: { events: 30 } } });
    expect(sample.error).toBeNull();
    expect(seen.events).toBe(30);
  });

  it('never ends: the timeout of the step, with what had come', async () => {
    const { user } = await follow(ticking(20, (n) => `data: ${n}\n\n`));
    const sample = await user.send({ http: 'GET /', stream: 'events', timeout: '200ms' });
    expect(sample).toMatchObject({ error: 'timeout', answered: false });
    expect(sample.example).toMatch(/no complete answer within 200ms, after \d+ events/);
  });

  it('is cut off by a reset', async () => {
    const { user } = await follow((_, response) => {
      send(response, 'data: 1\n\n');
      setTimeout(() => response.socket?.resetAndDestroy(), 30);
    });
    const sample = await user.send({ http: 'GET /', stream: { until: { events: 5 } } });
    expect(sample).toMatchObject({ error: 'reset', answered: false });
  });

  it('is in flight when the run ends: censored, not failed by itself', async () => {
    const { user } = await follow(ticking(10, (n) => `data: ${n}\n\n`));
    const run = new AbortController();
    setTimeout(() => run.abort(), 100);
    const sample = await user.send({ http: 'GET /', stream: { until: { events: 1_000_000 } } }, run.signal);
    expect(sample).toMatchObject({ error: 'timeout', censored: true, answered: false });
  });

  it('is something else: the content type is named', async () => {
    const { user, seen } = await follow((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.url === '/end') response.end('{}');
      else response.write('{');
    });
    const sample = await user.send({ http: 'GET /end', stream: 'events' });
    expect(sample).toMatchObject({ error: 'expectation' });
    expect(sample.example).toContain('content-type is application/json, not text/event-stream');
    const waiting = await user.send({ http: 'GET /wait', stream: { gapTimeout: '80ms' } });
    expect(waiting.example).toContain('no event for 80ms after 0 events (content-type is application/json');
    expect(seen.events).toBe(0);
  });

  it('is a redirect that is not followed: an answer like any other, and no stream', async () => {
    const { user } = await follow((_, response) => response.writeHead(302, { location: '/x' }).end());
    const sample = await user.send({ http: 'GET /', stream: 'events' });
    expect(sample).toMatchObject({ error: 'expectation', status: '302' });
    expect(sample.example).toContain('content-type is absent');
  });

  it('is an error page: its status, with its body', async () => {
    const { user, seen } = await follow((_, response) => response.writeHead(503, sse).end('data: full\n\n'));
    const sample = await user.send({ http: 'GET /', stream: { until: { events: 1 } } });
    expect(sample).toMatchObject({ error: 'status', status: '503' });
    expect(sample.example).toContain('full');
    expect(seen.events).toBe(0);
  });

  it('has an event without an end: given up, in bounded memory', async () => {
    const { user } = await follow((_, response) => {
      send(response, 'data: 1\n\ndata: ');
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const sample = await user.send({ http: 'GET /', stream: 'events', timeout: '20s' });
    expect(sample).toMatchObject({ error: 'protocol', answered: false });
    expect(sample.example).toContain('an event of more than 1MiB after 1 events');
    expect(sample.bytes).toBeLessThan(32 * 1_048_576);
  });
});
