// The same table against the embedded proxy and, where there is one, a real Toxiproxy; both columns are printed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startProxyServer } from '../../src/proxy/server.ts';
import { conformanceCases } from '../support/proxy-conformance.ts';
import { apiAt, startEcho, type EchoServer } from '../support/proxy-loopback.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';

interface Running {
  readonly apiUrl: string;
  close(): Promise<void>;
}

const columns = ['embedded', 'real'] as const;
type Column = (typeof columns)[number];

const outcomes = new Map<string, string>();
const cell = (column: Column, says: string): string => outcomes.get(`${column} ${says}`) ?? '–';

function conforms(column: Column, start: () => Promise<Running>): void {
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
    async ({ run, name, says }) => {
      outcomes.set(`${column} ${says}`, 'differs');
      await run({ api: apiAt(server.apiUrl), upstream: `127.0.0.1:${echo.port}`, name });
      outcomes.set(`${column} ${says}`, 'as said');
    },
  );
}

describe('the embedded proxy', () => {
  conforms('embedded', () => startProxyServer({ host: '127.0.0.1', port: 0, seed: 1, metrics: true }));
});

const binary = findToxiproxy();
describe.skipIf(binary === undefined)('a real Toxiproxy', () => {
  conforms('real', () => startToxiproxy(binary ?? '', ['-proxy-metrics']));
});

afterAll(() => {
  const rows = conformanceCases.map(
    ({ says }) => `| ${says} | ${columns.map((column) => cell(column, says)).join(' | ')} |`,
  );
  const table = ['| the API | embedded | real |', '| --- | --- | --- |', ...rows, ''].join('\n');
  console.log(table);
  const artifacts = process.env['METTLE_ARTIFACTS'];
  if (artifacts !== undefined) writeFileSync(join(artifacts, 'conformance.md'), table);
});
