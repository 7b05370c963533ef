// Streamed answers: the first event and the gaps, with streams that had none and streams that broke off.

import { describe, expect, test } from 'vitest';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import type { Operator } from '../../../../src/slo/expression.ts';
import { measuredSlice, measureOf, read, rising, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

const second = 1_000_000;
const timeoutMicros = 30_000_000;
const series = [{ name: 'ask', timeoutMicros }];
const of = (metric: string, name = 'p95', ...during: string[]) =>
  measureOf(metric, { subject: 'ask', argument: statistic(name), during });

const near = (value: number | null, expected: number): void => {
  expect((value ?? 0) / expected).toBeCloseTo(1, 2);
};

const runOf = (content: Parameters<typeof measuredSlice>[2]) =>
  runDataOf({ slices: [measuredSlice('ask', 0, content)], series });

test('the first event of each stream', () => {
  const data = runOf({ okMicros: repeated(200, 900_000), measured: { firstEvent: rising(200) } });
  near(read(data, of('first_event')).value, 190_000);
  expect(read(data, of('first_event'))).toMatchObject({ samples: 200, atLeast: false, note: null });
});

test('streams without an event rank above all', () => {
  const data = runOf({
    okMicros: repeated(189, 900_000),
    wrongMicros: repeated(11, 1_000),
    measured: { firstEvent: rising(189) },
  });
  expect(read(data, of('first_event'))).toMatchObject({ value: timeoutMicros, atLeast: true, samples: 200 });
  near(read(data, of('first_event', 'p90')).value, 180_000);
});

test('a stream that failed after its first event is not one without', () => {
  const data = runOf({
    okMicros: repeated(189, 900_000),
    timedOutMicros: repeated(11, 1_000),
    measured: { firstEvent: rising(200) },
  });
  near(read(data, of('first_event')).value, 190_000);
});

test('events that come in a later phase are not missed in the one in which their stream began', () => {
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 2 * second },
  ];
  // 100 streams began in the warm-up; 40 of their events came after it, and hide no stream that had none.
  const slices = (none: number) => [
    measuredSlice('ask', 0, { okMicros: repeated(100, 1_000), measured: { firstEvent: rising(60) } }),
    measuredSlice('ask', 1, {
      okMicros: repeated(200 - none, 1_000),
      timedOutMicros: repeated(none, 1_000),
      measured: { firstEvent: [...rising(200 - none), ...repeated(40, 1_000)] },
    }),
  ];
  const whole = read(runDataOf({ slices: slices(0), series, phases }), of('first_event', 'p95'));
  expect(whole.undecided?.(250_000)).toBeNull();
  const some = read(runDataOf({ slices: slices(30), series, phases }), of('first_event', 'p95'));
  expect(some.undecided?.(250_000)).toBe(
    '30 more streams may have had no event: it is not recorded when they began',
  );
  expect(some.undecided?.(100_000)).toBeNull();
});

test('streams that failed elsewhere are not held against a phase without failures', () => {
  const phases = [
    { name: 'steady', startMicros: 0, endMicros: second },
    { name: 'fault:x', startMicros: second, endMicros: 2 * second },
  ];
  const slices = [
    measuredSlice('ask', 0, { okMicros: repeated(200, 1_000), measured: { firstEvent: rising(200) } }),
    measuredSlice('ask', 1, { timedOutMicros: repeated(200, 1_000) }),
  ];
  const data = runDataOf({ slices, series, phases });
  const steady = read(data, of('first_event', 'p95', 'steady'));
  near(steady.value, 190_000);
  expect(steady.undecided?.(250_000)).toBeNull();
  expect(read(data, of('first_event'))).toMatchObject({ atLeast: true, samples: 400 });
});

describe('in stretches of the run', () => {
  const content = (begun: number, events: number, failed = 0) => ({
    okMicros: repeated(begun - failed, 1_000),
    timedOutMicros: repeated(failed, 1_000),
    measured: { firstEvent: repeated(events, 100_000) },
  });
  const judge = (...seconds: ReturnType<typeof content>[]) => {
    const slices = seconds.map((one, at) => measuredSlice('ask', at, one));
    const elapsedMicros = seconds.length * second;
    const phases = [{ name: 'steady', startMicros: 0, endMicros: elapsedMicros }];
    const text = 'first_event(ask, p90) < 200ms over 1s';
    const data = runDataOf({ slices, series, phases, elapsedMicros });
    return evaluatePromises([{ text, severity: 'fail' }], data)[0]!;
  };

  test('an event that comes in the next stretch was not missed', () => {
    expect(judge(content(200, 150), content(200, 250), content(200, 200))).toMatchObject({ status: 'pass' });
  });

  test('events of the stretch before do not stand for streams that had none', () => {
    // All over p90 holds: 100 of 1,000 had none. In the second stretch it may be up to 100 of 200.
    expect(
      judge(content(200, 100), content(200, 200, 100), content(200, 200), content(400, 400)),
    ).toMatchObject({ status: 'invalid' });
  });

  test('a stretch in which no event came at all is not passed over', () => {
    const outage = judge(
      ...Array.from({ length: 20 }, (_, at) => content(200, at === 9 ? 0 : 200, at === 9 ? 200 : 0)),
    );
    expect(outage).toMatchObject({ status: 'invalid' });
    expect(outage.reason).toContain('200 more streams may have had no event');
  });
});

