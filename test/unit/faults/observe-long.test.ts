// A fault longer than the proxy keeps its slices is judged, and told, by all of it.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToxiproxyPort } from '../../../src/faults/clients/toxiproxy.ts';
import type { FaultLink } from '../../../src/faults/fault.ts';
import { inject } from '../../../src/faults/inject.ts';
import { down } from '../../../src/faults/network/down.ts';
import { timeout } from '../../../src/faults/network/timeout.ts';
import { seeFault } from '../../../src/faults/observe.ts';
import { judgeTraffic } from '../../../src/faults/traffic.ts';
import { Observation } from '../../../src/proxy/observation.ts';
import { observeWindow } from '../../../src/proxy/observation-window.ts';
import { ToxicChain } from '../../../src/proxy/toxic-chain.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';
import { memoryTracker } from '../../support/memory-tracker.ts';

const link: FaultLink = {
  ...{ name: 'db', apiUrl: 'http://127.0.0.1:9', proxyName: 'mettle_x_db', embedded: true },
  ...{ listen: { host: '127.0.0.1', port: 2 }, upstream: { host: '127.0.0.1', port: 3 } },
  ...{ retarget: () => Promise.resolve(), close: () => Promise.resolve() },
};

/** Times are fractions of a microsecond, as those of a real clock. */
function proxy() {
  const scheduler = fakeScheduler(10_000_000.4);
  const observation = new Observation(scheduler);
  const toxics = new ToxicChain(scheduler, (atMicros) => observation.cut(atMicros));
  const server = {
    observation: (_name: string, since: number, until: number) =>
      Promise.resolve(
        observeWindow(observation, toxics.lives(), {
          ...{ nowMicros: scheduler.nowMicros(), openConnections: 0 },
          ...{ sinceMicros: Math.floor(since), untilMicros: Math.ceil(until) },
        }),
      ),
  } as unknown as ToxiproxyPort;
  return { scheduler, observation, toxics, server };
}

/** Ten minutes with a fault: `meeting` each second of the first two; then the service has failed over, and it is quiet. */
async function tenMinutes(
  { scheduler, observation, toxics, server }: ReturnType<typeof proxy>,
  name: string | null,
  meeting: () => void,
) {
  observation.connected();
  scheduler.advance(60_000);
  const sinceMicros = scheduler.nowMicros();
  scheduler.advance(3);
  if (name === null) observation.disabled(true);
  else toxics.add({ type: 'timeout', name });
  for (let at = 0; at < 120; at += 1) {
    meeting();
    scheduler.advance(1_000);
  }
  scheduler.advance(479_000);
  observation.read('downstream', 1);
  scheduler.advance(1_000);
  if (name === null) observation.enabled();
  else toxics.remove(name);
  observation.connected();
  scheduler.advance(3);
  return await seeFault(server, link, name, { sinceMicros, untilMicros: scheduler.nowMicros() });
}

describe('a fault of ten minutes', () => {
  it('has met what met it in its first minutes', async () => {
    const world = proxy();
    const seen = await tenMinutes(world, null, () => world.observation.refused());
    expect(seen?.observation).toMatchObject({ refused: 120, connections: 0, bytesDown: 0 });
    expect(judgeTraffic(0, seen?.attempts ?? null, 'required')).toEqual({
      ...{ before: 0, during: 120, status: 'seen' },
    });
    expect(down.judge({ kind: 'down' }, seen)).toMatchObject([{ status: 'within' }]);
    expect(seen?.lastedMicros).toBeCloseTo(600_000_000, -1);
    // How attempts followed each other is known of the last minutes only, and said to be.
    expect(seen?.turns).toMatchObject({ complete: false, refused: 0 });
  });

  it('is unfaithful by what it let through in its first minutes', async () => {
    const world = proxy();
    const seen = await tenMinutes(world, null, () => world.observation.connected());
    expect(down.judge({ kind: 'down' }, seen)).toMatchObject([
      { status: 'outside', happened: '120 connections' },
    ]);
    const other = proxy();
    const through = await tenMinutes(other, 'cut', () => other.observation.delivered('downstream', 7, null));
    const spec = { kind: 'timeout', timeoutMs: 0, toxicity: 1, direction: 'downstream' } as const;
    expect(timeout.judge(spec, through)[0]).toMatchObject({ status: 'outside', happened: '840 bytes' });
  });

  it('was not alone when another was on the link in its first minutes', async () => {
    const world = proxy();
    let turn = 0;
    const seen = await tenMinutes(world, 'cut', () => {
      turn += 1;
      if (turn === 3) world.toxics.add({ type: 'latency', name: 'other' });
      if (turn === 9) world.toxics.remove('other');
    });
    expect(seen?.mixed).toBe(true);
  });
});

describe('a fault that is not on the proxy', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is marked there when it begins, and looked at from then on', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string, { method }: { method: string }): Promise<Response> => {
      asked.push(`${method} ${new URL(url).search}`);
      return Promise.resolve(new Response(JSON.stringify({ atMicros: 20_000_123 })));
    });
    const spec = { kind: 'connections', count: 1, ratePerSecond: 5_000, reopen: false } as const;
    const request = { id: 'storm', spec, link, tracker: memoryTracker(), traffic: 'optional' as const };
    const clock = new FakeClock(20_000_000);
    const injection = await inject({ ...request, forMicros: 1_000_000 }, clock);
    expect(asked).toEqual(['GET ?sinceMicros=10000000&untilMicros=20000000', 'POST ']);
    const cleared = injection.clear();
    await vi.waitFor(() => expect(asked).toContain('GET ?sinceMicros=20000123&untilMicros=20000000'));
    await clock.advance(1_000_000);
    await cleared;
  });
});
