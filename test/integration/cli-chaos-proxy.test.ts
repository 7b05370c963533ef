// `mettle chaos proxy` as a program of its own: a file of proxies to begin with, and an orderly end.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChaosProxy } from '../support/chaos-servers.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, footprintOf, leftOf } from '../support/cli-left.ts';
import { dial, portOf, startEcho } from '../support/proxy-loopback.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const seesProcesses = canSeeProcesses();

it('begins with the proxies of its file, says where they listen, and closes all of it on SIGTERM', async () => {
  const echo = await startEcho();
  const upstream = `127.0.0.1:${echo.port}`;
  const listen = '127.0.0.1:0';
  const proxies = [
    { name: 'on', listen, upstream },
    { name: 'off', listen, upstream, enabled: false },
  ];
  const config = await workspace.file('toxiproxy.json', JSON.stringify(proxies));
  const mettle = workspace.start(['chaos', 'proxy', '--port', '0', '--config', config, '--json']);
  await mettle.until('it is up', () => mettle.stdout().endsWith('}\n'));
  const footprint = footprintOf(mettle.pid, workspace);
  const document = JSON.parse(mettle.stdout()) as {
    readonly api: string;
    readonly proxies: readonly { readonly listen: string }[];
  };
  expect(document.proxies).toMatchObject([
    { name: 'on', enabled: true, upstream },
    { name: 'off', enabled: false, upstream },
  ]);
  expect(await (await fetch(`${document.api}/proxies`)).json()).toMatchObject({ on: {}, off: {} });
  const client = await dial(portOf(document.proxies[0]?.listen ?? ''));
  await client.roundTripMs('a');
  expect(client.received()).toBe('a');
  mettle.kill('SIGTERM');
  expect((await mettle.ended).exitCode).toBe(0);
  await client.until(({ state }) => state() !== 'open');
  if (seesProcesses) expect(leftOf(workspace, footprint)).toEqual([]);
  client.socket.destroy();
  await echo.close();
});

it('that cannot begin says why in one message, exit code 2, and leaves nothing', async () => {
  const first = await startChaosProxy(workspace);
  const { port } = new URL(first.apiUrl);
  const taken = [{ name: 'taken', listen: `127.0.0.1:${port}`, upstream: '127.0.0.1:9' }];
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--config', 'no.json'], /no\.json: the proxies cannot be made: ENOENT/],
    [['--config', await workspace.file('torn.json', '[{')], /torn\.json: the proxies cannot be made/],
    [['--config', await workspace.file('map.json', '{"a": 1}')], /map\.json: .*must be an array/],
    [['--config', await workspace.file('half.json', '[{"name": "a"}]')], /missing required field: upstream/],
    [['--config', await workspace.file('taken.json', JSON.stringify(taken))], /address already in use/],
    [['--port', port], new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`)],
    [['--seed', 'x'], /not a whole number/],
  ];
  for (const [args, message] of wrong) {
    const { exitCode, stdout, stderr } = await workspace.run(['chaos', 'proxy', '--port', '0', ...args]);
    expect([exitCode, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  await first.close();
});
