// `mettle run` on a target that exposes metrics: promises about them, the record, the report, and judging it again.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastRecord, openWorkspace, readRun, recordFolders, type Workspace } from '../support/cli.ts';

let workspace: Workspace;
let server: Server;
const served = { answers: 0, scrapes: 0 };

const exposed = (): string => `# TYPE answers_total counter
answers_total{code="200"} ${served.answers}
# TYPE pool_in_use gauge
pool_in_use 3
`;

const scenario = `name: scraped
target: target.yml
variant: up
flows: { ask: { steps: [{ http: GET /, name: ask }] } }
load:
  - flow: ask
    arrivals: [{ rate: 20/s, for: 6s }]
warmup: 1s
slo:
  - metric(answers_total) > 15
  - metric(answers_total) < 25
  - metric(pool_in_use) <= 3
  - metric(pool_in_usse) < 99
  - metric(answers_total{code="500"}) < 1
`;

beforeAll(async () => {
  workspace = await openWorkspace();
  server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      served.answers += 1;
      response.end('hello');
      return;
    }
    served.scrapes += 1;
    if (served.scrapes === 3) response.writeHead(503).end();
    else response.end(exposed());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = `name: counted\nvariants: { up: { http: "${url}" } }\nobserve: { prometheus: GET /metrics }\n`;
  await workspace.file('target.yml', target);
  await workspace.file('scraped.yml', scenario);
});
afterAll(async () => {
  server.close();
  await workspace.close();
});

it('judges what the target told, and never passes what it did not', async () => {
  const result = await workspace.run(['run', 'scraped.yml']);
  const record = lastRecord(workspace);
  expect(
    record.slo.map(({ text, status }) => [text, status]),
    result.stderr,
  ).toEqual([
    ['metric(answers_total) > 15', 'pass'],
    ['metric(answers_total) < 25', 'pass'],
    ['metric(pool_in_use) <= 3', 'pass'],
    ['metric(pool_in_usse) < 99', 'invalid'],
    ['metric(answers_total{code="500"}) < 1', 'invalid'],
  ]);
  expect(record.slo[3]?.reason).toContain('did you mean `pool_in_use`?');
  expect(record.verdict.status).toBe('invalid');
  expect(record.scraping).toMatchObject({ series: 2, failures: 1, firstFailure: 'status 503' });
  expect(record.notes.join()).toMatch(/1 of \d+ scrapes failed, the first at [\d.]+m?s: status 503/);
});

it('shows it, and judges it again from the record alone', async () => {
  const [folder = ''] = recordFolders(workspace);
  const html = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(html).toContain('id="scraped-0"');
  expect(html).toContain('scrape failed');
  expect(readFileSync(join(folder, 'scrapes.ndjson'), 'utf8')).toContain('"name":"answers_total"');
  await workspace.file(
    'other.yml',
    'slo:\n  - metric(answers_total) < 10\n  - metric(pool_in_use, max) < 4\n',
  );
  const again = await workspace.run(['report', folder, '--judge', 'other.yml']);
  const judged = readRun(join(folder, 'judged-other'));
  expect(
    judged.slo.map(({ status }) => status),
    again.stderr,
  ).toEqual(['fail', 'pass']);
});
