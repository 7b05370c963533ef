// Promises about scraped series of which something is missing: lost by a restart, not kept, told twice.

import { describe, expect, it } from 'vitest';
import type { ScrapeLog } from '../../../../src/record/scrape-log.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import { readMeasure } from '../../../../src/slo/reading.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { scrapeLogOf, type SeriesSketch, steps } from '../../../support/scrape-logs.ts';

const secondMicros = 1_000_000;

/** A load of ten seconds; twelve scrapes, every second from −0.5 s on. */
const dataOf = (scrapes: ScrapeLog) => ({
  ...runDataOf({
    ...{ slices: [], series: [], elapsedMicros: 10 * secondMicros },
    phases: [{ name: 'steady', startMicros: 0, endMicros: 10 * secondMicros }],
  }),
  scrapes,
});

function read(subject: string, scrapes: ScrapeLog, statistic: string | null = null) {
  const argument = statistic === null ? null : ({ kind: 'statistic', statistic } as const);
  const measure = { metric: 'metric', subject, argument, during: [] };
  return readMeasure(measure, dataOf(scrapes), [], '<').reading;
}

const errors = (code: string, values: SeriesSketch['values']): SeriesSketch => ({
  ...{ name: 'requests_total', labels: { code }, kind: 'counter', values },
});

describe('a counter that is first used some time after a restart', () => {
  // The target begins anew before 4.5 s; the label was at 30, is first used again after that, and is at 40 at 5.5 s.
  const lazy = errors('500', [30, 30, 30, 30, 30, null, 40, 40, 40, 40, 40, 40]);

  it('began at 0 again, as another counter shows', () => {
    const log = scrapeLogOf([errors('200', [...steps(5, 100, 900), ...steps(7, 100)]), lazy]);
    expect(read('requests_total{code="500"}', log).value).toBeCloseTo(4, 9);
    const other = { name: 'starts_total', kind: 'counter', values: [...steps(5, 1, 7), ...steps(7, 1)] };
    expect(read('requests_total', scrapeLogOf([other as SeriesSketch, lazy])).value).toBeCloseTo(4, 9);
  });

  it('goes on where it was when nothing began anew meanwhile', () => {
    const gauge: SeriesSketch = { name: 'load', values: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0] };
    const log = scrapeLogOf([errors('200', steps(12, 100, 900)), gauge, lazy]);
    expect(read('requests_total{code="500"}', log).value).toBeCloseTo(1, 9);
  });

  it('is not begun anew with another that was there all the time', () => {
    const worker = (name: string, values: number[]): SeriesSketch => ({
      ...{ name: 'jobs_total', labels: { worker: name }, kind: 'counter', values },
    });
    const log = scrapeLogOf([
      worker('1', [...steps(5, 10, 900), ...steps(7, 10)]),
      worker('2', steps(12, 10, 5_000)),
    ]);
    expect(read('jobs_total{worker="2"}', log).value).toBeCloseTo(10, 9);
  });
});

describe('a name of which not every series was kept', () => {
  const log = scrapeLogOf([errors('200', steps(12, 100)), { name: 'load', values: steps(12, 0, 1) }]);
  const told = (leftOut: string[]): ScrapeLog => ({ ...log, leftOut });

  it.each(['requests_total', 'requests_total{code="200"}', 'requests_total{code=~"5.."}'])(
    'has no value: %s',
    (subject) => {
      expect(read(subject, told(['requests_total']))).toMatchObject({
        value: null,
        note: 'the target exposes series of `requests_total` that were not kept, could not be read or stand twice (the notes say why)',
      });
      expect(read('load', told(['requests_total'])).value).toBe(1);
    },
  );

  it('keeps no promise', () => {
    const promise = { text: 'metric(requests_total{code=~"2.."}) < 200/s', severity: 'fail' } as const;
    expect(evaluatePromises([promise], dataOf(log))[0]?.status).toBe('pass');
    expect(evaluatePromises([promise], dataOf(told(['requests_total'])))[0]?.status).toBe('invalid');
  });

  const bucket = (le: string, step: number): SeriesSketch => ({
    ...{ name: 'latency_seconds_bucket', labels: { le }, kind: 'histogram', values: steps(12, step) },
  });

  it('nor has its family', () => {
    const whole = scrapeLogOf([bucket('0.1', 50), bucket('+Inf', 100)]);
    expect(read('latency_seconds', whole, 'p50').value).not.toBeNull();
    for (const leftOut of ['latency_seconds_bucket', 'latency_seconds_sum'])
      expect(read('latency_seconds', { ...whole, leftOut: [leftOut] }, 'p50').value).toBeNull();
  });

  it('two buckets with one bound are no histogram', () => {
    const twice = scrapeLogOf([bucket('0.1', 50), bucket('0.10', 60), bucket('+Inf', 100)]);
    expect(read('latency_seconds', twice, 'p50')).toMatchObject({
      value: null,
      note: 'two of its buckets have the same upper bound',
    });
  });
});

it('points are made once, however many stretches a promise has', () => {
  const log = scrapeLogOf([errors('200', steps(12, 100))]);
  let made = 0;
  const [only] = log.series;
  if (only === undefined) throw new Error('no series');
  const { points } = only;
  const counted = {
    ...only,
    get points() {
      made += 1;
      return points;
    },
  };
  const text = 'metric(requests_total) < 200/s over 4s';
  const judged = evaluatePromises([{ text, severity: 'fail' }], dataOf({ ...log, series: [counted] }));
  expect(judged[0]?.status).toBe('pass');
  // Once for its own track, once for restarts of anything.
  expect(made).toBeLessThanOrEqual(2);
});
