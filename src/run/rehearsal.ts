// Before a load thread says that it is ready, it plays a short load to itself: code that runs for the first time is slow.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { httpStepInput } from '../engines/http-step.ts';
import { defaultHttpSettings, defaultTlsSettings } from '../engines/settings.ts';
import type { Flow } from '../scenario/scenario.ts';
import type { WorkerPlan } from './load-plan.ts';
import { sharePlan } from './load-plan.ts';

const ratePerSecond = 4_000;
const durationMicros = 300_000;
const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';
const endOfHead = '\r\n\r\n';

/** A server in this very thread that knows one answer; `act` has its URL, and it is gone afterwards. */
async function withEcho(act: (url: string) => Promise<void>): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    // Requests come one at a time here, each in one piece.
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes(endOfHead)) socket.write(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

/** Most requests find a connection, as under load; the others open one. */
function flowOf(name: string, weight: number, keepAlive: boolean): Flow {
  const expected = { json: { $: { ok: true } } };
  const step = httpStepInput.parse({ http: 'GET /?{{iteration}}', keepAlive, expect: expected });
  return { name, weight, before: [], steps: [step] };
}

function planFor(url: string): WorkerPlan {
  const flows = { kept: flowOf('kept', 3, true), fresh: flowOf('fresh', 1, false) };
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
 * `play` runs a plan from its start to its end, with everything that a real one uses. Nothing of it is counted or shown,
 * and nothing leaves this thread's own loopback; where that cannot be had, the load begins without a rehearsal.
 */
export async function rehearse(play: (plan: WorkerPlan) => Promise<void>): Promise<void> {
  try {
    await withEcho((url) => play(planFor(url)));
  } catch {
    return; // the load itself will say what is wrong
  }
}
