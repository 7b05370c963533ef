// A service in a real container is loaded like any other server on this machine.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, runMeasured, type Workspace } from '../support/cli.ts';
import { dockerMissing, openDockerYard, type DockerYard } from '../support/docker.ts';

const missing = await dockerMissing();

describe.skipIf(missing !== undefined)('a service in a container', () => {
  let workspace: Workspace;
  let yard: DockerYard;

  beforeAll(async () => {
    workspace = await openWorkspace();
    yard = await openDockerYard();
  });

  afterAll(async () => {
    await yard.close();
    await workspace.close();
  });

  it('keeps its promises through its published port', async () => {
    const { url } = await yard.startContainer({ port: 'chosen by Docker' });
    const flags = ['--rate', '40/s', '--for', '3s', '--slo', 'error_rate < 1%'];
    const result = await runMeasured(workspace, [url, ...flags]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const series = lastRecord(workspace).series.find(({ kind }) => kind === 'step');
    expect(series).toMatchObject({ offered: 120, ok: 120 });
  });
});
