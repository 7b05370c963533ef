// One fault by hand on a container of a real engine: in effect, undone, and refused where nobody has allowed it.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import {
  docker,
  dockerMissing,
  type DockerYard,
  openDockerYard,
  type TestContainer,
} from '../support/docker.ts';

const noDocker = await dockerMissing();

describe.skipIf(noDocker !== undefined)('mettle chaos apply on a container', () => {
  let yard: DockerYard;
  let container: TestContainer;
  let closed: TestContainer;
  let workspace: Workspace;
  beforeAll(async () => {
    yard = await openDockerYard();
    container = await yard.startContainer({ labels: ['mettle.allow=true'] });
    closed = await yard.startContainer();
  });
  afterAll(() => yard.close());
  beforeEach(async () => {
    workspace = await openWorkspace();
  });
  afterEach(() => workspace.close());

  const statusOf = ({ id }: TestContainer): Promise<string> =>
    docker('inspect', '--format', '{{.State.Status}}', id);
  const on = (): readonly string[] => ['--on', `container:${container.name}`];

  it('holds it for its time, undoes it, and says what was seen', async () => {
    const mettle = workspace.start(['chaos', 'apply', 'container-paused', ...on(), '--for', '2s', '--json']);
    await mettle.until('it is paused', async () => (await statusOf(container)) === 'paused');
    const { exitCode, stdout } = await mettle.ended;
    expect(await statusOf(container)).toBe('running');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'pause',
      status: 'undone',
      containers: [container.name],
    });
    expect(exitCode).toBe(0);
  });

  it('Ctrl-C ends it early, and undoes it', async () => {
    const mettle = workspace.start(['chaos', 'apply', 'pause', ...on(), '--for', '60s']);
    await mettle.until('it is in effect', () => mettle.stderr().includes('took effect'));
    mettle.ctrlC();
    expect((await mettle.ended).exitCode).toBe(130);
    expect(await statusOf(container)).toBe('running');
    expect((await workspace.run(['chaos', 'status'])).exitCode).toBe(0);
  });

  it.each([
    ['one that nobody has allowed', () => ['pause', '--on', `container:${closed.name}`], 'mettle.allow=true'],
    [
      'one that is not there',
      () => ['pause', '--on', 'container:mettle-test-nobody'],
      'no container matches',
    ],
    ['a command without --allow-exec', () => ['exec', ...on(), ...argv], '--allow-exec'],
    ['a fault of links', () => ['down', ...on()], 'cannot be put on containers'],
    ['--pick on a proxy', () => ['down', '--on', 'db', '--pick', '1'], '--pick is for containers'],
  ] as const)('refuses %s, and changes nothing', async (_what, args, words) => {
    const { exitCode, stderr } = await workspace.run(['chaos', 'apply', ...args(), '--for', '1s']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect([await statusOf(container), await statusOf(closed)]).toEqual(['running', 'running']);
  });
});

const argv = ['--with', 'command=["true"]', '--with', 'undo=["true"]'];
