// What Mettle has left on a shared server is found by its names: ours is removed on request, another's only when forced.

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateOwner } from '../../src/faults/state-owner.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { type ChaosServer, serverKinds, theirProxy, type TheirProxy } from '../support/chaos-servers.ts';
import { canSeeProcesses, footprintOf } from '../support/cli-left.ts';
import { apiAt } from '../support/proxy-loopback.ts';
import { recordingToxiproxy } from '../support/recording-toxiproxy.ts';

const command = 'c0ffee00c0ffee00';
const madeAt = '65000000'; // 2023-09-12

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
  await mkdir(workspace.stateFolder, { mode: 0o700 });
});
afterEach(() => workspace.close());

describe.each(serverKinds)('on %s', (_kind, start) => {
  let server: ChaosServer;
  let proxy: TheirProxy;
  beforeEach(async () => {
    server = await start(workspace);
    proxy = await theirProxy(server);
  });
  afterEach(async () => {
    await server.close();
    await proxy.close();
  });
  const add = async (path: string, body: object): Promise<void> => {
    expect((await apiAt(server.apiUrl)('POST', path, body)).status).toBeLessThan(300);
  };
  const addProxy = (name: string): Promise<void> =>
    add('/proxies', { name, listen: '127.0.0.1:0', upstream: '127.0.0.1:9' });
  const names = async (): Promise<string[]> => {
    const proxies = Object.entries(await proxy.state());
    return proxies.flatMap(([name, { toxics }]) => [name, ...toxics.map((toxic) => toxic.name)]).sort();
  };
  const chaos = (...args: readonly string[]) =>
    workspace.run(['chaos', ...args, '--toxiproxy', server.apiUrl]);

  it('ours is named and removed; another’s is named, and removed only with --force; the rest stays', async () => {
    const owner = await stateOwner(workspace.stateFolder);
    const ours = `mettle_${command}${owner}${madeAt}_db`;
    const oursOnTheirs = `mettle_${command}${owner}${madeAt}_slow`;
    const others = `mettle_${command}00000000${madeAt}_db`;
    const nobodyKnows = `mettle_${command}_cache`;
    for (const name of [ours, others, nobodyKnows, 'mettle_of_my_own']) await addProxy(name);
    await add('/proxies/db/toxics', { type: 'latency', name: oursOnTheirs });
    await add('/proxies/db/toxics', { type: 'latency', name: 'theirs' });
    await add(`/proxies/${others}/toxics`, { type: 'timeout', name: 'mettle_slow' });
    const theirs = ['db', 'mettle_of_my_own', 'theirs'];

    const status = await chaos('status');
    expect(status.exitCode, status.stderr).toBe(4);
    expect(status.stdout).toContain(`left behind: proxy ${ours}, made 2023-09-12T`);
    expect(status.stdout).toContain(`left behind: toxic ${oursOnTheirs} on db, made 2023-09-12T`);
    expect(status.stdout).toMatch(new RegExp(`perhaps in use: proxy ${others}, made`));
    expect(status.stdout).toMatch(new RegExp(`perhaps in use: proxy ${nobodyKnows}, made nobody knows when`));
    expect(status.stdout).not.toMatch(/of_my_own|theirs|mettle_slow/);
    expect(status.stdout).toContain(`mettle chaos rollback --toxiproxy ${server.apiUrl}`);

    const between = await recordingToxiproxy(server.apiUrl);
    const rollback = await workspace.run(['chaos', 'rollback', '--toxiproxy', between.apiUrl]);
    expect(rollback.exitCode, rollback.stderr).toBe(0);
    expect(rollback.stderr).toMatch(new RegExp(`to be removed from .*: left behind: proxy ${ours}`));
    expect(rollback.stdout).toMatch(new RegExp(`not removed: another Mettle’s.*${others}`));
    expect(await names()).toEqual([...theirs, others, nobodyKnows, 'mettle_slow'].sort());
    expect(between.calls.filter((call) => !call.startsWith('GET ')).sort()).toEqual(
      [`DELETE /proxies/${ours}`, `DELETE /proxies/db/toxics/${oursOnTheirs}`].sort(),
    );
    await between.close();

    const mild = await chaos('status');
    expect([mild.exitCode, mild.stdout]).toEqual([0, expect.stringContaining('perhaps in use')]);
    const forced = await chaos('rollback', '--force');
    expect(forced.exitCode, forced.stdout).toBe(0);
    expect(await names()).toEqual(theirs);
    const unflagged = await workspace.run(['chaos', 'rollback', '--force']);
    expect([unflagged.exitCode, unflagged.stderr]).toEqual([2, expect.stringContaining('--toxiproxy')]);
  });

  it('what a living command has made is neither named nor removed', async () => {
    const mettle = workspace.start([
      ...['chaos', 'apply', 'timeout', '--on', 'db', '--for', '60s', '--toxiproxy', server.apiUrl],
    ]);
    await mettle.until('it is in effect', () => mettle.stderr().includes('took effect'));
    const before = await names();
    expect(before).toHaveLength(2);
    const status = await chaos('status');
    expect(status.exitCode, status.stdout).toBe(0);
    expect((await chaos('rollback', '--force')).exitCode).toBe(0);
    expect(await names()).toEqual(before);
    mettle.ctrlC();
    expect((await mettle.ended).exitCode).toBe(130);
    expect(await names()).toEqual(['db']);
  });

  it.skipIf(!canSeeProcesses())(
    'a toxic whose Mettle, watchdog and journal are all gone is cleared by name, and named by the next command',
    async () => {
      const apply = ['chaos', 'apply', 'latency', '--with', 'latency=50ms', '--on', 'db', '--toxiproxy'];
      const mettle = workspace.start([...apply, server.apiUrl, '--for', '20m']);
      await mettle.until('it is in effect', () => mettle.stderr().includes('took effect'));
      const { processes } = footprintOf(mettle.pid, workspace);
      for (const pid of processes.keys()) {
        const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
        if (line.includes('watchdog-main')) process.kill(pid, 'SIGKILL');
      }
      mettle.kill('SIGKILL');
      await mettle.ended;
      const journals = (await readdir(workspace.stateFolder)).filter((name) => name.startsWith('journal-'));
      for (const name of journals) await rm(join(workspace.stateFolder, name));
      expect(await names()).toHaveLength(2);
      const next = await workspace.run([...apply, server.apiUrl, '--for', '100ms']);
      expect(next.stderr).toMatch(/left behind on \S+: toxic mettle_[0-9a-f]{32}_latency on db, made 20/);
      const rollback = await chaos('rollback', '--json');
      expect(rollback.exitCode).toBe(0);
      expect(JSON.parse(rollback.stdout)).toMatchObject({
        undone: [expect.stringContaining('toxic mettle_')],
        ...{ failed: [], spared: [] },
      });
      expect(await names()).toEqual(['db']);
    },
  );
});
