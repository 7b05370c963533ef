// A small Mettle to be killed: opens what a run opens, says what there is, and then waits for its end.
//
// node test/support/doomed-mettle.mjs <state folder> <toxiproxy url>

import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProxyBackend } from '../../dist/faults/clients/backend.js';
import { inject } from '../../dist/faults/inject.js';
import { openJournal } from '../../dist/faults/journal.js';
import { startWatchdog } from '../../dist/faults/watchdog.js';
import { identify } from '../../dist/kernel/process-table.js';

const [stateFolder, toxiproxyUrl] = process.argv.slice(2);
const journal = await openJournal({ command: 'doomed', stateFolder });
const watchdog = await startWatchdog(journal.path);

const directory = join(tmpdir(), `mettle-doomed-${journal.childToken}`);
const folder = await journal.track({ kind: 'directory', describe: 'a folder', data: { path: directory } });
await mkdir(join(directory, 'data'), { recursive: true });
await folder.applied({});

// A child that ignores the gentle signal, with a grandchild in a session of its own.
const grandchildCode = `setInterval(() => {}, 1000)`;
const childCode = `
  process.on('SIGTERM', () => {});
  const { spawn } = require('node:child_process');
  const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(grandchildCode)}], { detached: true, stdio: 'ignore' });
  console.log(grandchild.pid);
  setInterval(() => {}, 1000);`;
const token = `${journal.childToken}.service`;
const tracked = await journal.track({ kind: 'process', describe: 'a process tree', data: { token } });
const child = spawn(process.execPath, ['-e', childCode], {
  detached: true,
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { ...process.env, METTLE_CHILD: token },
});
const grandchildPid = await new Promise((resolve) =>
  child.stdout.once('data', (text) => resolve(Number(text))),
);
await tracked.applied({ ...identify(child.pid), processGroup: child.pid });

const backend = await openProxyBackend({
  toxiproxyUrl,
  runToken: journal.childToken,
  tracker: journal,
  seed: 1,
});
const link = await backend.open('postgres', { host: '127.0.0.1', port: 9 });
const request = { link, traffic: 'optional', forMicros: 600e6, tracker: journal };
const spec = { kind: 'latency', latencyMs: 100, jitterMs: 0, toxicity: 1, direction: 'downstream' };
await inject({ ...request, id: 'slow', spec });
await inject({ ...request, id: 'off', spec: { kind: 'down' } });

process.stdout.write(
  `${JSON.stringify({
    ...{ journal: journal.path, directory, childPid: child.pid, grandchildPid },
    ...{ watchdogPid: watchdog.pid, proxyName: link.proxyName },
  })}\n`,
);
setInterval(() => {}, 1000);
