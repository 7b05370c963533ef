// Promises about what the target says of itself: rates, values and quantiles; and never a value of what was not scraped.

import { describe, expect, it } from 'vitest';
import type { RunData } from '../../../../src/record/data.ts';
import type { ScrapeLog } from '../../../../src/record/scrape-log.ts';
import type { RunRecord } from '../../../../src/record/schema.ts';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import type { Operator } from '../../../../src/slo/expression.ts';
import { readMeasure } from '../../../../src/slo/reading.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { scrapeLogOf, type SeriesSketch, steps } from '../../../support/scrape-logs.ts';

const secondMicros = 1_000_000;
const phase = (name: string, from: number, to: number): RunRecord['phases'][number] => ({
  ...{ name, startMicros: from * secondMicros, endMicros: to * secondMicros },
});

/** A load of ten seconds, the first two of them warm-up, a fault from 5 to 8. */
function dataOf(scrapes: ScrapeLog | null): RunData {
  const data = runDataOf({
    slices: [],
    series: [],
    elapsedMicros: 10 * secondMicros,
    faults: [{ id: 'slow', effectAtMicros: 5 * secondMicros, clearedAtMicros: 8 * secondMicros }],
    phases: [phase('warmup', 0, 2), phase('steady', 2, 5), phase('fault:slow', 5, 8), phase('steady', 8, 10)],
  });
  return scrapes === null ? data : { ...data, scrapes };
}

interface Asked {
  readonly statistic?: string;
  readonly during?: readonly string[];
  readonly operator?: Operator;
}

function read(subject: string, scrapes: ScrapeLog | null, { statistic, during = [], operator }: Asked = {}) {
  const argument = statistic === undefined ? null : ({ kind: 'statistic', statistic } as const);
  const measure = { metric: 'metric', subject, argument, during };
  return readMeasure(measure, dataOf(scrapes), [], operator ?? null).reading;
}

/** Twelve scrapes, every second from −0.5 s on. */
const counter = (values: readonly (number | null)[], more: Partial<SeriesSketch> = {}): SeriesSketch => ({
  ...{ name: 'requests_total', kind: 'counter', values },
  ...more,
});

describe('a counter', () => {
  it('is its increase per second over the time that is asked for', () => {
    const log = scrapeLogOf([counter(steps(12, 50, 1_000))]);
    const reading = read('requests_total', log);
    expect(reading.value).toBeCloseTo(50, 9);
    expect(reading).toMatchObject({ samples: 8, note: 'per second' });
  });

  it('counts what reaches over an edge in proportion', () => {
    // Up to 4.5 s nothing, then 10/s: between 4.5 s and 5.5 s half belongs to the steady time.
    const log = scrapeLogOf([counter([0, 0, 0, 0, 0, 0, 10, 20, 30, 30, 30, 30])]);
    expect(read('requests_total', log, { during: ['steady'] }).value).toBeCloseTo(5 / 5, 9);
    expect(read('requests_total', log, { during: ['fault:slow'] }).value).toBeCloseTo((5 + 10 + 10) / 3, 9);
  });

  it('knows nothing of a gap that reaches over an edge', () => {
    // 40/s, down from 5 s to 8 s; scraped at 4.5 s and again at 8.5 s.
    const atSeconds = [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 8.5, 9.5, 10.5];
    const log = scrapeLogOf([counter([0, 20, 60, 100, 140, 180, 20, 60, 100])], { atSeconds });
    const { value, samples } = read('requests_total', log, { during: ['steady'] });
    expect(value).toBeCloseTo(40, 9);
    expect(samples).toBe(5);
  });

  it('begins at 0 after a drop', () => {
    const log = scrapeLogOf([counter([100, 110, 120, 130, 140, 150, 4, 14, 24, 34, 44, 54])]);
    expect(read('requests_total', log, { during: ['fault:slow'] }).value).toBeCloseTo(
      (2 + 10 + 10 + 5) / 3,
      9,
    );
  });

  it('that appears under way began at 0', () => {
    const late = counter([...Array.from({ length: 6 }, () => null), 30, 60, 60, 60, 60, 60]);
    const log = scrapeLogOf([late, { name: 'up', values: steps(12, 0, 1) }]);
    expect(read('requests_total', log, { during: ['fault:slow'] }).value).toBeCloseTo((15 + 30) / 3, 9);
  });

  it('is summed over the series that match', () => {
    const log = scrapeLogOf([
      counter(steps(12, 50), { labels: { code: '200', route: '/a' } }),
      counter(steps(12, 5), { labels: { code: '500', route: '/a' } }),
      counter(steps(12, 1), { labels: { code: '503', route: '/b' } }),
    ]);
    expect(read('requests_total', log).value).toBeCloseTo(56, 9);
    expect(read('requests_total{code="500"}', log).value).toBeCloseTo(5, 9);
    expect(read('requests_total{code=~"5.."}', log)).toMatchObject({ note: 'per second, 2 series together' });
    expect(read('requests_total{code!="200",route!~"/b"}', log).value).toBeCloseTo(5, 9);
    expect(read('requests_total{method=""}', log).value).toBeCloseTo(56, 9);
  });

  it('has the extremes of its rates between scrapes', () => {
    const log = scrapeLogOf([counter([0, 0, 0, 10, 30, 40, 45, 45, 45, 45, 145, 145])]);
    expect(read('requests_total', log, { statistic: 'max' })).toMatchObject({ value: 100, samples: 7 });
    expect(read('requests_total', log, { statistic: 'min' }).value).toBe(0);
    expect(read('requests_total', log, { statistic: 'mean' }).value).toBeCloseTo(
      (5 + 20 + 10 + 5 + 100) / 8,
      9,
    );
  });

  it.each([
    ['buckets', 'histogram', 'latency_seconds_bucket'],
    ['sums', 'histogram', 'latency_seconds_sum'],
    ['counts of summaries', 'summary', 'latency_seconds_count'],
  ] as const)('are %s, too', (_what, kind, name) => {
    expect(read(name, scrapeLogOf([counter(steps(12, 3), { name, kind })])).value).toBeCloseTo(3, 9);
  });
});

