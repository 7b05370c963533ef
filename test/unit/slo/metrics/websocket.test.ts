// WebSockets: round trips, pings, reconnections, and what happens to connections.

import { describe, expect, test } from 'vitest';
import { compareMeasure } from '../../../../src/compare/comparison.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import { ping } from '../../../../src/slo/metrics/ping.ts';
import { roundTrip } from '../../../../src/slo/metrics/round-trip.ts';
import { measuredSlice, measureOf, read, rising, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const second = 1_000_000;
type Content = Parameters<typeof measuredSlice>[2];

const near = (value: number | null, expected: number): void => {
  expect((value ?? 0) / expected).toBeCloseTo(1, 2);
};

const stream = (...seconds: Content[]) =>
  runDataOf({ slices: seconds.map((content, at) => measuredSlice('stream', at, content)) });
const ofStream = (metric: string, name?: string) =>
  measureOf(metric, { subject: 'stream', argument: name === undefined ? null : statistic(name) });

test('a round trip is from the due time to the reply', () => {
  const asked = measureOf('round_trip', { subject: 'ask' });
  const data = (content: Content) =>
    runDataOf({
      slices: [measuredSlice('ask', 0, content)],
      series: [{ name: 'ask', timeoutMicros: 2_000_000 }],
    });
  near(read(data({ okMicros: rising(200) }), asked).value, 190_000);
  expect(read(data({ okMicros: rising(189), timedOutMicros: repeated(11, 1) }), asked)).toMatchObject({
    value: 2_000_000,
    atLeast: true,
    samples: 200,
  });
  expect(read(data({}), asked).note).toBe('no data: nothing was offered');
});

test('what is no round trip is refused', () => {
  const data = runDataOf({
    slices: [
      measuredSlice('query', 0, { okMicros: repeated(200, 1_000), measured: { firstByte: rising(200) } }),
      measuredSlice('tell', 0, { okMicros: repeated(200, 1_000), bytes: 0 }),
      measuredSlice('flow:watch', 0, { okMicros: repeated(200, 1_000) }),
    ],
  });
  const note = (subject: string | null) => read(data, measureOf('round_trip', { subject })).note;
  expect(note('query')).toBe('`query` is an HTTP step, no round trip: use p95(query)');
  expect(note('tell')).toContain('never got a reply');
  expect(note('flow:watch')).toContain('whole iterations');
  expect(note(null)).toContain('needs a series');
});

test('as a steady promise a round trip counts what is still in flight', () => {
  const asked = measureOf('round_trip', { subject: 'ask' });
  const { counts, histograms } = measuredSlice('ask', 0, {
    okMicros: [1_000, 1_000, 80_000],
    timedOutMicros: [1],
    dropped: 1,
  });
  const allowance = roundTrip.allowance(asked, '<=', 50_000);
  expect(allowance?.count(counts, histograms)).toEqual({ bad: 3, total: 5 });
  expect(allowance?.lateAfterMicros).toBe(50_000);
});

test('pings: missed ones rank above all that came, as at least the slowest of them', () => {
  const data = stream({
    okMicros: [1_000],
    measured: { connect: [500], ping: rising(189) },
    tallies: { pings: 200, pongsMissed: 11 },
  });
  const reading = read(data, ofStream('ping'));
  near(reading.value, 189_000);
  expect(reading).toMatchObject({ atLeast: true, samples: 200 });
  near(read(data, ofStream('ping', 'p50')).value, 100_000);
  expect(read(data, ofStream('pongs_missed'))).toMatchObject({ value: 11, samples: 200 });
  const [slice] = data.slices;
  expect(ping.allowance(ofStream('ping'), '<', 180_000)).toMatchObject({ gates: false });
  expect(ping.allowance(ofStream('ping'), '<', 180_000)?.count(slice!.counts, slice!.histograms)).toEqual({
    bad: 20,
    total: 200,
  });
});

describe('the mean of what has missing ones whose wait is not recorded is a lower bound', () => {
  const pinged = (came: readonly number[], pongsMissed: number) =>
    stream({
      okMicros: [1_000],
      measured: { connect: [500], ping: came },
      tallies: { pings: came.length + pongsMissed, pongsMissed },
    });
  const judge = (text: string, data: ReturnType<typeof stream>) =>
    evaluatePromises([{ text, severity: 'fail' }], data)[0];

  test('no pong came, or one of a thousand: no upper limit is kept', () => {
    for (const limit of ['< 20ms', '<= 20ms', '< 1h']) {
      const text = `ping(stream, mean) ${limit}`;
      expect(judge(text, pinged([], 1_000))).toMatchObject({ status: 'fail', value: 0, atLeast: true });
      expect(judge(text, pinged([5_000], 999))).toMatchObject({ status: 'fail', atLeast: true });
    }
    expect(judge('ping(stream, mean) < 20ms', pinged([5_000], 999))?.reason).toBe(
      'ping(stream, mean) is ≥ 5ms, promised < 20ms (999 without a value: how long was waited is not recorded)',
    );
  });

  test('a lower limit is kept by what is certain, and never broken', () => {
    expect(judge('ping(stream, mean) > 3ms', pinged([5_000], 999))?.status).toBe('pass');
    expect(judge('ping(stream, mean) > 3ms', pinged([], 999))?.status).toBe('invalid');
  });

  test('with every pong it is exact', () => {
    expect(judge('ping(stream, mean) < 20ms', pinged([5_000, 5_000], 0))).toMatchObject({
      status: 'pass',
      atLeast: false,
    });
  });

  test('no lost connection was replaced in the phase: no upper limit is kept', () => {
    const data = stream(
      { okMicros: repeated(10, 1_000), measured: { connect: repeated(10, 500), reconnect: [100_000] } },
      { tallies: { closed: 4 } },
    );
    const phases = [
      { name: 'steady', startMicros: 0, endMicros: second },
      { name: 'fault:cut', startMicros: second, endMicros: 2 * second },
    ];
    const faults = runDataOf({
      slices: [],
      faults: [{ id: 'cut', effectAtMicros: second, clearedAtMicros: 2 * second }],
    }).run.faults;
    const faulted = { ...data, run: { ...data.run, phases, faults } };
    expect(judge('reconnect(stream, mean) < 5s during fault:cut', faulted)).toMatchObject({
      status: 'fail',
      atLeast: true,
      samples: 4,
    });
  });

  test('from healthy to dead is no improvement', () => {
    const pairs = Array.from({ length: 6 }, (_, index) => ({
      pair: index + 1,
      before: pinged(repeated(1_000, 5_000), 0),
      after: pinged([], 1_000),
    }));
    const { record } = compareMeasure(ofStream('ping', 'mean'), pairs, {
      ...{ primary: true, gates: [], invalid: null },
    });
    expect(record.pairs[0]).toMatchObject({ after: 0, afterAtLeast: true });
    expect(record.outcome).toBe('inconclusive');
  });
});

test('without pings there is nothing to say, not even that none was missed', () => {
  const data = stream({ okMicros: [1_000], measured: { connect: [500] } });
  expect(read(data, ofStream('ping'))).toMatchObject({ value: null });
  expect(read(data, ofStream('pongs_missed'))).toMatchObject({
    value: null,
    note: 'no data: no ping was answered or missed',
  });
});

test('losses that were never replaced rank above all reconnections', () => {
  const opened: Content = { okMicros: repeated(10, 1_000), measured: { connect: repeated(10, 500) } };
  const lossy: Content = {
    measured: { reconnect: [100_000, 200_000, 300_000] },
    tallies: { closed: 3, reconnects: 3 },
  };
  const whole = stream(opened, lossy);
  near(read(whole, ofStream('reconnect', 'max')).value, 300_000);
  near(read(whole, ofStream('reconnect', 'mean')).value, 200_000);
  const last = stream(opened, { ...lossy, tallies: { closed: 4, reconnects: 3 } });
  expect(read(last, ofStream('reconnect', 'max'))).toMatchObject({ atLeast: true, samples: 4 });
  near(read(last, ofStream('reconnect', 'max')).value, 300_000);
});

test('where no connection was lost there is nothing to judge; where none came back, no data', () => {
  const opened: Content = { okMicros: repeated(10, 1_000), measured: { connect: repeated(10, 500) } };
  expect(read(stream(opened), ofStream('reconnect', 'max'))).toMatchObject({
    value: null,
    nothingToJudge: true,
  });
  const gone = read(stream(opened, { tallies: { closed: 4 } }), ofStream('reconnect', 'max'));
  expect(gone).toMatchObject({
    value: null,
    note: 'no data: of 4 lost connections none was opened again',
  });
  expect(gone.nothingToJudge).toBeUndefined();
  const http = runDataOf({
    slices: [measuredSlice('query', 0, { okMicros: [1], measured: { connect: [1], firstByte: [1] } })],
  });
  expect(read(http, measureOf('reconnect', { subject: 'query' })).nothingToJudge).toBeUndefined();
});

test('connections lost and messages that nobody asked for are told against the connections there were', () => {
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 2 * second },
  ];
  // All ten were opened in the warm-up.
  const slices = [
    measuredSlice('stream', 0, { okMicros: repeated(10, 1_000), measured: { connect: repeated(10, 500) } }),
    measuredSlice('stream', 1, { tallies: { closed: 2, reconnects: 2, unmatched: 30 } }),
  ];
  const load = { ...runDataOf({ slices }).run.load, warmupMicros: second };
  const data = runDataOf({ slices, phases, load });
  expect(read(data, ofStream('connections_lost'))).toMatchObject({ value: 2, samples: 12, atLeast: false });
  expect(read(data, ofStream('unmatched'))).toMatchObject({ value: 30, samples: 12 });
});

test('no loss is a value only where there was a connection to lose', () => {
  const quiet = stream({ okMicros: repeated(5, 1_000), measured: { connect: repeated(5, 500) } });
  expect(read(quiet, ofStream('connections_lost'))).toMatchObject({ value: 0, samples: 5 });
  const refused = stream({ failures: { connect: 5 } });
  expect(read(refused, ofStream('connections_lost'))).toMatchObject({
    value: null,
    note: 'no data: no WebSocket was opened',
  });
  const http = runDataOf({
    slices: [measuredSlice('query', 0, { okMicros: [1], measured: { connect: [1], firstByte: [1] } })],
  });
  for (const metric of ['connections_lost', 'unmatched'])
    expect(read(http, measureOf(metric, { subject: 'query' }))).toMatchObject({ value: null });
});
