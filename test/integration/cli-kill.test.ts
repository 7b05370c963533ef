// kill -9 of Mettle in the middle of a run: its watchdog leaves nothing of the run, and touches nothing else.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Toxiproxy, type Latency } from 'toxiproxy-node-client';
import { packagePath } from '../../src/kernel/entry.ts';
import { lastRecord, openWorkspace, type RunningCli, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftAfter } from '../support/cli-left.ts';
import { findToxiproxy, startToxiproxy } from '../support/real-toxiproxy.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

const withinMs = 5_000;
const binary = findToxiproxy();

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

async function expectInterrupted(): Promise<void> {
  expect(lastRecord(workspace).verdict).toMatchObject({ status: 'interrupted', exitCode: 130 });
  const status = await workspace.run(['chaos', 'status']);
  expect([status.exitCode, status.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
}

async function kill(mettle: RunningCli): Promise<string[]> {
  const footprint = footprintOf(mettle.pid, workspace);
  mettle.kill('SIGKILL');
  return await leftAfter(workspace, footprint, withinMs);
}

describe.skipIf(!canSeeProcesses())('after kill -9 of Mettle', () => {
  it('no process, PostgreSQL, port or temporary folder of a whole run is left within 5 s', async () => {
    const mettle = workspace.start([
      'run',
      packagePath('scenarios/toxic-detector.yml'),
      '--variant',
      'after',
    ]);
    await mettle.until('faults are active', () => /fault poor-network/.test(mettle.stderr()), 60_000);
    const footprint = footprintOf(mettle.pid, workspace);
    // Mettle, its watchdog, PostgreSQL and its helpers, the service, its models, the extension.
    expect(footprint.processes.size).toBeGreaterThanOrEqual(10);
    expect(footprint.listening.size).toBeGreaterThanOrEqual(5);
    expect(await kill(mettle)).toEqual([]);
    await expectInterrupted();
  });

  it('a target that was held goes on, so that it can end, and nothing of it is left within 5 s', async () => {
    const target = await writeTarget(workspace);
    const still = { id: 'still', at: '500ms', for: '20s', fault: 'pause', on: 'target', inject: 'always' };
    const path = await writeScenario(workspace, { target, for: '25s', chaos: [still] });
    const mettle = workspace.start(['run', path]);
    await mettle.until('the fault is active', () => /fault still took effect/.test(mettle.stderr()), 60_000);
    expect(await kill(mettle)).toEqual([]);
    await expectInterrupted();
  });

  it.skipIf(binary === undefined)(
    'a Toxiproxy server has neither proxy nor toxic of ours, and all that was someone else’s',
    async () => {
      const server = await startToxiproxy(binary ?? '');
      try {
        const client = new Toxiproxy(server.apiUrl);
        const foreign = { name: 'theirs', listen: '127.0.0.1:0', upstream: '127.0.0.1:9' };
        const attributes: Latency = { latency: 70, jitter: 0 };
        const toxic = {
          type: 'latency',
          name: 'slow',
          stream: 'upstream',
          toxicity: 0.5,
          attributes,
        } as const;
        await (await client.createProxy(foreign)).addToxic<Latency>(toxic);
        const proxies = async (): Promise<Record<string, unknown>> =>
          (await (await fetch(`${server.apiUrl}/proxies`)).json()) as Record<string, unknown>;
        const { theirs } = await proxies();
        expect(JSON.stringify(theirs)).toContain('"latency":70');
        const target = await writeTarget(workspace, { backend: true });
        const slow = {
          id: 'slow',
          at: '300ms',
          for: '20s',
          fault: 'latency',
          on: 'backend',
          inject: 'always',
        };
        const chaos = [{ ...slow, with: { latency: '50ms' } }];
        const path = await writeScenario(workspace, { target, path: '/via', for: '25s', chaos });
        const mettle = workspace.start(['run', path, '--toxiproxy', server.apiUrl]);
        await mettle.until('our toxic is on the server', async () => {
          return JSON.stringify(await proxies()).includes('"latency":50');
        });
        expect(await kill(mettle)).toEqual([]);
        expect(await proxies()).toEqual({ theirs });
        await expectInterrupted();
      } finally {
        await server.close();
      }
    },
  );
});
