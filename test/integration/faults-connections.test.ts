// A storm of connections: held as asked, opened again when the server closes them, and gone afterwards; also refused ones.

import { readdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openProxyBackend } from '../../src/faults/clients/backend.ts';
import type { FaultLink, Injection, ProxyBackend } from '../../src/faults/fault.ts';
import { inject } from '../../src/faults/inject.ts';
import { connectionsUndo } from '../../src/faults/undo/connections.ts';
import { identify } from '../../src/kernel/process-table.ts';
import { memoryTracker } from '../support/memory-tracker.ts';

const tracker = memoryTracker();
const sockets = new Set<Socket>();
let server: Server;
let received = 0;
let accepted = 0;
/** What the server does with each new connection. */
let onConnection: (socket: Socket) => void;
let backend: ProxyBackend;
let link: FaultLink;

beforeEach(async () => {
  received = 0;
  accepted = 0;
  onConnection = () => undefined;
  server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => (received += data.length));
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  backend = await openProxyBackend({ runToken: 'cafe', tracker, seed: 7 });
  link = await backend.open('slots', { host: '127.0.0.1', port });
});
afterEach(async () => {
  await backend.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  expect(tracker.outstanding()).toEqual([]);
});

const spec = { kind: 'connections', count: 60, ratePerSecond: 1_000, reopen: true } as const;
interface Change {
  readonly count?: number;
  readonly ratePerSecond?: number;
  readonly reopen?: boolean;
}
const begin = (change: Change, forMs = 1_500): Promise<Injection> =>
  inject({
    spec: { ...spec, ...change },
    ...{ id: 'storm', link, tracker, traffic: 'optional', forMicros: forMs * 1_000 },
  });

const until = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 200 && !holds(); turn += 1) await wait(25);
  expect(holds()).toBe(true);
};
const held = (result: { readonly fidelity: readonly { name: string; happened: string; status: string }[] }) =>
  result.fidelity.find(({ name }) => name.startsWith('connections held'));
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

it('is held behind the proxy, says nothing, and is gone when it is cleared', async () => {
  const before = openDescriptors();
  const injection = await begin({});
  await until(() => sockets.size === 60);
  await wait(1_300);
  expect(sockets.size).toBe(60);
  const result = await injection.clear();
  await until(() => sockets.size === 0);
  expect(received).toBe(0);
  expect(accepted).toBe(60);
  expect(result).toMatchObject({ status: 'undone', note: null });
  expect(held(result)).toMatchObject({ status: 'within', asked: '60', happened: '60' });
  expect(result.fidelity.find(({ name }) => name === 'kept')?.status).toBe('within');
  expect(openDescriptors()).toBeLessThanOrEqual(before + 2);
});

it('opens again what the server closes, no faster than its rate', async () => {
  const injection = await begin({ count: 20, ratePerSecond: 100 });
  await until(() => sockets.size === 20);
  const atMs = performance.now();
  for (const socket of sockets) socket.destroy();
  await until(() => accepted >= 40 && sockets.size === 20);
  expect(performance.now() - atMs).toBeGreaterThan(150); // 20 at 100/s
  await wait(500);
  const result = await injection.clear();
  expect(held(result)?.happened).toMatch(/closed by the server: 20/);
  expect(held(result)?.status).toBe('within');
});

it('that is turned away has reached the server’s limit, and says so', async () => {
  onConnection = (socket) => {
    if (sockets.size > 15) socket.destroy();
  };
  const injection = await begin({ count: 40, ratePerSecond: 200 });
  await wait(1_500);
  const result = await injection.clear();
  const check = held(result);
  expect(check?.status).toBe('within');
  expect(check?.happened).toMatch(/(closed|refused) by the server: [1-9]/);
  expect(Number.parseInt(check?.happened ?? '', 10)).toBeLessThanOrEqual(20);
});

it('does not try again when it is not to', async () => {
  onConnection = (socket) => {
    if (sockets.size > 15) socket.destroy();
  };
  const injection = await begin({ count: 40, reopen: false });
  await until(() => accepted === 40);
  await wait(400);
  expect(accepted).toBe(40);
  await injection.clear();
});

it('against a server that takes none is no storm', async () => {
  await new Promise((resolve) => server.close(resolve));
  const injection = await begin({ count: 10 }, 600);
  await wait(500);
  const check = held(await injection.clear());
  expect(check?.status).toBe('outside');
  expect(check?.happened).toMatch(/^0; refused by the server: [1-9]/);
});

it('that is not up in half of its time is not what was asked for', async () => {
  const injection = await begin({ count: 1_000, ratePerSecond: 50 });
  await wait(1_000);
  expect(held(await injection.clear())?.status).toBe('outside');
});

it('ends by itself when nobody clears it', async () => {
  const injection = await begin({ count: 5 }, -4_600); // its TTL is 5 s more than it is meant to last
  await until(() => sockets.size === 0);
  expect((await injection.clear()).fidelity.find(({ name }) => name === 'kept')?.status).toBe('outside');
});

it('is refused where the descriptors would run out', async () => {
  await expect(begin({ count: 10_000_000 })).rejects.toMatchObject({ code: 'DESCRIPTORS' });
  expect(accepted).toBe(0);
});

it('is looked for by another process where it is: in the one that holds it', async () => {
  const limits = { graceMs: 0, callTimeoutMs: 100 };
  const data = { storm: 'x', startTime: 'long ago', host: '127.0.0.1', port: 1 };
  expect(await connectionsUndo.verify({ ...data, pid: process.ppid }, {}, limits)).toBe('gone');
  const parent = { pid: process.ppid, startTime: identify(process.ppid)?.startTime ?? '' };
  expect(await connectionsUndo.verify({ ...data, ...parent }, {}, limits)).toContain(
    `still held by process ${process.ppid}`,
  );
});
