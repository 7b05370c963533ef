// Requests as nobody should send them, for whoever answers Toxiproxy's API.

import fc from 'fast-check';
import { request } from 'node:http';

export interface FuzzCall {
  readonly method: string;
  /** Sent as it is: nothing is normalised. */
  readonly path: string;
  readonly body: string | Buffer | undefined;
  /** Without a length, in pieces. */
  readonly chunked: boolean;
}

export interface FuzzAnswer {
  readonly status: number;
  readonly text: string;
}

/** Rejects when there is no whole answer within 10 s. */
export function sendRaw(apiUrl: string, { method, path, body, chunked }: FuzzCall): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(apiUrl);
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const framing = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes.length };
  const headers = body === undefined ? {} : framing;
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers, agent: false, signal: AbortSignal.timeout(10_000) },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    const pieces = chunked ? [bytes.subarray(0, 1), bytes.subarray(1)] : [bytes];
    for (const piece of pieces.filter(({ length }) => length > 0)) sent.write(piece);
    sent.end();
  });
}

const proxyNames = fc.constantFrom('a', 'b', 'ü ñ', '__proto__', 'constructor', '🦆');
const toxicNames = fc.constantFrom('t', 'latency_downstream', '__proto__', 'ü');
const segment = (names: fc.Arbitrary<string>): fc.Arbitrary<string> => names.map(encodeURIComponent);

const usualPath: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('/version', '/proxies', '/populate', '/proxies', '/populate'),
  segment(proxyNames).map((name) => `/proxies/${name}`),
  segment(proxyNames).map((name) => `/proxies/${name}/toxics`),
  fc
    .tuple(segment(proxyNames), segment(toxicNames))
    .map(([proxy, toxic]) => `/proxies/${proxy}/toxics/${toxic}`),
  segment(proxyNames).map((name) => `/proxies/${name}/observation`),
);

const oddPath: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      '/',
      '//',
      '/proxies/',
      '/proxies//toxics',
      '/proxies/..',
      '/proxies/%2e%2e/reset',
      '/proxies/a%2Ftoxics',
    ],
    ...[
      '/%zz',
      '/proxies/%00',
      '/proxies/a/toxics/',
      '/PROXIES',
      '/version?x=1',
      '/proxies/a/observation?sinceMicros=x',
    ],
    ...['/populate/..', '/../proxies', `/proxies/${'x'.repeat(5_000)}`, '/proxies/a/toxics/t/u', '/metrics'],
  ),
  fc.webPath({ size: 'small' }).map((path) => `/${path}`.replaceAll(/[^\x21-\x7e]/g, '')),
);

const oddNumber = fc.oneof(
  fc.constantFrom(0, -1, 1, 1.5, -0, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 63, 2 ** 64, 5e-324, 0.1),
  fc.integer(),
  fc.double({ noNaN: true }),
);

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddNumber,
  fc.string({ maxLength: 12 }),
  fc.constantFrom(null, true, false, '', 'upstream', 'downstream', 'DOWNSTREAM', 'a', 'latency', [], {}, [
    [],
  ]),
  fc.jsonValue({ maxDepth: 3 }),
);

const types = [
  'latency',
  'bandwidth',
  'slow_close',
  'timeout',
  'reset_peer',
  'slicer',
  'limit_data',
  'noop',
  '',
];
const attributeKeys = [
  'latency',
  'jitter',
  'rate',
  'delay',
  'timeout',
  'average_size',
  'size_variation',
  'bytes',
  'x',
];
const addresses = [
  '127.0.0.1:9',
  'nowhere',
  '',
  ':',
  '127.0.0.1:99999',
  '127.0.0.1:0',
  '256.0.0.1:1',
  '[::1]:9',
];

export const sometimes = <Value>(usual: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: oddValue });

const anyCase = fc.constantFrom(
  (key: string) => key,
  (key: string) => key.toUpperCase(),
);

const renamed = (body: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc
    .tuple(body, anyCase)
    .map(([value, write]) =>
      Object.fromEntries(
        Object.entries(value).map(([key, member]): [string, unknown] => [write(key), member]),
      ),
    );

const proxyBody = renamed(
  fc.record(
    {
      name: sometimes(proxyNames),
      listen: sometimes(fc.constantFrom('127.0.0.1:0', '127.0.0.1:0', ...addresses)),
      upstream: sometimes(fc.constantFrom(...addresses)),
      enabled: sometimes(fc.boolean()),
      whenDown: fc.constantFrom('refuse', 'reset', 'sulk'),
      ttlMs: oddNumber,
      unknown: oddValue,
    },
    { requiredKeys: [] },
  ),
);

const toxicBody = renamed(
  fc.record(
    {
      type: sometimes(fc.constantFrom(...types)),
      name: sometimes(toxicNames),
      stream: sometimes(fc.constantFrom('upstream', 'downstream', 'sideways')),
      toxicity: sometimes(fc.constantFrom(0, 0.5, 1, 2, -1)),
      attributes: sometimes(fc.dictionary(fc.constantFrom(...attributeKeys), sometimes(oddNumber))),
      ttlMs: oddNumber,
      unknown: oddValue,
    },
    { requiredKeys: [] },
  ),
);

const jsonBody: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: proxyBody },
  { weight: 4, arbitrary: toxicBody },
  { weight: 2, arbitrary: fc.array(sometimes(proxyBody), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ proxies: fc.array(proxyBody, { maxLength: 2 }) }) },
  { weight: 2, arbitrary: oddValue },
);

const written = jsonBody.map((value) => JSON.stringify(value));

const broken: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.constantFrom<(string | Buffer)[]>(
    ...[
      '',
      ' ',
      '{',
      '[',
      '"',
      'NaN',
      '{"name": NaN}',
      '{"name": Infinity}',
      'undefined',
      '{} {}',
      '[1,]',
      '\u0000',
    ],
    ...[
      '{"name":"a","name":"b","upstream":"127.0.0.1:9","listen":"127.0.0.1:0"}',
      '{"name":"\\ud800","upstream":"x:1"}',
    ],
    ...[
      '['.repeat(50_000),
      '{"a":'.repeat(50_000),
      `{"name":${'9'.repeat(400)}}`,
      '{"toxicity":1e999,"type":"latency"}',
    ],
    ...[
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
      Buffer.from([0x22, 0xc3, 0x28, 0x22]),
      '\ufeff{}',
      ' '.repeat(1_100_000),
    ],
  ),
  written.chain((text) => fc.nat({ max: text.length }).map((at) => text.slice(0, at))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

const body: fc.Arbitrary<FuzzCall['body']> = fc.oneof(
  { weight: 6, arbitrary: written },
  { weight: 2, arbitrary: broken },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

export const fuzzCalls: fc.Arbitrary<readonly FuzzCall[]> = fc.array(
  fc.record({
    method: fc.constantFrom(
      'GET',
      'POST',
      'POST',
      'POST',
      'PATCH',
      'PATCH',
      'DELETE',
      'PUT',
      'OPTIONS',
      'HEAD',
    ),
    path: fc.oneof({ weight: 5, arbitrary: usualPath }, { weight: 1, arbitrary: oddPath }),
    body,
    chunked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
