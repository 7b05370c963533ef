import { describe, expect, it } from 'vitest';
import type { FaultLink } from '../../../src/faults/fault.ts';
import { faultInputSchema, faultOf, faultParameters, faults } from '../../../src/faults/registry.ts';
import type { FaultSpec } from '../../../src/faults/registry.ts';
import type { Seen } from '../../../src/faults/seen.ts';
import { undoKinds } from '../../../src/faults/undo/registry.ts';

const parse = (fault: string, parameters?: object): FaultSpec =>
  faultInputSchema.parse(parameters === undefined ? { fault } : { fault, with: parameters });

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

const stream = { bytesIn: 10, bytesOut: 10, addedDelayMicros: { p50: 300_000, p99: 350_000, count: 50 } };
const seen: Seen = {
  observation: { connections: 0, bytesUp: 10, bytesDown: 10, resets: 0, refused: 0, addedDelayMicros: null },
  ...{
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
  });

  it('are written back as a person would, and read the same again', () => {
    const spec = parse('latency', { latency: '1.5s', toxicity: '20%' });
    expect(faultParameters(spec)).toEqual({
      latency: '1.5s',
      jitter: '0ms',
      toxicity: '20%',
      direction: 'downstream',
    });
    for (const text of [spec, parse('timeout', { timeout: '59.999s' }), parse('reset_peer'), parse('down')]) {
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
    ['explode', {}, 'fault'],
  ])('%s with %o is refused: %s', (fault, parameters, expected) => {
    expect(complaint(fault, parameters)).toContain(expected);
  });

  it('each have an undo that is known', () => {
    const known = undoKinds.map(({ kind }) => kind);
    const specs = [
      parse('latency', { latency: '1ms' }),
      parse('timeout'),
      parse('reset_peer'),
      parse('down'),
    ];
    expect(specs.map(({ kind }) => kind)).toEqual(faults.map(({ kind }) => kind));
    for (const spec of specs) {
      const intent = faultOf(spec).plan(spec, 'a b/c', link);
      expect(known).toContain(intent.kind);
      expect(intent.data).toMatchObject({ apiUrl: link.apiUrl, proxyName: link.proxyName, embedded: true });
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

  it('never as within by a proxy that cannot tell', () => {
    for (const spec of [latency, parse('timeout'), parse('reset_peer'), parse('down')]) {
      expect(new Set(statuses(spec, null))).toEqual(new Set(['unmeasured']));
    }
  });
});