describe('a counter without a type', () => {
  const bare = (name: string, values: readonly number[]): SeriesSketch => ({ name, kind: 'untyped', values });
  /** 10,000 requests and no error before the fault, then 100 of which 40 fail each second. */
  const failing = [
    bare('requests_total', [...steps(6, 0, 10_000), ...steps(6, 100, 10_100)]),
    bare('errors_total', [...steps(6, 0, 60), ...steps(6, 40, 100)]),
  ];
  const judge = (text: string, series: readonly SeriesSketch[]) =>
    evaluatePromises([{ text, severity: 'fail' }], dataOf(scrapeLogOf(series)))[0];

  it('is one by its name, and says so', () => {
    const log = scrapeLogOf([bare('requests_total', steps(12, 50, 1_000))]);
    expect(read('requests_total', log).value).toBeCloseTo(50, 9);
    expect(read('requests_total', log).note).toBe(
      'per second; it has no `# TYPE`: taken as a counter, by its name',
    );
  });

  it('fails by what failed in the time, not by what it is since the process began', () => {
    const judged = judge('metric(errors_total) / metric(requests_total) < 5% during fault:slow', failing);
    expect(judged).toMatchObject({ status: 'fail' });
    expect(judged?.value).toBeCloseTo(0.4, 9);
  });

  it('restarts what was gone meanwhile', () => {
    const away = counter([10, 20, 30, 40, null, null, 60, 70, 80, 90, 100, 110], { name: 'seen_total' });
    const other = bare('up_total', [10, 20, 30, 40, 50, 2, 4, 6, 8, 10, 12, 14]);
    expect(read('seen_total', scrapeLogOf([away, other]), { during: ['fault:slow'] }).value).toBeCloseTo(
      (30 + 25) / 3,
      9,
    );
  });

  it.each(['latency_seconds_count', 'latency_seconds_sum', 'pool_in_use', 'total'])(
    'is none by the name of %s',
    (name) => {
      const log = scrapeLogOf([bare(name, steps(12, 1, 7))]);
      expect(read(name, log, { operator: '<' })).toMatchObject({
        value: 17,
        note: 'its max; it has no `# TYPE`: taken as a gauge',
      });
    },
  );

  it.each(['latency_seconds_count', 'latency_seconds_sum', 'latency_seconds_bucket'])(
    'may be %s, which keeps nothing from below',
    (name) => {
      const reason = `\`${name}\` has no \`# TYPE\` and may be a counter, by its name: let the target declare what it is, or say that its values are meant, \`metric(${name}, min)\``;
      const series = bare(name, steps(12, 1, 70));
      expect(judge(`metric(${name}) > 50/s`, [series])).toMatchObject({ status: 'invalid', reason });
      expect(
        judge(`metric(pool_in_use) / metric(${name}) < 1`, [bare('pool_in_use', steps(12, 1)), series]),
      ).toMatchObject({
        status: 'invalid',
        reason: expect.stringContaining(reason) as string,
      });
      expect(judge(`metric(${name}, min) > 50`, [series])).toMatchObject({ status: 'pass' });
    },
  );

  describe('where one is declared a gauge', () => {
    const declared = failing.map((series) => ({ ...series, kind: 'gauge' as const }));
    const [requests, errors] = declared;
    const dispute = (name: string, statistic: string): string =>
      `\`${name}\` is declared a gauge and named like a counter: let the target declare it a counter, or say that its values are meant, \`metric(${name}, ${statistic})\``;

    it.each([
      [
        'metric(errors_total) / metric(requests_total) < 5% during fault:slow',
        dispute('requests_total', 'min'),
      ],
      ['metric(requests_total) - metric(errors_total) > 100', dispute('requests_total', 'min')],
      ['metric(requests_total) > 50/s', dispute('requests_total', 'min')],
    ])('%s is invalid', (text, reason) => {
      expect(judge(text, declared)).toMatchObject({
        status: 'invalid',
        reason: expect.stringContaining(reason) as string,
      });
    });

    it('beside a counter is invalid, too', () => {
      const text = 'metric(errors_total) / metric(requests_total) < 5% during fault:slow';
      const counted = { ...errors!, kind: 'counter' as const };
      expect(judge(text, [requests!, counted])).toMatchObject({ status: 'invalid' });
    });

    it('is as declared where its values are asked for, or held from above', () => {
      const log = scrapeLogOf(declared);
      expect(read('requests_total', log, { statistic: 'min', operator: '>' }).value).toBe(10_000);
      expect(read('errors_total', log, { operator: '<' })).toMatchObject({ value: 260, note: 'its max' });
      expect(read('requests_total', log).note).toBe(dispute('requests_total', 'mean'));
    });
  });
});

