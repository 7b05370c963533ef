// What the proxy says of services whose retries, breaker and timeout are known.

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveAttempts } from '../../src/faults/attempts/derive.ts';
import type { FaultLink } from '../../src/faults/fault.ts';
import { inject } from '../../src/faults/inject.ts';
import type { NetworkFaultSpec } from '../../src/faults/registry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { Slice } from '../../src/measure/slice.ts';
import { startProxyServer } from '../../src/proxy/server.ts';
import type { AttemptsRecord } from '../../src/record/attempts-schema.ts';
import { retrying, type Service, withBreaker } from '../support/calling-services.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { apiAt, portOf, startEcho } from '../support/proxy-loopback.ts';
import { sliceOf } from '../support/slices.ts';

const reach = { toxicity: 1, direction: 'downstream' } as const;
const sliceMicros = 500_000;

let echo: Awaited<ReturnType<typeof startEcho>>;
let server: Awaited<ReturnType<typeof startProxyServer>>;
let link: FaultLink;
let port: number;

beforeEach(async () => {
  echo = await startEcho();
  server = await startProxyServer({ host: '127.0.0.1', port: 0, seed: 3 });
  const upstream = { host: '127.0.0.1', port: echo.port };
  const made = await apiAt(server.apiUrl)('POST', '/proxies', {
    ...{ name: 'mettle_test_db', upstream: `127.0.0.1:${echo.port}`, listen: '127.0.0.1:0' },
  });
  port = portOf((made.json as { listen: string }).listen);
  const unused = (): Promise<void> => Promise.resolve();
  link = {
    ...{ name: 'db', upstream, listen: { host: '127.0.0.1', port }, retarget: unused, close: unused },
    ...{ apiUrl: server.apiUrl, proxyName: 'mettle_test_db', embedded: true },
  };
});
afterEach(async () => {
  await server.close();
  await echo.close();
});

/** Requests at an even rate while a fault comes and goes; then what a run would make of what the proxy saw. */
async function observed(
  service: Service,
  { ratePerSecond, spec, forMs }: { ratePerSecond: number; spec: NetworkFaultSpec; forMs: number },
): Promise<AttemptsRecord> {
  const startAtMicros = systemClock.nowMicros();
  const counts = new Map<number, number[]>();
  const pending: Promise<unknown>[] = [];
  const request = async (): Promise<void> => {
    const beganMicros = systemClock.nowMicros() - startAtMicros;
    const took = counts.get(Math.floor(beganMicros / sliceMicros)) ?? [];
    counts.set(Math.floor(beganMicros / sliceMicros), took);
    await service();
    took.push(Math.round(systemClock.nowMicros() - startAtMicros - beganMicros));
  };
  const load = setInterval(() => pending.push(request()), 1_000 / ratePerSecond);
  await wait(32_000 / ratePerSecond + 700);
  const tracker = memoryTracker();
  const injection = await inject({
    ...{ id: 'f', spec, link, tracker, traffic: 'required', forMicros: forMs * 1_000 },
  });
  await wait(forMs);
  const result = await injection.clear();
  clearInterval(load);
  await Promise.all(pending);
  const turns = result.turns ?? null;
  if (turns === null) throw new Error('the proxy told nothing');
  const slices = [...counts].map(([at, took]): Slice =>
    sliceOf('ask', at * sliceMicros, (at + 1) * sliceMicros, { wrongMicros: took }),
  );
  const effectMicros = injection.effectAtMicros - startAtMicros;
  return deriveAttempts(turns.during, turns.before, startAtMicros, {
    ...{ slices, endMicros: systemClock.nowMicros() - startAtMicros },
    steady: [{ fromMicros: 0, untilMicros: effectMicros }],
  });
}

const whole = (seen: AttemptsRecord): number =>
  seen.answered + seen.givenUp + seen.serverEnded + seen.cut + (seen.refused ?? 0) + seen.open;

describe('a service that tries three times, after 50 and 100 ms', () => {
  it('makes three times as many attempts while connections are reset, and backs off', async () => {
    const spec = { kind: 'reset_peer', timeoutMs: 0, ...reach } as const;
    const service = retrying(port, [50, 100], 1_000);
    const seen = await observed(service, { ratePerSecond: 3 * 4, spec, forMs: 3_000 });
    expect(seen.amplification.reason).toBeNull();
    expect(seen.amplification.value).toBeGreaterThan(2.3);
    expect(seen.amplification.value).toBeLessThan(3.7);
    expect(seen.amplification.steady).toBeCloseTo(1, 0);
    expect(seen.cut).toBeGreaterThan(0);
    expect(whole(seen)).toBe(seen.total);
    // 12 requests a second of 150 ms each overlap.
    expect(seen.spacing.reason).toContain('mix');
  }, 20_000);

  it('shows its pauses where requests do not overlap', async () => {
    const spec = { kind: 'reset_peer', timeoutMs: 0, ...reach } as const;
    const service = retrying(port, [20, 40], 1_000);
    const seen = await observed(service, { ratePerSecond: 5, spec, forMs: 6_000 });
    const { p50Micros, p90Micros, grows, reason } = seen.spacing;
    expect(reason).toBeNull();
    expect(p50Micros).toBeGreaterThan(19_000);
    expect(p90Micros).toBeGreaterThan(39_000);
    expect(p90Micros).toBeLessThan(100_000);
    expect(grows).toBe(true);
  }, 20_000);
});

it('a service that gives up after 300 ms holds a stalled upstream so long', async () => {
  const spec = { kind: 'timeout', timeoutMs: 0, ...reach } as const;
  const seen = await observed(retrying(port, [], 300), { ratePerSecond: 20, spec, forMs: 2_000 });
  expect(seen.hold.count).toBeGreaterThan(10);
  expect(seen.hold.p50Micros).toBeGreaterThan(290_000);
  expect(seen.hold.p50Micros).toBeLessThan(450_000);
  // One that still waited when it was looked at may be given up late, too.
  expect(seen.hold.waitingMicros).toBeLessThan(450_000);
  expect(whole(seen)).toBe(seen.total);
  expect(seen.amplification.value).toBeGreaterThan(0.7);
  expect(seen.amplification.value).toBeLessThan(1.3);
}, 20_000);

it('an open circuit breaker is silent for a second at a time, with a probe between', async () => {
  const spec = { kind: 'down' } as const;
  const seen = await observed(withBreaker(port, 5, 1_000), { ratePerSecond: 50, spec, forMs: 4_500 });
  expect(seen.silence.reason).toBeNull();
  expect(seen.silence.longestMicros).toBeGreaterThan(900_000);
  expect(seen.silence.longestMicros).toBeLessThan(1_900_000);
  expect(seen.silence.openForMicros).toBeGreaterThan(900_000);
  expect(seen.silence.probes).toBeGreaterThanOrEqual(2);
  expect(seen.silence.probes).toBeLessThanOrEqual(4);
  expect(seen.amplification.value).toBeLessThan(0.3);
  expect(seen.refused).toBe(seen.total);
}, 20_000);

it('a service that keeps calling is never called silent', async () => {
  const spec = { kind: 'latency', latencyMs: 20, jitterMs: 0, ...reach } as const;
  const seen = await observed(retrying(port, [], 1_000), { ratePerSecond: 50, spec, forMs: 2_000 });
  expect(seen.silence).toMatchObject({ longestMicros: 0, totalMicros: 0, list: [], probes: 0, reason: null });
  expect(seen.silence.smallestMicros).toBeLessThan(1_000_000);
  expect(seen.answered).toBeGreaterThan(50);
}, 20_000);
