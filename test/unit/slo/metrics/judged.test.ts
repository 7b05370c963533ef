// The metrics as promises: written, parsed, judged; and what is written about them.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunData } from '../../../../src/record/data.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import type { PromiseText } from '../../../../src/slo/gates.ts';
import { metrics } from '../../../../src/slo/metrics/registry.ts';
import { measuredSlice, rising } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import type { RunSketch } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const judge = (text: string, data: RunData, rules: Partial<PromiseText> = {}) =>
  evaluatePromises([{ text, severity: 'fail', ...rules }], data)[0]!;

/** 100/s for a minute, with nothing good for three seconds in the middle of it. */
const outage = runDataOf({
  slices: Array.from({ length: 60 }, (_, at) =>
    measuredSlice(
      'query',
      at,
      at >= 30 && at < 33 ? { wrongMicros: repeated(100, 1_000) } : { okMicros: repeated(100, 1_000) },
    ),
  ),
});

test('a burn rate is broken at its limit, and by the rule for `<` and `<=`', () => {
  expect(judge('burn(query, 99%) < 14.4 over 20s/2s', outage)).toMatchObject({
    status: 'fail',
    unit: 'count',
    samples: 6_000,
    reason: 'burn(query, 99%) over 20s/2s is 15, promised < 14.4 (highest at 33s: 15 over 20s, 100 over 2s)',
  });
  expect(judge('burn(query, 99%) < 15 over 20s/2s', outage).status).toBe('fail');
  expect(judge('burn(query, 99%) <= 15 over 20s/2s', outage).status).toBe('pass');
  expect(judge('burn(query, 99%) < 16 over 20s/2s', outage).status).toBe('pass');
});

test('a burn rate that no window can tell is invalid, or what on_no_data says', () => {
  const thin = runDataOf({
    slices: Array.from({ length: 60 }, (_, at) => measuredSlice('query', at, { okMicros: [1_000] })),
  });
  const text = 'burn(query, 99.9%) < 14.4 over 60s/5s';
  expect(judge(text, thin)).toMatchObject({ status: 'invalid', value: null });
  expect(judge(text, thin).reason).toContain('needs 695 samples');
  expect(judge(text, thin, { onNoData: 'skip' }).status).toBe('not judged');
  expect(judge('burn(query, 99.9%) < 14.4 over 2m/10s', outage).reason).toContain(
    'no full window of 2m fits in',
  );
});

test('a spent budget, in percent of it', () => {
  // 6,000 requests: 95 % allows 300 bad ones, and 300 there are.
  expect(judge('budget_spent(query, 95%) <= 100%', outage).status).toBe('pass');
  expect(judge('budget_spent(query, 95%) < 100%', outage).status).toBe('fail');
});

const everything = (count: number, sketch: Partial<RunSketch> = {}): RunData => {
  const values = rising(count);
  return runDataOf({
    slices: [
      measuredSlice('query', 0, {
        okMicros: values,
        measured: {
          ...{ firstByte: values, connect: values, dns: values, tls: values },
          ...{ firstEvent: values, eventGap: values },
        },
      }),
      measuredSlice('say', 0, {
        okMicros: values,
        measured: { delivery: values, fanoutFirst: values, fanoutMedian: values, fanoutLast: values },
        tallies: { published: count, expected: count, delivered: count },
      }),
      measuredSlice('stream', 0, {
        okMicros: values,
        measured: { connect: values, ping: values, reconnect: values },
        tallies: { pings: count, closed: count, reconnects: count },
      }),
    ],
    ...sketch,
  });
};

const durations = [
  ...['first_byte(query)', 'connect(query)', 'dns(query)', 'tls(query)'],
  ...['first_event(query)', 'event_gap(query)', 'round_trip(say)', 'ping(stream)', 'reconnect(stream)'],
  ...['broadcast(say)', 'fanout_first(say)', 'fanout_median(say)', 'fanout_last(say)'],
];

test.each(durations)('%s: a percentile without enough samples never passes', (measure) => {
  expect(judge(`${measure} < 1h`, everything(199)).status).toBe('invalid');
  expect(judge(`${measure} < 1h`, everything(199)).reason).toContain('at least 200 samples, there are 199');
  const enough = judge(`${measure} < 1h`, everything(200));
  expect(enough).toMatchObject({ status: 'pass', unit: 'µs', samples: 200 });
  expect((enough.value ?? 0) / 190_000).toBeCloseTo(1, 2);
  // More than ten beyond the limit are certain all the same.
  expect(judge(`${measure} < 20ms`, everything(50)).status).toBe('fail');
  expect(judge(`${measure} < 20ms`, everything(29)).status).toBe('invalid');
});

test('what was not recorded and could change the answer is invalid, not kept', () => {
  const silent = runDataOf({
    slices: [
      measuredSlice('query', 0, {
        okMicros: repeated(300, 1_000),
        measured: { firstByte: repeated(300, 1_000), connect: rising(300) },
        failures: { timeout: 30 },
      }),
    ],
  });
  expect(judge('connect(query) < 1s', silent)).toMatchObject({ status: 'invalid' });
  expect(judge('connect(query) < 1s', silent).reason).toContain('30 timed out');
  expect(judge('connect(query, p50) < 1s', silent).status).toBe('pass');
  expect(judge('connect(query) < 100ms', silent).status).toBe('fail');
});

test('durations from an actual start are not taken for latencies without due times', () => {
  const series = ['query', 'say', 'stream'].map((name) => ({ name, hasDueTime: false }));
  const data = everything(200, { series });
  expect(judge('ping(stream) < 1h', data).reason).toBeNull();
  expect(judge('first_byte(query) / p50(query) < 100', data).reason).toContain('service latency only');
  expect(judge('ping(stream) / ping(stream) < 100', data).reason).not.toContain('service latency only');
  expect(judge('round_trip(say) < 1h', data).reason).toContain('service latency only');
});

test('docs/metrics.md tells of every metric', () => {
  const text = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const untold = metrics
    .map(({ name }) => name)
    .filter((name) => !name.includes('…') && !text.includes(`\`${name}\``));
  expect(untold).toEqual([]);
});
