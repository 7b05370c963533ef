// Faults on real containers, through the whole program: they happen under load, are undone, and leave nothing behind.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, recordFolders, runMeasured } from '../support/cli.ts';
import type { Workspace } from '../support/cli.ts';
import { docker, dockerMissing, openDockerYard } from '../support/docker.ts';
import type { DockerYard, TestContainer } from '../support/docker.ts';

const missing = await dockerMissing();
const allowed = 'mettle.allow=true';

let workspace: Workspace;
let yard: DockerYard;

interface Written {
  readonly container: Pick<TestContainer, 'name' | 'url'>;
  readonly fault: object;
  readonly docker?: object;
}

/** Forty requests a second at a container, and one fault on it after one second. */
async function write(written: Written): Promise<string> {
  const target = {
    name: 'boxed',
    variants: { live: { http: written.container.url } },
    ...(written.docker === undefined ? {} : { docker: written.docker }),
  };
  const targetFile = join(workspace.folder, 'target.yml');
  await writeFile(targetFile, JSON.stringify(target));
  const scenario = {
    ...{ name: 'boxed', target: targetFile, slo: ['p50(visit) < 1s during steady'] },
    flows: { visit: { steps: [{ http: 'GET /', name: 'visit', timeout: '2s' }] } },
    load: [{ flow: 'visit', arrivals: [{ rate: '40/s', for: '5s' }] }],
    chaos: [{ id: 'hit', at: '1s', for: '2s', on: `container:${written.container.name}`, ...written.fault }],
  };
  return await workspace.file('scenario.yml', JSON.stringify(scenario));
}

const stateOf = async (name: string): Promise<string> =>
  await docker('inspect', '--format', '{{.State.Status}} {{.State.Paused}}', name);
const startedAt = async (name: string): Promise<string> =>
  await docker('inspect', '--format', '{{.State.StartedAt}}', name);

async function nothingLeft(): Promise<void> {
  const status = await workspace.run(['chaos', 'status']);
  expect(status.stdout + status.stderr).toMatch(/nothing/i);
}

describe.skipIf(missing !== undefined)('faults on containers', () => {
  beforeAll(async () => {
    workspace = await openWorkspace();
    yard = await openDockerYard();
  });

  afterAll(async () => {
    await yard.close();
    await workspace.close();
  });

  it.each([
    { fault: { fault: 'pause' }, again: false },
    { fault: { fault: 'kill' }, again: true },
    { fault: { fault: 'kill', with: { signal: 'SIGTERM' } }, again: true },
    { fault: { fault: 'stop', with: { grace: '1s' } }, again: true },
    { fault: { fault: 'restart', with: { grace: '1s' } }, again: true },
  ])('$fault: takes effect under load, and is undone', async ({ fault, again }) => {
    const container = await yard.startContainer({ labels: [allowed] });
    const before = await startedAt(container.name);
    const result = await runMeasured(workspace, [await write({ container, fault })]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const record = lastRecord(workspace);
    const [played] = record.faults;
    expect(played).toMatchObject({
      ...{ id: 'hit', kind: fault.fault, on: `container:${container.name}`, status: 'undone', note: null },
      traffic: { status: 'unknown' },
    });
    expect(played?.with).toMatchObject({ containers: container.name });
    expect(played?.fidelity.map(({ status }) => status)).not.toContain('outside');
    expect(await stateOf(container.name)).toBe('running false');
    expect((await startedAt(container.name)) !== before).toBe(again);
    expect(record.phases.map(({ name }) => name)).toContain('fault:hit');
    const [series] = record.series;
    // Paused: late, but answered within the two seconds it is held. Ended: refused or reset.
    if (again) expect(series?.failed).toBeGreaterThan(0);
    expect((series?.responseMicros.max ?? 0) > 500_000 || (series?.failed ?? 0) > 0).toBe(true);
    await nothingLeft();
  });

  it('chooses by the service of the target’s own Compose project, and no other project’s', async () => {
    const compose = (project: string): string[] => [
      `com.docker.compose.project=${project}`,
      'com.docker.compose.service=web',
    ];
    const ours = await yard.startContainer({ labels: compose('shop') });
    const other = await yard.startContainer({ labels: compose('bank') });
    const fault = { fault: 'pause', on: 'service:web' };
    const path = await write({ container: ours, fault, docker: { project: 'shop' } });
    const result = await runMeasured(workspace, [path]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(lastRecord(workspace).faults[0]?.with).toMatchObject({ containers: ours.name });
    expect(await stateOf(other.name)).toBe('running false');
  });

  it.each([
    ['one without a label', { labels: [] }, { fault: 'kill' }, 'mettle.allow=true'],
    ['one that would vanish', { labels: [allowed], flags: ['--rm'] }, { fault: 'stop' }, '--rm'],
    [
      ...(['a port that Docker chose', { labels: [allowed], port: 'chosen by Docker' as const }] as const),
      ...([{ fault: 'restart' }, 'port that Docker chose'] as const),
    ],
  ])('refuses %s before anything is started', async (_what, options, fault, said) => {
    const container = await yard.startContainer(options);
    const before = await startedAt(container.name);
    const folders = recordFolders(workspace).length;
    const result = await workspace.run(['run', await write({ container, fault })]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(2);
    expect(result.stderr).toContain(container.name);
    expect(result.stderr).toContain(said);
    expect(recordFolders(workspace)).toHaveLength(folders);
    expect([await stateOf(container.name), await startedAt(container.name)]).toEqual([
      'running false',
      before,
    ]);
  });

  it('says which engine cannot be reached, which container is not there, and what an unlisted host needs', async () => {
    const container = { name: 'nobody-knows-this', url: 'http://127.0.0.1:1/' };
    const path = await write({ container, fault: { fault: 'pause' } });
    const cases: [string | undefined, string][] = [
      [undefined, 'no container matches container:nobody-knows-this'],
      ['unix:///nowhere/docker.sock', 'unix:///nowhere/docker.sock cannot be reached'],
      ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:1 cannot be reached'],
      ['tcp://192.0.2.1:2375', '192.0.2.1'],
      ['ssh://somewhere', 'cannot be used'],
    ];
    for (const [host, said] of cases) {
      const env = host === undefined ? {} : { DOCKER_HOST: host };
      const result = await workspace.run(['run', path], { env });
      expect(result.exitCode, result.stdout + result.stderr).toBe(2);
      expect(result.stderr).toContain(said);
    }
  });

  it('tells that the container was removed while the fault was on, and leaves no journal', async () => {
    const container = await yard.startContainer({ labels: [allowed] });
    const path = await write({ container, fault: { fault: 'pause' } });
    const running = workspace.start(['run', path]);
    await running.until('it is paused', async () => (await stateOf(container.name)) === 'paused true');
    await docker('rm', '--force', container.name);
    const { exitCode, stdout, stderr } = await running.ended;
    expect(exitCode, stdout + stderr).toBe(3);
    const [played] = lastRecord(workspace).faults;
    expect(played?.status).toBe('undone');
    expect(played?.fidelity.find(({ name }) => name === 'kept')?.status).toBe('outside');
    await nothingLeft();
  });
});
