// Random requests that mean the same to the embedded proxy and to the original, so that both must agree on the answer.

import fc from 'fast-check';
import { type FuzzCall, sometimes } from './api-fuzz.ts';

/** Bodies that mean the same to both servers: in range, whole, and nothing that only one of them knows. */
export const tameCalls: fc.Arbitrary<readonly FuzzCall[]> = fc.array(
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom('/proxies', '/proxies/a', '/proxies/b'),
        fc.constantFrom('POST', 'PATCH'),
        sometimes(
          fc.record(
            {
              name: fc.constantFrom('a', 'b', ''),
              listen: fc.constantFrom('127.0.0.1:0', '127.0.0.1:0', '127.0.0.1:99999', 'nowhere'),
              upstream: fc.constantFrom('127.0.0.1:9', '', '127.0.0.1:10'),
              enabled: fc.oneof(fc.boolean(), fc.constantFrom('yes', 1, null)),
            },
            { requiredKeys: [] },
          ),
        ),
      )
      .map(([path, method, value]) => ({ path, method, body: JSON.stringify(value), chunked: false })),
    fc
      .tuple(
        fc.constantFrom(
          '/proxies/a/toxics',
          '/proxies/b/toxics',
          '/proxies/a/toxics/t',
          '/proxies/b/toxics/t',
        ),
        fc.constantFrom('POST', 'PATCH'),
        fc.record(
          {
            type: fc.constantFrom('latency', 'timeout', 'bandwidth', 'slow_close', 'nope', '', 7, null),
            name: fc.constantFrom('t', 'u', ''),
            stream: fc.constantFrom('upstream', 'downstream', 'Upstream', 'sideways', ''),
            toxicity: fc.constantFrom(0, 0.5, 1, '1', null, true),
            attributes: fc.oneof(
              fc.dictionary(fc.constantFrom('latency', 'timeout', 'rate', 'delay'), fc.nat({ max: 99 })),
              fc.constantFrom([], 'x', null, { latency: '5' }, { latency: 1.5 }, { timeout: null }),
            ),
          },
          { requiredKeys: [] },
        ),
      )
      .map(([path, method, value]) => ({ path, method, body: JSON.stringify(value), chunked: false })),
    fc
      .tuple(
        fc.constantFrom(
          '/proxies/a',
          '/proxies/b',
          '/proxies/a/toxics/t',
          '/reset',
          '/version',
          '/proxies',
          '/nowhere',
        ),
        fc.constantFrom('GET', 'DELETE', 'PUT', 'POST'),
      )
      .map(([path, method]) => ({ path, method, body: undefined, chunked: false })),
    fc
      .array(
        fc.record({
          name: fc.constantFrom('a', 'b'),
          upstream: fc.constantFrom('127.0.0.1:9', ''),
          listen: fc.constant('127.0.0.1:0'),
        }),
        { maxLength: 2 },
      )
      .map((list) => ({ path: '/populate', method: 'POST', body: JSON.stringify(list), chunked: true })),
  ),
  { minLength: 1, maxLength: 15 },
);
