import { expect, test } from 'vitest';
import { scenarioFromUrl, type UrlOptions } from '../../../src/scenario/from-url.ts';

test('a URL alone is a GET, ten times a second for thirty seconds', async () => {
  const { scenario, target, extraEnv, warnings } = await scenarioFromUrl(
    'http://127.0.0.1:8080/api/items?limit=5',
  );
  expect(scenario).toMatchObject({
    name: 'GET /api/items',
    file: null,
    target: { kind: 'url', http: 'http://127.0.0.1:8080', ws: null },
    seed: 1,
    durationMicros: 30_000_000,
    warmupMicros: 0,
    load: [{ model: 'arrivals', flows: ['main'], stages: [{ fromPerSecond: 10, toPerSecond: 10 }] }],
    slo: [],
  });
  expect(scenario.flows['main']?.steps).toMatchObject([
    { kind: 'http', method: 'GET', url: '/api/items?limit=5', name: '/api/items' },
  ]);
  expect(target.variants).toMatchObject({
    default: { kind: 'url', http: 'http://127.0.0.1:8080', ws: null },
  });
  expect({ extraEnv, warnings }).toEqual({ extraEnv: {}, warnings: [] });
});

test('options say how much, how long and what is promised', async () => {
  const options = {
    rate: '5/s -> 50/s',
    for: '1m',
    warmup: '5s',
    slo: ['p95 < 200ms'],
    seed: 9,
    allow: ['x.example'],
  };
  const { scenario, target } = await scenarioFromUrl('https://x.example/', options);
  expect(scenario).toMatchObject({
    seed: 9,
    warmupMicros: 5_000_000,
    load: [{ stages: [{ fromPerSecond: 5, toPerSecond: 50, forMicros: 60_000_000 }] }],
    slo: [{ assert: 'p95 < 200ms', severity: 'fail' }],
  });
  expect(target.allow).toEqual(['x.example']);
});

test('what was typed is the limit, the highest of a ramp; what nobody typed is none, and --set changes neither', async () => {
  const limitsOf = async (options: UrlOptions): Promise<unknown> => {
    const { target } = await scenarioFromUrl('https://x.example/', options);
    return target.variants['default'];
  };
  const none = { ratePerSecond: null, users: null };
  expect(await limitsOf({})).toMatchObject({ limits: none });
  expect(await limitsOf({ rate: '50/s -> 5/s' })).toMatchObject({ limits: { ...none, ratePerSecond: 50 } });
  expect(await limitsOf({ users: '0 -> 30' })).toMatchObject({ limits: { ...none, users: 30 } });
  const set = ['load.0.arrivals.0.rate=500/s'];
  expect(await limitsOf({ rate: '5/s', set })).toMatchObject({ limits: { ...none, ratePerSecond: 5 } });
});

test('users make it a closed load', async () => {
  const { scenario } = await scenarioFromUrl('http://127.0.0.1:8080/', { users: '1000', for: '10s' });
  expect(scenario.load).toEqual([
    {
      model: 'users',
      flows: ['main'],
      delayMicros: 0,
      everyMicros: null,
      iterations: null,
      stages: [{ fromUsers: 1000, toUsers: 1000, forMicros: 10_000_000 }],
    },
  ]);
});

test('a WebSocket URL connects, sends and awaits the reply; a user keeps its connection', async () => {
  const arrivals = await scenarioFromUrl('ws://127.0.0.1:8080/stream');
  expect(arrivals.scenario.flows['main']).toMatchObject({
    before: [],
    steps: [
      { kind: 'ws', action: 'connect', url: '/stream', name: 'connect' },
      { kind: 'ws', action: 'send', name: 'ping', reply: { kind: 'any' } },
      { kind: 'ws', action: 'close', name: 'close' },
    ],
  });
  expect(arrivals.warnings).toHaveLength(1);
  const users = await scenarioFromUrl('ws://127.0.0.1:8080/stream', { users: '0 -> 20' });
  expect(users.scenario.flows['main']?.before).toMatchObject([{ action: 'connect' }]);
  expect(users.scenario.flows['main']?.steps).toMatchObject([{ action: 'send' }]);
});

test('braces in a URL are no template', async () => {
  const { scenario } = await scenarioFromUrl('http://127.0.0.1:8080/?filter={{x}}');
  expect(scenario.flows['main']?.steps).toMatchObject([{ url: '/?filter=\\{{x}}' }]);
});

test('the hash does not depend on where the server listens', async () => {
  const hashOf = async (url: string) => (await scenarioFromUrl(url)).scenario.hash;
  expect(await hashOf('http://127.0.0.1:1111/a')).toBe(await hashOf('http://127.0.0.1:2222/a'));
  expect(await hashOf('http://127.0.0.1:1111/a')).not.toBe(await hashOf('http://127.0.0.1:1111/b'));
});

test.each<[string, UrlOptions, string]>([
  ['http://127.0.0.1/', { rate: '50' }, '--rate 50: 50 has no unit; write 50/s'],
  ['http://127.0.0.1/', { for: '30' }, '--for 30: 30 has no unit; write 30s or 30ms'],
  [
    'http://127.0.0.1/',
    { users: 'ten' },
    '--users ten: "ten" is not a number of users such as 50, or a ramp such as 0 -> 50',
  ],
  [
    'http://127.0.0.1/',
    { slo: ['p95 < 200'] },
    '--slo "p95 < 200", character 7: `200` needs a unit — write `200ms`',
  ],
  ['http://127.0.0.1/', { rate: '5/s', users: '5' }, '--users: `--rate` and `--users` exclude each other'],
  [
    'http://127.0.0.1/',
    { warmup: '30s' },
    '--warmup 30s: a warm-up of 30s leaves nothing of a load of 30s — make it shorter than the load',
  ],
  ['http://127.0.0.1/', { set: ['sed=1'] }, '--set sed=1: unknown key "sed" — did you mean "seed"?'],
  [
    'http://me:secret@127.0.0.1/',
    {},
    'http://127.0.0.1: credentials in a URL end up in records; use a scenario file',
  ],
  [
    'ftp://127.0.0.1/',
    {},
    'ftp://127.0.0.1/: expected a URL that begins with http://, https://, ws:// or wss://',
  ],
])('%s %j is refused at its option', async (url, options, message) => {
  await expect(scenarioFromUrl(url, options)).rejects.toMatchObject({
    code: 'INVALID_FILE',
    exitCode: 2,
    message,
  });
});
