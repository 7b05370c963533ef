// A Docker engine that takes connections and never answers: a clear end in bounded time.

import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../support/cli.ts';

let workspace: Workspace;
let close: () => void;

beforeEach(async () => {
  workspace = await openWorkspace();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(workspace.folder, 'docker.sock'), resolve));
  close = () => server.close();
});

afterEach(async () => {
  close();
  await workspace.close();
});

it('ends by itself with exit code 2, though the call is never answered', async () => {
  const path = await workspace.file(
    'scenario.yml',
    JSON.stringify({
      ...{ name: 'boxed', target: { http: 'http://127.0.0.1:9' }, slo: ['error_rate < 1%'] },
      flows: { visit: { steps: [{ http: 'GET /', name: 'visit' }] } },
      load: [{ flow: 'visit', arrivals: [{ rate: '1/s', for: '3s' }] }],
      chaos: [{ id: 'hit', at: '1s', for: '1s', fault: 'pause', on: 'container:nobody' }],
    }),
  );
  const env = { DOCKER_HOST: `unix://${join(workspace.folder, 'docker.sock')}` };
  // Ended by SIGKILL, and with exit code null, when it hangs.
  const result = await workspace.run(['run', path], { env, limitMs: 40_000 });
  expect(result.exitCode, result.stdout + result.stderr).toBe(2);
  expect(result.stderr).toContain('did not answer within 10 s');
}, 60_000);