test('just the limit keeps `<=` only where nothing is left open', () => {
  // Rank 190 of 200 that had an event is 100ms, that of 210 is the timeout.
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 2 * second },
  ];
  const slices = [
    measuredSlice('ask', 0, {
      okMicros: repeated(100, 1_000),
      measured: { firstEvent: repeated(88, 100_000) },
    }),
    measuredSlice('ask', 1, {
      okMicros: repeated(188, 1_000),
      timedOutMicros: repeated(12, 1_000),
      measured: { firstEvent: repeated(200, 100_000) },
    }),
  ];
  const reading = (operator: Operator) =>
    read(runDataOf({ slices, series, phases }), of('first_event'), operator);
  const limit = reading('<').value ?? 0;
  expect(reading('<=').undecided?.(limit)).toContain('12 more streams');
  expect(reading('>').undecided?.(limit)).toContain('12 more streams');
  expect(reading('<').undecided?.(limit)).toBeNull();
  expect(reading('>=').undecided?.(limit)).toBeNull();
});

test('gaps between events', () => {
  const content = {
    okMicros: repeated(5, 900_000),
    measured: { firstEvent: rising(5), eventGap: rising(400) },
  };
  near(read(runOf(content), of('event_gap')).value, 380_000);
  // Each stream that failed may have waited in vain for its next event: 405 gaps, rank 385.
  const failing = read(runOf({ ...content, failures: { reset: 5 } }), of('event_gap'));
  near(failing.value, 380_000);
  expect(failing.undecided?.(500_000)).toBeNull();
  expect(failing.undecided?.(383_000)).toContain('5 streams failed');
  const slowest = read(runOf({ ...content, failures: { reset: 1 } }), of('event_gap', 'max'));
  expect(slowest.undecided?.(500_000)).toContain('1 streams failed');
});

describe('beside a step of which nothing ever was good', () => {
  const pooled = (metric: string, name = 'p95', ...during: string[]) =>
    measureOf(metric, { argument: statistic(name), during });
  const measured = { firstEvent: rising(200), eventGap: rising(400) };
  const alive = { okMicros: repeated(200, 900_000), measured };
  const beside = (dead: number, at = 0) =>
    runDataOf({
      slices: [
        measuredSlice('ask', 0, alive),
        measuredSlice('ask', 1, alive),
        measuredSlice('tell', at, { timedOutMicros: repeated(dead, 1_000) }),
      ],
      phases: [
        { name: 'steady', startMicros: 0, endMicros: second },
        { name: 'fault:x', startMicros: second, endMicros: 2 * second },
      ],
      faults: [{ id: 'x', effectAtMicros: second, clearedAtMicros: 2 * second }],
    });
  const why = 'nothing of `tell` was good, which may have been streams';

  test.each(['first_event', 'event_gap'])('%s of all is left open as far as it could be one', (metric) => {
    const reading = read(beside(100), pooled(metric));
    expect(reading.undecided?.(5_000_000)).toBe(why);
    expect(reading.note).toBe(why);
    // Beyond the limit already, and a rank that nothing more could reach.
    expect(reading.undecided?.(100_000)).toBeNull();
    expect(read(beside(100), pooled(metric, 'p50')).undecided?.(5_000_000)).toBeNull();
    expect(read(beside(2), pooled(metric)).undecided?.(5_000_000)).toBeNull();
  });

  test('does not pass, nor fail for a step that may have been something else', () => {
    const judge = (text: string, dead: number, at?: number) =>
      evaluatePromises([{ text, severity: 'fail' }], beside(dead, at))[0]!;
    expect(judge('first_event(p95) < 5s', 100)).toMatchObject({ status: 'invalid', reason: why });
    expect(judge('event_gap(p95) < 5s', 100)).toMatchObject({ status: 'invalid', reason: why });
    expect(judge('first_event(ask, p95) < 5s', 100).status).toBe('pass');
    // Where nothing of it was due, nothing is missed.
    expect(judge('first_event(p95) < 5s during steady', 100).status).toBe('invalid');
    expect(judge('first_event(p95) < 5s during steady', 100, 1).status).toBe('pass');
  });
});

test('what is no stream has no events', () => {
  const data = runOf({ okMicros: repeated(200, 1_000) });
  expect(read(data, of('first_event')).note).toBe('no data: no event of a stream came');
  expect(read(data, of('event_gap')).note).toBe('no data: no event followed another');
});
