// The commands around a run: validate, schema, target, chaos.

import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Toxiproxy, type Latency } from 'toxiproxy-node-client';
import { packagePath } from '../../src/kernel/entry.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftAfter, leftOf } from '../support/cli-left.ts';
import { dial, portOf, startEcho } from '../support/proxy-loopback.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const seesProcesses = canSeeProcesses();

describe('validate', () => {
  it('accepts what this project ships', async () => {
    const scenarios = (await readdir(packagePath('scenarios'))).filter((name) => name.endsWith('.yml'));
    expect(scenarios.length).toBeGreaterThan(2);
    const own = scenarios.map((name) => `scenarios/${name}`);
    const files = [...own, 'targets/toxic-detector/target.yml'].map(packagePath);
    const result = await workspace.run(['validate', ...files]);
    expect(result.exitCode, result.stdout).toBe(0);
    for (const name of scenarios) expect(result.stdout).toContain(`${name}: a valid scenario file`);
    expect(result.stdout).toMatch(/target\.yml: a valid target file/);
  });

  it('shows every problem of every file at its place, with what was meant', async () => {
    const target = await writeTarget(workspace, { more: ['observ: { process: true }'] });
    const more = ['sede: 7', 'warmup: 5'];
    const scenario = await writeScenario(workspace, { name: 'wrong', target: 'no-such-target', more });
    const result = await workspace.run(['validate', scenario, target]);
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toMatch(/wrong\.yml:6:1: .*"sede".*did you mean "seed"/);
    expect(result.stdout).toMatch(/wrong\.yml:7:9: 5 has no unit/);
    expect(result.stdout).toMatch(/fixture\.target\.yml:\d+:1: .*"observ".*did you mean "observe"/);
    const json = await workspace.run(['validate', scenario, target, '--json']);
    expect(json.exitCode).toBe(2);
    expect((JSON.parse(json.stdout) as unknown[]).length).toBe(2);
  });
});