describe('a gauge', () => {
  const values = [99, 99, 99, 1, 2, 3, 4, 5, 6, 7, 8, 99];
  const log = scrapeLogOf([{ name: 'pool_in_use', values }]);

  it.each<[string, Operator | null, number]>([
    ['at its highest for an upper limit', '<', 8],
    ['at its lowest for a lower one', '>=', 1],
    ['at its mean without a limit', null, 4.5],
  ])('is taken %s', (_what, operator, value) => {
    expect(read('pool_in_use', log, operator === null ? {} : { operator }).value).toBeCloseTo(value, 9);
  });

  it('is looked at in the phases that are asked for', () => {
    expect(read('pool_in_use', log, { operator: '<', during: ['fault:slow'] })).toMatchObject({
      value: 6,
      samples: 3,
    });
    expect(read('pool_in_use', log, { statistic: 'max', during: ['steady'] })).toMatchObject({
      value: 8,
      samples: 5,
    });
  });

  it('of several nobody may judge the wrong one', () => {
    const two = scrapeLogOf(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((pool) => ({ name: 'pool_in_use', labels: { pool }, values })),
    );
    expect(read('pool_in_use', two)).toMatchObject({
      value: null,
      note: '6 series of that name are gauges, name one by its labels: {pool="a"}, {pool="b"}, {pool="c"}, {pool="d"}, {pool="e"} and 1 more',
    });
    expect(read('pool_in_use{pool="b"}', two, { operator: '<' }).value).toBe(8);
  });

  it('without a type is told', () => {
    const untyped = scrapeLogOf([{ name: 'pool_in_use', kind: 'untyped', values }]);
    expect(read('pool_in_use', untyped, { statistic: 'max' })).toMatchObject({
      note: 'it has no `# TYPE`: taken as a gauge',
    });
  });

  it('has no data where it is no number, and no value where it is infinite', () => {
    const holes = scrapeLogOf([{ name: 'age', values: values.with(5, NaN) }]);
    expect(read('age', holes, { operator: '<' })).toMatchObject({ value: 8, samples: 7 });
    const endless = scrapeLogOf([{ name: 'age', values: values.with(5, Infinity) }]);
    expect(read('age', endless, { operator: '<' }).note).toBe('it was infinite at 4.5s');
  });

  it('needs scrapes enough for a percentile', () => {
    const judged = evaluatePromises(
      [{ text: 'metric(pool_in_use, p95) < 100', severity: 'fail' }],
      dataOf(log),
    );
    expect(judged[0]).toMatchObject({
      status: 'invalid',
      reason: 'p95 needs at least 200 samples, there are 8',
    });
  });
});

