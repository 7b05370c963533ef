import { describe, expect, it } from 'vitest';
import type { FaultLink } from '../../../src/faults/fault.ts';
import {
  faultInputSchema,
  faultOf,
  faultParameters,
  networkFaults as faults,
} from '../../../src/faults/registry.ts';
import type { NetworkFaultSpec as FaultSpec } from '../../../src/faults/registry.ts';
import type { Seen } from '../../../src/faults/seen.ts';
import { undoKinds } from '../../../src/faults/undo/registry.ts';

const parse = (fault: string, parameters?: object): FaultSpec =>
  faultInputSchema.parse(parameters === undefined ? { fault } : { fault, with: parameters }) as FaultSpec;

const complaint = (fault: string, parameters?: object): string => {
  const result = faultInputSchema.safeParse({ fault, with: parameters });
  return result.success
    ? 'accepted'
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join();
};

const link: FaultLink = {
  ...{ name: 'postgres', apiUrl: 'http://127.0.0.1:1', proxyName: 'mettle_x_postgres', embedded: true },
  listen: { host: '127.0.0.1', port: 2 },
  upstream: { host: '127.0.0.1', port: 3 },
  retarget: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const stream = {
  ...{ chunks: 10, bytesIn: 10, bytesOut: 10, addedDelayMicros: { p50: 300_000, p99: 350_000, count: 50 } },
  ...{ heldMicros: 3_000_000, ends: 0, endDelayMicros: null },
};
const seen: Seen = {
  observation: { connections: 0, bytesUp: 10, bytesDown: 10, resets: 0, refused: 0, addedDelayMicros: null },
  ...{
    lastedMicros: 10_000_000,
    closes: 0,
    upstream: stream,
    downstream: stream,
    draws: { connections: 9, affected: 9 },
    mixed: false,
    attempts: 9,
  },
};
const statuses = (spec: FaultSpec, what: Seen | null): string[] =>
  faultOf(spec)
    .judge(spec, what)
    .map(({ status }) => status);

describe('faults as written', () => {
  it('become plain data with their defaults', () => {
    expect(parse('latency', { latency: '300ms', jitter: '50ms' })).toEqual({
      ...{ kind: 'latency', latencyMs: 300, jitterMs: 50, toxicity: 1, direction: 'downstream' },
    });
    expect(parse('latency', { latency: '1.5s', toxicity: '20%', direction: 'upstream' })).toEqual({
      ...{ kind: 'latency', latencyMs: 1_500, jitterMs: 0, toxicity: 0.2, direction: 'upstream' },
    });
    expect(parse('timeout')).toMatchObject({ kind: 'timeout', timeoutMs: 0, toxicity: 1 });
    expect(parse('reset_peer', { timeout: '2s' })).toMatchObject({ kind: 'reset_peer', timeoutMs: 2_000 });
    expect(parse('down')).toEqual({ kind: 'down' });
    const reach = { toxicity: 1, direction: 'downstream' };
    expect(parse('bandwidth', { rate: '1.5MB/s' })).toEqual({
      ...{ kind: 'bandwidth', rateKBPerSecond: 1_500, ...reach },
    });
    expect(parse('bandwidth', { rate: '125KiB/s' })).toMatchObject({ rateKBPerSecond: 128 });
    expect(parse('slow_close', { delay: '2s' })).toEqual({ kind: 'slow_close', delayMs: 2_000, ...reach });
    expect(parse('slicer', { size: '1KiB', variation: '16B', delay: '500us' })).toEqual({
      ...{ kind: 'slicer', sizeBytes: 1_024, variationBytes: 16, pauseMicros: 500, ...reach },
    });
    expect(parse('slicer', { size: '64B' })).toMatchObject({ variationBytes: 0, pauseMicros: 0 });
    expect(parse('slicer', { size: '64B', variation: '64B' })).toMatchObject({ variationBytes: 64 });
    expect(parse('limit_data', { bytes: '64KiB', direction: 'upstream', toxicity: '5%' })).toEqual({
      ...{ kind: 'limit_data', limitBytes: 65_536, toxicity: 0.05, direction: 'upstream' },
    });
  });

  it('are written back as a person would, and read the same again', () => {
    const spec = parse('latency', { latency: '1.5s', toxicity: '20%' });
    expect(faultParameters(spec)).toEqual({
      latency: '1.5s',
      jitter: '0ms',
      toxicity: '20%',
      direction: 'downstream',
    });
    expect(faultParameters(parse('slicer', { size: '1025B' }))).toMatchObject({
      ...{ size: '1025B', variation: '0B', delay: '0ms' },
    });
    for (const text of [
      ...[spec, parse('timeout', { timeout: '59.999s' }), parse('reset_peer'), parse('down')],
      ...['999KB/s', '1MB/s', '1234KB/s', '10GB/s'].map((rate) => parse('bandwidth', { rate })),
      ...['0B', '1023B', '1KiB', '3MiB', '1024GiB'].map((bytes) => parse('limit_data', { bytes })),
      ...['500us', '2500us', '2ms', '1s'].map((delay) => parse('slicer', { size: '64B', delay })),
      parse('slow_close', { delay: '1.5s' }),
    ]) {
      expect(parse(text.kind, text.kind === 'down' ? {} : faultParameters(text))).toEqual(text);
    }
  });

  it.each([
    ['latency', undefined, 'with'],
    ['latency', { latency: 300 }, '300 has no unit; write 300ms'],
    ['latency', { latency: 'soon' }, '"soon" is not a duration'],
    ['latency', { latency: '0ms' }, 'at least 1ms'],
    ['latency', { latency: '300us' }, 'whole milliseconds'],
    ['latency', { latency: '2h' }, 'at most 1h'],
    ['latency', { latency: '10ms', jitter: '11ms' }, 'with.jitter: must not be larger than latency'],
    ['latency', { latency: '10ms', toxicity: 50 }, '50 has no unit; write 50%'],
    ['latency', { latency: '10ms', toxicity: '0%' }, 'above 0%'],
    ['latency', { latency: '10ms', toxicity: '101%' }, 'at most 100%'],
    ['latency', { latency: '10ms', direction: 'both' }, 'with.direction'],
    ['latency', { latency: '10ms', rate: '1s' }, 'rate'],
    ['down', { latency: '10ms' }, 'latency'],
    ['bandwidth', undefined, 'with'],
    ['bandwidth', {}, 'with.rate'],
    ['bandwidth', { rate: 500 }, '500 has no unit; write 500KB/s'],
    ['bandwidth', { rate: '500' }, '500 has no unit; write 500KB/s'],
    ['bandwidth', { rate: '500KB' }, '"500KB" is not a rate such as 500KB/s or 1MB/s'],
    ['bandwidth', { rate: '8Mbit/s' }, 'is not a rate'],
    ['bandwidth', { rate: '50/s' }, 'is not a rate'],
    ['bandwidth', { rate: '-1KB/s' }, 'is not a rate'],
    ['bandwidth', { rate: '0KB/s' }, 'at least 1KB/s'],
    ['bandwidth', { rate: '1.5KB/s' }, 'whole KB/s'],
    ['bandwidth', { rate: '1KiB/s' }, 'whole KB/s'],
    ['bandwidth', { rate: '11GB/s' }, 'at most 10GB/s'],
    ['bandwidth', { rate: '1MB/s', latency: '1ms' }, 'latency'],
    ['slow_close', {}, 'with.delay'],
    ['slow_close', { delay: '0ms' }, 'at least 1ms'],
    ['slow_close', { delay: '500us' }, 'whole milliseconds'],
    ['slicer', { variation: '4B' }, 'with.size'],
    ['slicer', { size: 64 }, '64 has no unit; write 64B'],
    ['slicer', { size: '0B' }, 'at least 1B'],
    ['slicer', { size: '64B', variation: '65B' }, 'with.variation: must not be larger than size'],
    ['slicer', { size: '32KiB' }, 'with.size: must, with its variation, be below 32KiB'],
    ['slicer', { size: '20KiB', variation: '12KiB' }, 'below 32KiB'],
    ['slicer', { size: '64B', delay: '2h' }, 'at most 1h'],
    ['limit_data', {}, 'with.bytes'],
    ['limit_data', { bytes: 1024 }, '1024 has no unit; write 1024B'],
    ['limit_data', { bytes: '64KB' }, '"64KB" is not a size such as 512B or 64KiB'],
    ['limit_data', { bytes: '1025GiB' }, 'at most 1024GiB'],
    ['explode', {}, 'fault'],
  ])('%s with %o is refused: %s', (fault, parameters, expected) => {
    expect(complaint(fault, parameters)).toContain(expected);
  });

  it('each have an undo that is known', () => {
    const known = undoKinds.map(({ kind }) => kind);
    const specs = [
      parse('latency', { latency: '1ms' }),
      parse('bandwidth', { rate: '1KB/s' }),
      parse('slow_close', { delay: '1ms' }),
      parse('timeout'),
      parse('reset_peer'),
      parse('slicer', { size: '1B' }),
      parse('limit_data', { bytes: '1B' }),
      parse('down'),
      parse('connections', { count: 5 }),
    ];
    expect(specs.map(({ kind }) => kind)).toEqual(faults.map(({ kind }) => kind));
    for (const spec of specs) {
      const intent = faultOf(spec).plan(spec, 'a b/c', link);
      expect(known).toContain(intent.kind);
      const onProxy = { apiUrl: link.apiUrl, proxyName: link.proxyName, embedded: true };
      expect(intent.data).toMatchObject(spec.kind === 'connections' ? link.upstream : onProxy);
      expect(intent.describe).toContain('postgres');
    }
    expect(faultOf(specs[0]!).plan(specs[0]!, 'a b/c', link).data.toxicName).toBe('mettle_a-b-c');
  });
});

describe('faults as judged', () => {
  const latency = parse('latency', { latency: '300ms' });

  it('latency by what was added and by whom it hit', () => {
    expect(statuses(latency, seen)).toEqual(['within', 'within']);
    const short = { ...stream, addedDelayMicros: { p50: 100_000, p99: 100_000, count: 50 } };
    expect(statuses(latency, { ...seen, downstream: short })).toEqual(['outside', 'within']);
    expect(statuses(latency, { ...seen, upstream: short })).toEqual(['within', 'within']);
    expect(statuses(latency, { ...seen, mixed: true })).toEqual(['unmeasured', 'within']);
    expect(statuses(latency, { ...seen, draws: { connections: 9, affected: 8 } })).toEqual([
      'within',
      'outside',
    ]);
  });

  it('timeout by what got through all the same', () => {
    expect(statuses(parse('timeout'), seen)).toEqual(['outside', 'within']);
    const silent = { ...seen, downstream: { ...stream, bytesOut: 0 } };
    expect(statuses(parse('timeout'), silent)).toEqual(['within', 'within']);
    expect(statuses(parse('timeout', { toxicity: '50%' }), seen)).toHaveLength(1);
  });

  it('reset_peer by whether anything was reset', () => {
    expect(statuses(parse('reset_peer'), seen)[0]).toBe('outside');
    const reset = { ...seen, observation: { ...seen.observation, resets: 3 } };
    expect(statuses(parse('reset_peer'), reset)[0]).toBe('within');
    expect(statuses(parse('reset_peer', { timeout: '1s' }), seen)[0]).toBe('unmeasured');
  });

  it('down by connections that got through', () => {
    expect(statuses(parse('down'), seen)).toEqual(['within']);
    expect(
      statuses(parse('down'), { ...seen, observation: { ...seen.observation, connections: 1 } }),
    ).toEqual(['outside']);
  });

  it('bandwidth by the rate at which data passed while it waited', () => {
    const spec = parse('bandwidth', { rate: '100KB/s' });
    const waited = { ...stream, bytesIn: 400_000, bytesOut: 300_000 };
    expect(statuses(spec, { ...seen, downstream: waited })).toEqual(['within', 'within']);
    expect(statuses(spec, { ...seen, downstream: { ...waited, bytesOut: 400_000 } })[0]).toBe('outside');
    expect(statuses(spec, { ...seen, downstream: { ...waited, heldMicros: 0 } })[0]).toBe('not binding');
    expect(statuses(spec, { ...seen, upstream: waited, downstream: stream })[0]).not.toBe('outside');
    const upstream = parse('bandwidth', { rate: '100KB/s', direction: 'upstream' });
    expect(statuses(upstream, { ...seen, upstream: { ...waited, bytesOut: 400_000 } })[0]).toBe('outside');
  });

  it('slow_close by how late ends came', () => {
    const spec = parse('slow_close', { delay: '300ms' });
    const late = { ...stream, ends: 9, endDelayMicros: { p50: 301_000, p99: 310_000, count: 9 } };
    expect(statuses(spec, { ...seen, downstream: late })).toEqual(['within', 'within']);
    expect(statuses(parse('slow_close', { delay: '400ms' }), { ...seen, downstream: late })[0]).toBe(
      'outside',
    );
    expect(statuses(spec, seen)[0]).toBe('not binding');
    expect(statuses(spec, { ...seen, downstream: { ...stream, ends: 3 } })[0]).toBe('unmeasured');
    expect(statuses(spec, { ...seen, downstream: late, mixed: true })[0]).toBe('unmeasured');
  });

  it('slicer by the size of the pieces and the pauses between them', () => {
    const pieces = { p50: 1_000, p99: 5_000, count: 160 };
    const cut = { ...stream, chunks: 10, bytesIn: 10_240, bytesOut: 10_240, addedDelayMicros: pieces };
    const of = (parameters: object, downstream = cut): string[] =>
      statuses(parse('slicer', parameters), { ...seen, downstream });
    expect(of({ size: '64B' })).toEqual(['within', 'within']);
    expect(of({ size: '32B' })).toEqual(['outside', 'within']);
    expect(of({ size: '64B', delay: '20ms' })).toEqual(['within', 'within', 'within']);
    expect(of({ size: '64B', delay: '40ms' })).toEqual(['within', 'outside', 'within']);
  });

  it('limit_data by what came through and by who was closed', () => {
    const spec = parse('limit_data', { bytes: '1000B' });
    const passed = { ...stream, bytesIn: 20_000, bytesOut: 9_000 };
    expect(statuses(spec, { ...seen, downstream: passed, closes: 9 })).toEqual(['within', 'within']);
    expect(statuses(spec, { ...seen, downstream: passed })[0]).toBe('not binding');
    expect(statuses(spec, { ...seen, downstream: { ...passed, bytesOut: 9_001 }, closes: 9 })[0]).toBe(
      'outside',
    );
  });

  const shaping = [
    parse('bandwidth', { rate: '1KB/s' }),
    parse('slow_close', { delay: '1ms' }),
    parse('slicer', { size: '1B', delay: '1ms' }),
    parse('limit_data', { bytes: '1B' }),
  ];

  it('never as within when nothing was seen', () => {
    const silence = { chunks: 0, bytesIn: 0, bytesOut: 0, addedDelayMicros: null, heldMicros: 0, ends: 0 };
    const downstream = { ...silence, endDelayMicros: null };
    for (const spec of shaping) {
      const all = statuses(spec, { ...seen, downstream, draws: { connections: 0, affected: 0 } });
      expect(all).not.toContain('within');
      expect(all).not.toContain('outside');
      expect(statuses(spec, { ...seen, downstream, draws: null })).not.toContain('within');
    }
  });

  it('never as within by a proxy that cannot tell', () => {
    for (const spec of [latency, parse('timeout'), parse('reset_peer'), parse('down'), ...shaping]) {
      expect(new Set(statuses(spec, null))).toEqual(new Set(['unmeasured']));
    }
  });
});
