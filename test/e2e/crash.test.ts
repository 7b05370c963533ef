// kill -9 of all that is Mettle, with a fault of each kind in effect: a toxic on a real Toxiproxy, a paused container, a
// held process. The watchdog undoes all of it; when it is killed too, the next command names it and clears it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Footprint, footprintOf, leftAfter, leftOf } from '../support/cli-left.ts';
import { lastRecord, openWorkspace, type RunningCli, type Workspace } from '../support/cli.ts';
import {
  docker,
  dockerMissing,
  type DockerYard,
  openDockerYard,
  type TestContainer,
} from '../support/docker.ts';
import { findToxiproxy, type RealToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

const withinMs = 5_000;
const noDocker = await dockerMissing();
const binary = findToxiproxy();

interface Journalled {
  readonly event?: string;
  readonly pid?: number;
}

/** The watchdog writes itself into the journal. */
function watchdogPid(stateFolder: string): number {
  const name = readdirSync(stateFolder).find((file) => file.startsWith('journal-')) ?? '';
  const lines = readFileSync(join(stateFolder, name), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Journalled);
  return events.find(({ event }) => event === 'watchdog')?.pid ?? 0;
}

/** As the kernel tells it: `T` is stopped. */
const stateOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
};

describe.skipIf(noDocker !== undefined || binary === undefined)('after kill -9, watchdog or not', () => {
  let yard: DockerYard;
  let container: TestContainer;
  let workspace: Workspace;
  let server: RealToxiproxy;

  beforeAll(async () => {
    yard = await openDockerYard();
    container = await yard.startContainer({ labels: ['mettle.allow=true'] });
  });
  afterAll(() => yard.close());
  beforeEach(async () => {
    workspace = await openWorkspace();
    server = await startToxiproxy(binary ?? '');
  });
  afterEach(async () => {
    await server.close();
    await workspace.close();
  });

  const proxies = async (): Promise<Record<string, unknown>> =>
    (await (await fetch(`${server.apiUrl}/proxies`)).json()) as Record<string, unknown>;
  const containerStatus = (): Promise<string> =>
    docker('inspect', '--format', '{{.State.Status}}', container.id);

  /** Resolves when all three faults are in effect, seen from outside. */
  async function break3(): Promise<{ mettle: RunningCli; footprint: Footprint; held: number[] }> {
    const target = await writeTarget(workspace, { backend: true });
    const always = { at: '300ms', for: '40s', inject: 'always', traffic: 'optional' };
    const chaos = [
      { ...always, id: 'slow', fault: 'latency', on: 'backend', with: { latency: '50ms' } },
      { ...always, id: 'frozen', fault: 'pause', on: `container:${container.name}` },
      { ...always, id: 'held', at: '600ms', fault: 'pause', on: 'target' },
    ];
    const path = await writeScenario(workspace, { target, path: '/via', rate: '10/s', for: '45s', chaos });
    const mettle = workspace.start(['run', path, '--toxiproxy', server.apiUrl]);
    const heldNow = (): number[] =>
      [...footprintOf(mettle.pid, workspace).processes.keys()].filter((pid) => stateOf(pid) === 'T');
    await mettle.until('three faults are in effect', async () => {
      const toxic = JSON.stringify(await proxies()).includes('"latency":50');
      return toxic && (await containerStatus()) === 'paused' && heldNow().length > 0;
    });
    return { mettle, footprint: footprintOf(mettle.pid, workspace), held: heldNow() };
  }

  /** All of its process group: the watchdog lives in a session of its own. */
  async function killGroup(mettle: RunningCli): Promise<void> {
    process.kill(-mettle.pid, 'SIGKILL');
    await mettle.ended;
  }

  async function expectClean(): Promise<void> {
    expect(await proxies()).toEqual({});
    expect(await containerStatus()).toBe('running');
    const status = await workspace.run(['chaos', 'status']);
    expect([status.exitCode, status.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
    expect(lastRecord(workspace).verdict).toMatchObject({ status: 'interrupted', exitCode: 130 });
  }

  it('of its process group: all three are undone, verified and forgotten within 5 s', async () => {
    const { mettle, footprint } = await break3();
    await killGroup(mettle);
    expect(await leftAfter(workspace, footprint, withinMs)).toEqual([]);
    await expectClean();
  });

  it('of the watchdog too: status names what is left, rollback clears it', async () => {
    const { mettle, footprint, held } = await break3();
    process.kill(watchdogPid(workspace.stateFolder), 'SIGKILL');
    await killGroup(mettle);
    await wait(1_000); // time in which someone could undo it: nobody may be there
    expect(JSON.stringify(await proxies())).toContain('"latency":50');
    expect(await containerStatus()).toBe('paused');
    expect(held.map(stateOf)).toEqual(held.map(() => 'T'));

    const status = await workspace.run(['chaos', 'status']);
    expect(status.exitCode).toBe(4);
    expect(status.stdout).toMatch(/left behind: .*run/);
    for (const name of ['fault slow', 'fault frozen', 'fault held', container.name]) {
      expect(status.stdout).toContain(name);
    }
    expect(status.stdout).toContain('mettle chaos rollback');
    const other = await workspace.run(['validate', join(workspace.folder, 'short.yml')]);
    expect(other.stderr).toContain('mettle chaos rollback');

    const rollback = await workspace.run(['chaos', 'rollback']);
    expect([rollback.exitCode, rollback.stderr]).toEqual([0, '']);
    expect(rollback.stdout).toMatch(/undone: .*fault held[^]*undone: /);
    expect(leftOf(workspace, footprint)).toEqual([]);
    await expectClean();
  });
});
