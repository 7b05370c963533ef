// connect, dns and tls: by the requests that opened a connection; what could not open one ranks above all that could.

import { expect, test } from 'vitest';
import { connect } from '../../../../src/slo/metrics/connect.ts';
import { measuredSlice, measureOf, read, rising, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const timeoutMicros = 5_000_000;
const runOf = (content: Parameters<typeof measuredSlice>[2]) =>
  runDataOf({
    slices: [measuredSlice('query', 0, content)],
    series: [{ name: 'query', timeoutMicros }],
  });
const of = (metric: string, name = 'p95') =>
  measureOf(metric, { subject: 'query', argument: statistic(name) });

const near = (value: number | null, expected: number): void => {
  expect((value ?? 0) / expected).toBeCloseTo(1, 2);
};

/** 1,000 requests over 200 new connections. */
const healthy = {
  okMicros: repeated(1_000, 300_000),
  measured: { firstByte: repeated(1_000, 200_000), connect: rising(200), dns: rising(100), tls: rising(50) },
};

test('ranks the connections that were opened, not the requests', () => {
  near(read(runOf(healthy), of('connect')).value, 190_000);
  near(read(runOf(healthy), of('dns')).value, 95_000);
  near(read(runOf(healthy), of('tls', 'max')).value, 50_000);
  expect(read(runOf(healthy), of('connect'))).toMatchObject({ samples: 200, atLeast: false, note: null });
  expect(read(runOf(healthy), of('tls'))).toMatchObject({ samples: 50 });
});

test('failures to connect rank above: of any kind for connect, of its own kind for dns and tls', () => {
  const failing = runOf({ ...healthy, failures: { connect: 6, dns: 3, tls: 2, reset: 90 } });
  expect(read(failing, of('connect'))).toMatchObject({ value: timeoutMicros, atLeast: true, samples: 211 });
  near(read(failing, of('connect', 'p90')).value, 190_000);
  expect(read(failing, of('dns'))).toMatchObject({ atLeast: false, samples: 103 });
  expect(read(failing, of('tls', 'max'))).toMatchObject({ atLeast: true, samples: 52 });
});

test('timeouts that may have been connections leave open what they could change', () => {
  const silent = runOf({ ...healthy, failures: { timeout: 30 } });
  const reading = read(silent, of('connect'));
  near(reading.value, 190_000);
  // With 30 more above: rank 219 of 230 is a failure. Half of 230 is rank 115.
  expect(reading.undecided?.(250_000)).toBe(
    '30 timed out, and it is not recorded whether they had a connection',
  );
  expect(reading.undecided?.(150_000)).toBeNull();
  expect(read(silent, of('connect', 'p50')).undecided?.(250_000)).toBeNull();
  expect(read(silent, of('connect', 'p50')).undecided?.(110_000)).toContain('30 timed out');
  // A bare value must not look as if it were certain.
  expect(read(silent, of('connect'), null)).toMatchObject({ atLeast: true });
});

test('timeouts after a first byte had a connection', () => {
  const stalled = runOf({
    ...healthy,
    failures: { timeout: 30 },
    measured: { ...healthy.measured, firstByte: repeated(1_030, 200_000) },
  });
  expect(read(stalled, of('connect')).undecided?.(250_000)).toBeNull();
  expect(read(stalled, of('connect'), null)).toMatchObject({ atLeast: false });
});

test('no connection, no name, no handshake: no data', () => {
  const reused = runOf({ okMicros: repeated(10, 1_000), measured: { firstByte: repeated(10, 1_000) } });
  expect(read(reused, of('connect'))).toMatchObject({
    value: null,
    note: 'no data: no connection was opened',
  });
  expect(read(reused, of('dns'))).toMatchObject({ value: null, note: 'no data: no name was looked up' });
  expect(read(reused, of('tls'))).toMatchObject({ value: null, note: 'no data: there was no TLS handshake' });
});

test('a target that refuses every connection is a lower bound', () => {
  expect(read(runOf({ failures: { connect: 300 } }), of('connect'))).toMatchObject({
    value: timeoutMicros,
    atLeast: true,
    samples: 300,
  });
});

test('more than ten that failed or were slow are certain; seconds are not judged by it', () => {
  const { counts, histograms } = measuredSlice('query', 0, { ...healthy, failures: { connect: 4 } });
  const allowance = connect.allowance(of('connect'), '<', 100_000);
  expect(allowance?.count(counts, histograms)).toEqual({ bad: 104, total: 204 });
  expect(allowance?.gates).toBe(false);
});
