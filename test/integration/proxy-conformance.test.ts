// The same table against the embedded proxy and, where there is one, a real Toxiproxy.

import { afterAll, beforeAll, describe, it } from 'vitest';
import { startProxyServer } from '../../src/proxy/server.ts';
import { conformanceCases } from '../support/proxy-conformance.ts';
import { apiAt, startEcho, type EchoServer } from '../support/proxy-loopback.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';

interface Running {
  readonly apiUrl: string;
  close(): Promise<void>;
}

function conforms(start: () => Promise<Running>): void {
  let echo: EchoServer;
  let server: Running;
  beforeAll(async () => {
    echo = await startEcho();
    server = await start();
  });
  afterAll(async () => {
    await server.close();
    await echo.close();
  });
  it.each(conformanceCases.map((wanted, index) => ({ ...wanted, name: `case-${index}` })))(
    '$says',
    async ({ run, name }) => {
      await run({ api: apiAt(server.apiUrl), upstream: `127.0.0.1:${echo.port}`, name });
    },
  );
}

describe('the embedded proxy', () => {
  conforms(() => startProxyServer({ host: '127.0.0.1', port: 0, seed: 1, metrics: true }));
});

const binary = findToxiproxy();
describe.skipIf(binary === undefined)('a real Toxiproxy', () => {
  conforms(() => startToxiproxy(binary ?? '', ['-proxy-metrics']));
});
