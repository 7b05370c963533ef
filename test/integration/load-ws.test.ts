// WebSocket flows through real load threads: every request, loss and refusal in its place, with exact sums.

import { afterEach, describe, expect, it } from 'vitest';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import { addCounts } from '../../src/measure/counts.ts';
import type { Slice, SliceCounts } from '../../src/measure/slice.ts';
import { emptyCounts } from '../../src/measure/slice.ts';
import type { LoadEntry, Step } from '../../src/scenario/scenario.ts';
import { flowOf, planOf, second } from '../support/load-plans.ts';
import { runLoad } from '../support/run-load.ts';
import type { KnownWsOptions, KnownWsServer } from '../support/ws-servers.ts';
import { say, startWsServer } from '../support/ws-servers.ts';

const servers: KnownWsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const ws = (written: { readonly ws: string; readonly [key: string]: unknown }): Step =>
  stepInputSchemas.ws.parse(written);
const pause = (seconds: number): Step => ({
  kind: 'think',
  minMicros: seconds * second,
  maxMicros: seconds * second,
});
const connect = ws({ ws: 'connect /', as: 'feed', name: 'connect' });
const close = ws({ ws: 'close feed', name: 'close' });

const users = (count: number, iterations: number): LoadEntry => ({
  model: 'users',
  flows: ['main'],
  delayMicros: 0,
  everyMicros: null,
  iterations: { count: iterations, per: 'user' },
  stages: [{ fromUsers: count, toUsers: count, forMicros: 20 * second }],
});

function countsOf(slices: readonly Slice[], series: string): SliceCounts {
  const counts = emptyCounts();
  for (const slice of slices) if (slice.series === series) addCounts(counts, slice.counts);
  return counts;
}

async function load(init: KnownWsOptions, steps: readonly Step[], entry: LoadEntry) {
  const server = await startWsServer(init);
  servers.push(server);
  const flow = flowOf(steps);
  const plan = planOf('http://127.0.0.1:1', flow, [entry], {
    addresses: { http: undefined, ws: server.url, clients: {} },
  });
  const { slices } = await runLoad(plan);
  return { server, counts: (series: string) => countsOf(slices, series) };
}

describe('a load of WebSockets', () => {
  it('has many requests outstanding per socket, each ending with its own reply', async () => {
    const [people, requests] = [6, 100];
    const held = new Map<unknown, unknown[]>();
    const { counts } = await load(
      {
        // Nothing is answered before the last request: in turn and waiting for each, none of them would ever end.
        onMessage: (socket, { id }) => {
          const ids = held.get(socket) ?? [];
          held.set(socket, ids);
          ids.push(id);
          if (ids.length < requests) return;
          for (const one of ids.reverse()) {
            say(socket, { type: 'push', id: one });
            say(socket, { type: 'reply', id: one });
          }
        },
      },
      [
        connect,
        {
          kind: 'repeat',
          times: requests,
          forMicros: null,
          everyMicros: null,
          steps: [
            ws({
              ws: 'send feed',
              name: 'ask',
              json: { id: '{{uuid}}' },
              reply: { match: { '$.type': 'reply', '$.id': '{{sent.id}}' }, timeout: '15s' },
              wait: false,
            }),
          ],
        },
        close,
      ],
      users(people, 1),
    );
    const total = people * requests;
    expect(counts('ask')).toMatchObject({ offered: total, started: total, ok: total, answered: total });
    expect(counts('connect').tallies).toEqual({ unmatched: total });
    expect(counts('close')).toMatchObject({ ok: people, statuses: { '1000': people } });
    expect(counts('flow:main')).toMatchObject({ offered: people, ok: people, failed: 0 });
  });

  it('counts refused handshakes as failures of their step and as nothing else', async () => {
    const { server, counts } = await load(
      { refuse: (_, nth) => (nth % 3 === 0 ? 503 : null) },
      [connect, ws({ ws: 'send feed', name: 'tell', text: 'x' }), close],
      users(1, 30),
    );
    expect(server.handshakes).toHaveLength(20);
    expect(counts('connect')).toMatchObject({
      offered: 30,
      ok: 20,
      failed: 10,
      answered: 30,
      errors: { status: 10 },
      statuses: { '503': 10 },
      tallies: {},
    });
    expect(counts('tell')).toMatchObject({ offered: 20, ok: 20, skipped: 10 });
    expect(counts('flow:main')).toMatchObject({ offered: 30, ok: 20, failed: 10, errors: { status: 10 } });
  });

  it('fails iterations whose connection was lost after their last step', async () => {
    const { counts } = await load(
      {
        onConnection: (socket, nth) => {
          if (nth % 2 === 0) setTimeout(() => socket.close(1011), 50);
        },
      },
      [connect, pause(1)],
      users(1, 10),
    );
    expect(counts('connect')).toMatchObject({ offered: 10, ok: 10, failed: 0, tallies: { closed: 5 } });
    expect(counts('flow:main')).toMatchObject({ offered: 10, ok: 5, failed: 5, errors: { reset: 5 } });
  });
});
