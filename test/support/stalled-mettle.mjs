// A small Mettle that stalls: puts faults on for a moment, and clears them only when it is told to, if it is still awake.
//
// node test/support/stalled-mettle.mjs <state folder> <toxiproxy url>; a line on standard input: clear, and say how it went

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openProxyBackend } from '../../dist/faults/clients/backend.js';
import { hold } from '../../dist/faults/hold.js';
import { inject } from '../../dist/faults/inject.js';
import { openJournal } from '../../dist/faults/journal.js';
import { startWatchdog } from '../../dist/faults/watchdog.js';
import { systemClock } from '../../dist/kernel/clock.js';
import { pauseTree } from '../../dist/kernel/process-pause.js';
import { identify } from '../../dist/kernel/process-table.js';

const [stateFolder, toxiproxyUrl] = process.argv.slice(2);
const journal = await openJournal({ command: 'stalled', stateFolder });
const watchdog = await startWatchdog(journal.path);
const forMicros = 300_000;

const token = `${journal.childToken}.service`;
const tracked = await journal.track({ kind: 'process', describe: 'a process', data: { token } });
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
  detached: true,
  stdio: 'ignore',
  env: { ...process.env, METTLE_CHILD: token },
});
await once(child, 'spawn');
const identity = identify(child.pid);
await tracked.applied({ ...identity, processGroup: child.pid });

const data = { token, ...identity, processGroup: child.pid };
const injections = [
  await hold({
    intent: { kind: 'paused-process', describe: 'a process held', data },
    tracker: journal,
    clock: systemClock,
    forMicros,
    apply: () => pauseTree({ token, identity, processGroup: child.pid }),
    judge: () => Promise.resolve({ fidelity: [], traffic: null, observation: null }),
  }),
];
const backend = await openProxyBackend({
  toxiproxyUrl,
  runToken: journal.childToken,
  tracker: journal,
  seed: 1,
});
const link = await backend.open('postgres', { host: '127.0.0.1', port: 9 });
const request = { link, traffic: 'optional', forMicros, tracker: journal };
const spec = { kind: 'latency', latencyMs: 100, jitterMs: 0, toxicity: 1, direction: 'downstream' };
injections.push(await inject({ ...request, id: 'slow', spec }));
injections.push(await inject({ ...request, id: 'off', spec: { kind: 'down' } }));

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
say({ journal: journal.path, childPid: child.pid, watchdogPid: watchdog.pid, proxyName: link.proxyName });

await once(createInterface({ input: process.stdin }), 'line');
const results = [];
for (const injection of injections.reverse()) {
  const { status, fidelity } = await injection.clear();
  results.push({ status, kept: fidelity.find(({ name }) => name === 'kept') });
}
await backend.close();
const { failed } = await journal.undoAll();
await watchdog.close();
await journal.close();
say({ results, failed });
process.exit(0);