describe('schema', () => {
  it.each(['scenario', 'target'])('prints the %s schema that is kept in the repository', async (kind) => {
    const { exitCode, stdout } = await workspace.run(['schema', kind]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      JSON.parse(readFileSync(packagePath(`schema/${kind}.schema.json`), 'utf8')),
    );
  });

  it('refuses a kind that it does not know', async () => {
    const { exitCode, stderr } = await workspace.run(['schema', 'scenarios']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('scenario');
  });
});

describe('target', () => {
  it('list shows those in reach with their variants', async () => {
    const { exitCode, stdout } = await workspace.run(['target', 'list']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^toxic-detector {2}before, after {2}.*target\.yml$/m);
  });

  it('start keeps one up until Ctrl-C, and leaves nothing', async () => {
    const variants = { plain: {}, other: {} };
    const target = await writeTarget(workspace, { name: 'kept', variants, backend: true });
    const unnamed = await workspace.run(['target', 'start', target]);
    expect(unnamed.exitCode).toBe(2);
    expect(unnamed.stderr).toContain('plain, other');
    const mettle = workspace.start(['target', 'start', target, '--variant', 'plain']);
    await mettle.until('it is up', () => mettle.stdout().includes('Ctrl-C stops it.'));
    const url = /http {2}(http:\S+)/.exec(mettle.stdout())?.[1] ?? '';
    expect(await (await fetch(`${url}/via`, { headers: { connection: 'close' } })).text()).toBe('answer');
    const footprint = footprintOf(mettle.pid, workspace);
    const status = await workspace.run(['chaos', 'status']);
    expect(status.exitCode).toBe(0);
    expect(status.stdout).toMatch(
      /^active: mettle target start .*\n( {2}.*\n)* {2}process tree of kept \(plain\)\n/,
    );
    mettle.ctrlC();
    expect((await mettle.ended).exitCode).toBe(0);
    if (seesProcesses) expect(leftOf(workspace, footprint)).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('start that is stopped while the target is getting ready leaves nothing', async () => {
    const variants = { only: { READY_AFTER_MS: '600000' } };
    const target = await writeTarget(workspace, { name: 'slow-start', variants });
    const mettle = workspace.start(['target', 'start', target]);
    let footprint = footprintOf(mettle.pid, workspace);
    await mettle.until('something listens', () => {
      footprint = footprintOf(mettle.pid, workspace);
      return !seesProcesses || footprint.listening.size > 0;
    });
    mettle.ctrlC();
    const { exitCode, stderr } = await mettle.ended;
    expect(exitCode, stderr).toBe(130);
    if (seesProcesses) expect(leftOf(workspace, footprint)).toEqual([]);
  });
});

describe('chaos proxy', () => {
  it('is driven by the public Toxiproxy client as a real server is, until Ctrl-C', async () => {
    const mettle = workspace.start(['chaos', 'proxy', '--port', '0']);
    await mettle.until('its API is up', () => mettle.stdout().includes('API on'));
    const apiUrl = /http:\/\/\S+:\d+/.exec(mettle.stdout())?.[0] ?? '';
    const footprint = footprintOf(mettle.pid, workspace);
    const echo = await startEcho();
    const client = new Toxiproxy(apiUrl);
    const upstream = `127.0.0.1:${echo.port}`;
    const proxy = await client.createProxy({ name: 'echo', listen: '127.0.0.1:0', upstream });
    const open = await dial(portOf(proxy.listen));
    const fastMs = await open.roundTripMs('a');
    const slow = { name: 'slow', type: 'latency', stream: 'downstream', toxicity: 1 } as const;
    await proxy.addToxic<Latency>({ ...slow, attributes: { latency: 400, jitter: 0 } });
    const slowMs = await open.roundTripMs('b');
    expect(slowMs).toBeGreaterThanOrEqual(400 * 0.95);
    expect(slowMs).toBeGreaterThan(2 * fastMs);
    await echo.close();

    const second = await workspace.run(['chaos', 'proxy', '--port', new URL(apiUrl).port]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain(new URL(apiUrl).port);
    expect(second.stderr).not.toMatch(/\n\s+at /);

    mettle.ctrlC();
    expect((await mettle.ended).exitCode).toBe(0);
    if (seesProcesses) expect(leftOf(workspace, footprint)).toEqual([]);
  });
});

describe.skipIf(!seesProcesses)('chaos status and rollback', () => {
  it('name and clear what was left when Mettle and its watchdog were both killed', async () => {
    const target = await writeTarget(workspace, { name: 'orphan', backend: true });
    const mettle = workspace.start(['target', 'start', target]);
    await mettle.until('it is up', () => mettle.stdout().includes('is up'));
    const footprint = footprintOf(mettle.pid, workspace);
    const watchdog = [...footprint.processes.keys()].find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('watchdog-main'),
    );
    process.kill(watchdog ?? NaN, 'SIGKILL');
    mettle.kill('SIGKILL');
    await mettle.ended;
    const before = await workspace.run(['chaos', 'status']);
    expect(before.exitCode).toBe(4);
    expect(before.stdout).toMatch(/^left behind: mettle target start /);
    expect(before.stdout).toMatch(/process tree of orphan \(only\)/);
    expect(before.stdout).toContain('mettle chaos rollback');
    // Every other command names it too, and does its work all the same.
    const other = await workspace.run(['target', 'start', 'no-such-target']);
    expect(other.stderr).toMatch(/left behind by "mettle target start .*" \(.*\): process tree of orphan/);
    const rollback = await workspace.run(['chaos', 'rollback']);
    expect(rollback.exitCode, rollback.stdout).toBe(0);
    expect(rollback.stdout).toMatch(/undone: process tree of orphan \(only\)/);
    expect(await leftAfter(workspace, footprint, 2_000)).toEqual([]);
    const again = await workspace.run(['chaos', 'rollback', '--json']);
    expect([again.exitCode, JSON.parse(again.stdout)]).toEqual([0, { undone: [], failed: [] }]);
    const after = await workspace.run(['chaos', 'status']);
    expect([after.exitCode, after.stdout]).toEqual([0, 'nothing is active and nothing is left behind\n']);
  });
});
