// What real engines record, as the metrics read it: which requests have a first byte, which open a connection.

import { afterEach, expect, it } from 'vitest';
import { stepInputSchemas } from '../../src/engines/registry.ts';
import type { Step } from '../../src/scenario/scenario.ts';
import { opened } from '../support/http-listener.ts';
import { arrivals, flowOf, planOf, second } from '../support/load-plans.ts';
import { measureOf, read, statistic } from '../support/measured-slices.ts';
import { runLoad } from '../support/run-load.ts';
import { runDataOf } from '../support/run-record.ts';
import { say, startWsServer } from '../support/ws-servers.ts';

const open = opened();
afterEach(() => open.close());

const http = (name: string, written: Record<string, unknown> = {}): Step =>
  stepInputSchemas.http.parse({ http: `GET /${name}`, name, onError: 'continue', ...written });
const ws = (written: { readonly ws: string; readonly [key: string]: unknown }): Step =>
  stepInputSchemas.ws.parse(written);

const offered = 100;

it('first bytes, connections, bytes and starts of HTTP steps', async () => {
  const url = await open.serve((request, response) => {
    if (request.url === '/silent') return;
    response.statusCode = request.url === '/bad' ? 503 : 200;
    response.write('x'.repeat(100));
    // The head has arrived; the rest never does.
    if (request.url !== '/stalled') response.end('x'.repeat(100));
  });
  const steps = [
    http('good'),
    http('bad'),
    http('own', { keepAlive: false }),
    // A timeout ends its connection: on their own, so that they take none from the steps above.
    http('stalled', { timeout: '1s', keepAlive: false }),
    http('silent', { timeout: '1s', keepAlive: false }),
  ];
  const { slices } = await runLoad(
    planOf(url, flowOf(steps), [arrivals(50, 2)], { gracefulStopMicros: 5 * second }),
  );
  const data = runDataOf({ slices, elapsedMicros: 2 * second });
  const of = (metric: string, subject: string, name?: string) =>
    read(data, measureOf(metric, { subject, argument: name === undefined ? null : statistic(name) }));

  for (const name of ['good', 'bad', 'own', 'stalled'])
    expect(of('first_byte', name, 'max')).toMatchObject({ atLeast: false, samples: offered });
  expect(of('first_byte', 'silent')).toMatchObject({ atLeast: true, samples: offered });
  // Each request of its own connection tells how it was opened; of kept ones there are far fewer.
  expect(of('connect', 'own', 'max')).toMatchObject({ samples: offered, atLeast: false, note: null });
  expect(of('connect', 'good', 'max').samples).toBeLessThan(offered);
  expect(of('dns', 'own')).toMatchObject({ value: null, note: 'no data: no name was looked up' });
  expect(of('bytes', 'own')).toMatchObject({ value: 200, samples: offered });
  expect(of('bytes', 'bad')).toMatchObject({ value: 200, samples: offered });
  expect(of('count', 'good')).toMatchObject({ value: offered });
  expect(of('rate', 'good').value).toBeGreaterThan(0);
  expect(of('rate', 'good').value).toBeLessThanOrEqual(50);
  expect(of('connections_lost', 'good').value).toBeNull();
});

it('round trips, pings and connections of WebSocket steps', async () => {
  const server = await startWsServer({ onMessage: (socket, { id }) => say(socket, { type: 'reply', id }) });
  open.onClose(() => server.close());
  const steps = [
    ws({ ws: 'connect /', as: 'feed', name: 'connect', ping: 'every 400ms' }),
    ws({
      ...{ ws: 'send feed', name: 'ask', json: { id: '{{uuid}}' } },
      reply: { match: { '$.id': '{{sent.id}}' } },
    }),
    ws({ ws: 'send feed', name: 'tell', json: { id: '{{uuid}}' } }),
    { kind: 'think', minMicros: 1_000_000, maxMicros: 1_000_000 } as const,
    ws({ ws: 'close feed', name: 'close' }),
  ];
  const plan = planOf('http://127.0.0.1:1', flowOf(steps), [arrivals(50, 2)], {
    addresses: { http: undefined, ws: server.url, clients: {} },
    gracefulStopMicros: 5 * second,
  });
  const { slices } = await runLoad(plan);
  const data = runDataOf({ slices, elapsedMicros: 2 * second });
  const of = (metric: string, subject: string) =>
    read(data, measureOf(metric, { subject, argument: statistic('max') }));

  expect(of('round_trip', 'ask')).toMatchObject({ atLeast: false, samples: offered });
  for (const name of ['tell', 'connect', 'close', 'flow:main'])
    expect(of('round_trip', name).value).toBeNull();
  expect(of('connect', 'connect')).toMatchObject({ samples: offered, atLeast: false });
  expect(of('ping', 'connect')).toMatchObject({ atLeast: false });
  expect(of('ping', 'connect').samples).toBeGreaterThan(offered);
  expect(of('connections_lost', 'connect')).toMatchObject({ value: 0, samples: offered });
  // The answers to `tell`, which asks for none.
  expect(of('unmatched', 'connect')).toMatchObject({ value: offered, samples: offered });
  expect(of('first_byte', 'ask').value).toBeNull();
  expect(of('reconnect', 'connect')).toMatchObject({ value: null, nothingToJudge: true });
});
