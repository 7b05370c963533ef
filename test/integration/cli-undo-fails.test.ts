// A server that will not let go of a toxic: everything else is undone, the exit code says it, and so does how to finish.

import { existsSync, readFileSync } from 'node:fs';
import { createServer, request as sendRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/compare/schema.ts';
import { startProxyThread } from '../../src/proxy/start-thread.ts';
import { readHistory } from '../../src/record/history.ts';
import { lastRecord, openWorkspace, recordFolders, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftAfter } from '../support/cli-left.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
const closers: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  workspace = await openWorkspace();
  closers.push(() => workspace.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Mood = 'well' | 'refuses' | 'hangs';

/** A Toxiproxy server that takes toxics and proxies and, in its moods, does not give them back. */
async function moodyServer(): Promise<{
  url: string;
  mood: (mood: Mood) => void;
  proxies: () => Promise<object>;
}> {
  const real = await startProxyThread({ host: '127.0.0.1', port: 0, seed: 1 });
  closers.push(() => real.close());
  let mood: Mood = 'well';
  const server = createServer((request, response) => {
    if (request.method !== 'DELETE' || mood === 'well') relay(request, response, real.apiUrl);
    else if (mood === 'refuses') response.writeHead(500).end('{"error":"out of order","status":500}');
  });
  const url = await listening(server);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const proxies = async (): Promise<object> =>
    (await (await fetch(`${real.apiUrl}/proxies`)).json()) as object;
  return { url, mood: (next) => (mood = next), proxies };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function relay(request: IncomingMessage, response: ServerResponse, apiUrl: string): void {
  const { method, url, headers } = request;
  const onward = sendRequest(`${apiUrl}${url ?? '/'}`, {
    method,
    headers: { ...headers, host: new URL(apiUrl).host },
  });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** A toxic that cannot be taken off, and a process that is held meanwhile. */
async function faultedScenario(lasting = '2s'): Promise<string> {
  const target = await writeTarget(workspace, { backend: true });
  const slow = {
    id: 'slow',
    at: '500ms',
    for: '700ms',
    fault: 'latency',
    on: 'backend',
    with: { latency: '20ms' },
  };
  const still = { id: 'still', at: '600ms', for: '300ms', fault: 'pause', on: 'target' };
  const chaos = [slow, still].map((fault) => ({ ...fault, inject: 'always' }));
  return await writeScenario(workspace, { target, path: '/via', for: lasting, chaos });
}

it.each<Mood>(['refuses', 'hangs'])(
  'a Toxiproxy that %s: all others are undone, exit code 4, how to finish is said, and rollback finishes',
  async (mood) => {
    const server = await moodyServer();
    server.mood(mood);
    const path = await faultedScenario();
    const mettle = workspace.start(['run', path, '--toxiproxy', server.url], { limitMs: 150_000 });
    await mettle.until('the load goes on', () => /took effect/.test(mettle.stderr()));
    const footprint = canSeeProcesses() ? footprintOf(mettle.pid, workspace) : null;
    const result = await mettle.ended;
    expect(result.exitCode, result.stdout + result.stderr).toBe(4);
    expect(result.stderr).toMatch(
      new RegExp(`by hand: curl -X DELETE ${server.url}/proxies/mettle_\\w+_backend/toxics/mettle_slow`),
    );
    expect(result.stderr).toContain(mood === 'hangs' ? 'did not answer within' : 'out of order');
    const report = /^report: +(\S+report\.html)$/m.exec(result.stderr)?.[1] ?? 'no report is named';
    expect(existsSync(report), report).toBe(true);
    const faults = lastRecord(workspace).faults.map(({ id, status }) => [id, status]);
    expect(faults).toEqual([
      ['slow', 'undo failed'],
      ['still', 'undone'],
    ]);
    if (footprint !== null) {
      const left = (await leftAfter(workspace, footprint, 5_000)).filter(
        (line) => !line.startsWith('journal '),
      );
      expect(left).toEqual([]);
    }

    const status = await workspace.run(['chaos', 'status']);
    expect(status.exitCode).toBe(4);
    expect(status.stdout).toContain('latency on backend (fault slow)');
    const named = await workspace.run(['validate', path]);
    expect(named.exitCode).toBe(0);
    expect(named.stderr).toContain('latency on backend (fault slow)');
    expect(named.stderr).toContain('mettle chaos rollback');

    server.mood('well');
    const rollback = await workspace.run(['chaos', 'rollback']);
    expect(rollback.exitCode, rollback.stdout + rollback.stderr).toBe(0);
    expect(await server.proxies()).toEqual({});
    expect((await workspace.run(['chaos', 'status'])).exitCode).toBe(0);
  },
  240_000,
);

it('a proxy that stays when the run is over: the record says so too, although its faults were undone', async () => {
  const server = await moodyServer();
  const path = await faultedScenario('4s');
  const mettle = workspace.start(['run', path, '--toxiproxy', server.url], { limitMs: 60_000 });
  await mettle.until('the faults are over', () => /fault slow ended/.test(mettle.stderr()));
  server.mood('refuses');
  const result = await mettle.ended;
  expect(result.exitCode, result.stdout + result.stderr).toBe(4);
  const { faults, grounds, verdict } = lastRecord(workspace);
  expect(faults.map(({ status }) => status)).toEqual(['undone', 'undone']);
  expect(verdict).toMatchObject({ status: 'fail', exitCode: 4 });
  expect(verdict.reasons[0]).toContain('by hand: curl -X DELETE');
  expect(grounds?.undoFailed).toEqual([verdict.reasons[0]]);
  const { entries } = await readHistory(join(workspace.outFolder, 'history'));
  expect(entries).toMatchObject([{ verdict: { status: 'fail', exitCode: 4 } }]);
  // A machine too busy to measure makes it unfit before that.
  expect([verdict.reasons[0], ...(grounds?.invalid ?? [])]).toContain(entries[0]?.unfit);
  // Judged by other promises the run has left it behind all the same.
  const milder = await workspace.file('milder.yml', 'slo:\n  - p50(work) < 20s\n');
  const again = await workspace.run(['report', recordFolders(workspace)[0]!, '--judge', milder]);
  expect(again.exitCode, again.stdout).toBe(4);

  server.mood('well');
  expect((await workspace.run(['chaos', 'rollback'])).exitCode).toBe(0);
  expect(await server.proxies()).toEqual({});
});

it(
  'one that stays when a verification is over: the comparison says so, too',
  { timeout: 300_000, retry: 1 },
  async () => {
    const server = await moodyServer();
    const target = await writeTarget(workspace, { backend: true, variants: { before: {}, after: {} } });
    const slow = { id: 'slow', at: '300ms', for: '300ms', fault: 'latency', on: 'backend' };
    const chaos = [{ ...slow, with: { latency: '20ms' }, inject: 'always' }];
    const primary = ['variant: after', 'primary: p50(work)'];
    const path = await writeScenario(workspace, { target, path: '/via', for: '1s', chaos, more: primary });
    const asked = ['verify', path, '--quick', '--cool-down', '0s', '--toxiproxy', server.url];
    const mettle = workspace.start(asked, { limitMs: 290_000 });
    // Of the last run: its own undo has been done by then, and what is left is the proxy.
    const last = /run 12 of 12[\s\S]*fault slow ended/;
    await mettle.until('the last fault is over', () => last.test(mettle.stderr()), 280_000);
    server.mood('refuses');
    const result = await mettle.ended;
    expect(result.exitCode, result.stdout + result.stderr).toBe(4);
    const folder = recordFolders(workspace)[0]!;
    const { runs, verdict } = comparisonSchema.parse(
      JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8')),
    );
    expect(runs.length).toBeGreaterThanOrEqual(12);
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 4 });
    expect(verdict.reasons[0]).toContain('by hand: curl -X DELETE');
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('by hand: curl');

    server.mood('well');
    expect((await workspace.run(['chaos', 'rollback'])).exitCode).toBe(0);
  },
);