/** Cumulative counts that grow by these each second. */
const histogram = (perSecond: Readonly<Record<string, number>>, labels = {}): SeriesSketch[] => {
  const buckets = Object.entries(perSecond).map(([le, step]): SeriesSketch => ({
    ...{
      name: 'latency_seconds_bucket',
      labels: { ...labels, le },
      kind: 'histogram',
      values: steps(12, step, 7),
    },
  }));
  const count = Math.max(...Object.values(perSecond));
  return [
    ...buckets,
    { name: 'latency_seconds_sum', labels, kind: 'histogram', values: steps(12, count * 0.2, 3) },
    { name: 'latency_seconds_count', labels, kind: 'histogram', values: steps(12, count, 7) },
  ];
};

describe('a histogram', () => {
  const buckets = { '0.1': 50, '0.25': 90, '0.5': 100, '+Inf': 100 };
  const log = scrapeLogOf(histogram(buckets));

  it.each([
    // 800 observed in 8 s: rank 760 lies half-way between 720 and 800.
    ['p95', 0.375],
    ['p90', 0.25],
    ['p50', 0.1],
    ['p25', 0.05],
    ['mean', 0.2],
  ])('%s is that of what it gained, linear within its bucket', (statistic, value) => {
    expect(read('latency_seconds', log, { statistic }).value).toBeCloseTo(value, 9);
  });

  it('is its p95 where nothing is said, and says so', () => {
    expect(read('latency_seconds', log, { operator: '<' })).toMatchObject({
      samples: 800,
      note: 'its p95; within its bucket, from 0.25 to 0.5',
    });
  });

  it('is added up over the series that match, by bucket', () => {
    const both = scrapeLogOf([
      ...histogram(buckets, { route: '/a' }),
      ...histogram({ '0.1': 0, '0.25': 0, '0.5': 100, '+Inf': 100 }, { route: '/b' }),
    ]);
    // 1,600 observed; 720 up to 0.25, 1,600 up to 0.5.
    expect(read('latency_seconds', both, { statistic: 'p50' }).value).toBeCloseTo(
      0.25 + (0.25 * 80) / 880,
      9,
    );
    expect(read('latency_seconds{route="/a"}', both, { statistic: 'p50' }).value).toBeCloseTo(0.1, 9);
  });

  it('beyond its last bound is a lower bound, which decides only limits below', () => {
    const slow = scrapeLogOf(histogram({ '0.1': 50, '0.5': 90, '+Inf': 100 }));
    const reading = read('latency_seconds', slow, { statistic: 'p95' });
    expect(reading).toMatchObject({ value: 0.5, atLeast: true });
    expect(reading.undecided?.(2)).toBe('it lies beyond the last bucket that has a bound, 0.5');
    expect(reading.undecided?.(0.5)).toBeNull();
    const promises = ['metric(latency_seconds, p95) < 2', 'metric(latency_seconds, p95) < 0.4'];
    const judged = evaluatePromises(
      promises.map((text) => ({ text, severity: 'fail' })),
      dataOf(slow),
    );
    expect(judged.map(({ status }) => status)).toEqual(['invalid', 'fail']);
  });

  it('after a restart counts what came since', () => {
    const parts = histogram(buckets).map((series) => ({
      ...series,
      values: series.values.map((value, index) =>
        index < 6 ? value : (value ?? 0) - (series.values[5] ?? 0),
      ),
    }));
    expect(read('latency_seconds', scrapeLogOf(parts), { statistic: 'p95' })).toMatchObject({ samples: 800 });
    expect(read('latency_seconds', scrapeLogOf(parts), { statistic: 'p95' }).value).toBeCloseTo(0.375, 9);
  });

  it.each<[string, SeriesSketch[], Asked, string]>([
    [
      'too few observations',
      histogram({ '0.1': 1, '+Inf': 1 }),
      {},
      'p95 needs at least 200 samples, there are 8',
    ],
    ['nothing observed', histogram({ '0.1': 0, '+Inf': 0 }), {}, 'nothing was observed in that time'],
    ['no last bucket', histogram({ '0.1': 50, '0.5': 90 }), {}, 'its buckets do not end with `le="+Inf"`'],
    [
      'extremes',
      histogram(buckets),
      { statistic: 'max' },
      'a histogram does not know its max: ask for a percentile, or `mean`',
    ],
    [
      'different buckets',
      [...histogram(buckets, { a: '1' }), ...histogram({ '1': 50, '+Inf': 90 }, { a: '2' })],
      {},
      'its series have different buckets: name one by its labels',
    ],
  ])('with %s has no value', (_what, series, asked, note) => {
    expect(read('latency_seconds', scrapeLogOf(series), asked)).toMatchObject({ value: null, note });
  });

  it('with too few observations for a percentile is invalid', () => {
    const few = scrapeLogOf(histogram({ '0.1': 1, '+Inf': 1 }));
    const judged = evaluatePromises(
      [{ text: 'metric(latency_seconds, p95) < 5', severity: 'fail' }],
      dataOf(few),
    );
    expect(judged[0]).toMatchObject({
      status: 'invalid',
      reason: 'p95 needs at least 200 samples, there are 8',
    });
  });
});

