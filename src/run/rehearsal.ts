// Before a load thread says that it is ready, it plays a short load to itself: code that runs for the first time is slow.

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { httpStepInput } from '../engines/http-step.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../engines/settings.ts';
import type { Flow } from '../scenario/scenario.ts';
import type { WorkerPlan } from './load-plan.ts';
import { sharePlan } from './load-plan.ts';

const ratePerSecond = 3_000;
const durationMicros = 300_000;
/** However slow this machine is, and whatever goes wrong: then the load begins without more of it. */
const limitMs = 1_500;
const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';
const endOfHead = '\r\n\r\n';

/** A server in this very thread that knows one answer; `act` has its URL, and it is gone afterwards. */
async function withEcho(act: (url: string) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    // Requests come one at a time here, each in one piece.
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes(endOfHead)) socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A connection that cannot be accepted is missing from the rehearsal, no more.
  server.on('error', () => undefined);
  try {
    await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** Most requests find a connection, as under load; the others open one. Some have a body, and read the answer. */
function flowOf(name: string, weight: number, step: Readonly<Record<string, unknown>>): Flow {
  return { name, weight, before: [], steps: [httpStepInput.parse(step)] };
}

function planFor(url: string): WorkerPlan {
  const expected = { json: { $: { ok: true } } };
  const get = { http: 'GET /?{{iteration}}', expect: expected };
  const post = { http: 'POST /', json: { id: '{{uuid}}' }, capture: { ok: '$.ok' } };
  const flows = {
    kept: flowOf('kept', 2, get),
    posted: flowOf('posted', 1, post),
    fresh: flowOf('fresh', 1, { ...get, keepAlive: false }),
  };
  const stage = { fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond, forMicros: durationMicros };
  return sharePlan(
    {
      seed: 1,
      addresses: { http: url, ws: undefined, clients: {} },
      flows,
      http: defaultHttpSettings,
      tls: defaultTlsSettings,
      files: {},
      allow: [],
      pins: {},
      load: [
        {
          model: 'arrivals',
          flows: Object.keys(flows),
          delayMicros: 0,
          stages: [{ ...stage, spacing: 'even' }],
          maxInFlight: 16,
          onLimit: 'drop',
        },
      ],
      data: {},
      env: {},
      secrets: [],
      warmupMicros: 0,
      gracefulStopMicros: durationMicros,
      durationMicros,
      tightestPromiseMicros: null,
    },
    { index: 0, count: 1 },
  );
}

/**
 * `play` runs a plan from its start to its end, with everything that a real one uses; aborting its signal ends it early.
 * Nothing of it is counted or shown, and nothing leaves this thread's own loopback; where that cannot be had, the load
 * begins without a rehearsal.
 */
export async function rehearse(
  play: (plan: WorkerPlan, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await withEcho((url) => play(planFor(url), AbortSignal.timeout(limitMs)));
  } catch {
    return; // the load itself will say what is wrong
  }
}