describe('a summary', () => {
  const quantile = (value: string): SeriesSketch => ({
    ...{ name: 'rpc_seconds', labels: { quantile: value }, kind: 'summary', values: steps(12, 0.1) },
  });
  const log = scrapeLogOf([quantile('0.5'), quantile('0.99')]);

  it('has its quantiles as gauges, chosen by label', () => {
    expect(read('rpc_seconds{quantile="0.99"}', log, { operator: '<' }).value).toBeCloseTo(1, 9);
    expect(read('rpc_seconds', log)).toMatchObject({ value: null });
  });
});

describe('no value, never a pass', () => {
  const log = scrapeLogOf([
    counter(steps(12, 5), { labels: { code: '200' } }),
    { name: 'pool_in_use', values: steps(12, 1) },
    ...histogram({ '0.1': 50, '+Inf': 100 }),
  ]);
  const away = [...steps(6, 1), ...Array.from({ length: 6 }, () => null)];
  const late = [...Array.from({ length: 9 }, () => null), 5, 6, 7];
  const isUp: SeriesSketch = { name: 'up', values: steps(12, 0, 1) };

  it.each<[string, string, ScrapeLog | null, Asked, string]>([
    [
      'nothing scraped',
      'a',
      null,
      {},
      'nothing was scraped: say where in the target file, `observe: { prometheus: GET /metrics }`',
    ],
    [
      'no scrape worked',
      'a',
      scrapeLogOf([], { failures: [{ atMicros: 5, why: 'status 503' }] }),
      {},
      'no scrape worked (status 503)',
    ],
    [
      'an unknown name',
      'pool_in_usse',
      log,
      {},
      'the target exposed no metric `pool_in_usse` (did you mean `pool_in_use`?)',
    ],
    [
      'a family by half its name',
      'requests',
      log,
      {},
      'the target exposed no metric `requests` (did you mean `requests_total`?)',
    ],
    ['a name like none', 'zebra', log, {}, 'the target exposed no metric `zebra`'],
    [
      'labels that none has',
      'requests_total{code="500"}',
      log,
      {},
      'no series of `requests_total` has these labels (it has: {code="200"})',
    ],
    ['a phase that was not', 'pool_in_use', log, { during: ['steadier'] }, 'the run had no phase `steadier`'],
    [
      'a gauge that went away',
      'a',
      scrapeLogOf([{ name: 'a', values: away }, isUp]),
      {},
      'scrapes had it for 2.5s of the 8s that are asked for',
    ],
    [
      'a counter that went away',
      'requests_total',
      scrapeLogOf([counter(away), isUp]),
      {},
      'scrapes had it for 2.5s of the 8s that are asked for',
    ],
    [
      'a counter that came afterwards',
      'requests_total',
      scrapeLogOf([counter(late), isUp]),
      { during: ['fault:slow'] },
      'no scrape of that time had it',
    ],
    [
      'few scrapes',
      'a',
      scrapeLogOf([{ name: 'a', values: [1, 1, 1] }], { atSeconds: [0, 4, 6] }),
      {},
      '2 scrapes of that time had it, 3 are needed',
    ],
    [
      'scrapes far apart',
      'a',
      scrapeLogOf([{ name: 'a', values: [1, 1, 1, 1] }], { atSeconds: [1, 3, 6, 9.9] }),
      {},
      'scrapes had it for 1s of the 8s that are asked for',
    ],
  ])('%s', (_what, subject, given, asked, note) => {
    const reading = read(subject, given, asked);
    expect(reading).toMatchObject({ value: null, note });
  });

  it('is invalid as a promise', () => {
    const texts = [
      'metric(nothing_like_it) < 5',
      'metric(nothing_like_it) > 0',
      'metric(pool_in_use{a="b"}) < 99',
    ];
    const judged = evaluatePromises(
      texts.map((text) => ({ text, severity: 'fail' })),
      dataOf(log),
    );
    expect(judged.map(({ status }) => status)).toEqual(['invalid', 'invalid', 'invalid']);
  });
});
