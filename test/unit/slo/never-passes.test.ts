// No metric, whichever it is, may pass where there is nothing to judge it by: asked of every entry of the registry.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { ScrapeLog } from '../../../src/record/scrape-log.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import type { Metric } from '../../../src/slo/metrics/metric.ts';
import { metrics } from '../../../src/slo/metrics/registry.ts';
import { parsePromise } from '../../../src/slo/parse.ts';
import { measuredSlice } from '../../support/measured-slices.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const operators = ['<', '<=', '>', '>='] as const;

const subjects: Readonly<Record<Metric['subject'], readonly string[]>> = {
  series: ['query'],
  fault: ['slow-db'],
  link: ['postgres'],
  observed: ['target', 'container:shop_db_1', 'service:db'],
  scraped: ['pool_in_use'],
};
const limits: Readonly<Record<Metric['unit'], string>> = {
  µs: '1s',
  share: '5%',
  '1/s': '50/s',
  score: '0.5',
  count: '5',
  bytes: '64KiB',
};
const argumentsOf: Readonly<Record<Metric['argument'], readonly string[]>> = {
  none: [],
  outcome: [],
  statistic: [],
  duration: ['500ms'],
  target: ['99%'],
};

const nameOf = (metric: Metric): string =>
  [metric.name, 'p95'].find((name) => metric.pattern.test(name)) ?? metric.name;

/** Promises of this metric in every direction, as far as the language has them. */
function textsOf(metric: Metric, asked: { subject?: string; limit?: string; tail?: string } = {}): string[] {
  const { subject, limit = limits[metric.unit], tail = '' } = asked;
  const named = subject === undefined ? subjects[metric.subject] : [subject];
  const texts = named.flatMap((one) =>
    operators.map((operator) => {
      const inside = [one, ...argumentsOf[metric.argument]].join(', ');
      return `${nameOf(metric)}(${inside}) ${operator} ${limit}${tail}`;
    }),
  );
  // A burn rate needs its windows.
  return texts.flatMap((text) => [text, `${text} over 10s/2s`]).filter((text) => parsePromise(text).ok);
}

const judgedAs = (texts: readonly string[], data: RunData): string[] =>
  evaluatePromises(
    // Gates, so that detection and recovery have something to be relative to.
    ['error_rate(query) < 1%', ...texts].map((text) => ({ text, severity: 'fail' })),
    data,
  )
    .slice(1)
    .map(({ text, status, reason }) => `${text}: ${status} (${reason ?? ''})`);

/** Every one of them says so, and why. */
function expectUnjudged(texts: readonly string[], data: RunData): void {
  const wrong = judgedAs(texts, data).filter((line) => !/: (?:invalid|not judged) \(.+\)$/.test(line));
  expect(wrong).toEqual([]);
}

const busy = Array.from({ length: 30 }, (_, n) =>
  sliceOf('query', n * second, (n + 1) * second, { okMicros: repeated(20, 5_000) }),
);
const times = Array.from({ length: 30 }, (_, n) => n * second);
const steady = [{ name: 'steady', startMicros: 0, endMicros: 30 * second }];
const scraped = (series: ScrapeLog['series']): ScrapeLog => ({
  ...{ url: 'http://127.0.0.1:1/metrics', everyMicros: second, series, failures: [] },
  scrapes: times.map((atMicros) => ({ atMicros, tookMicros: 1_000 })),
});
const gauge = (name: string, points: ScrapeLog['series'][number]['points']) =>
  ({ name, labels: {}, kind: 'gauge', points }) as const;

const processPoints = times.map((atMicros) => ({
  ...{ atMicros, cpuShare: 0.1, memoryBytes: 1_000_000, threads: 4, openFiles: 20, sockets: 2 },
}));
const containerPoints = times.map((atMicros) => ({
  ...{ atMicros, cpuShare: 0.1, memoryBytes: 1_000_000, receivedBytes: 1, sentBytes: 1, processes: 2 },
}));
const container = { name: 'shop_db_1', service: 'db', cores: 2, memoryLimitBytes: 1e9 };
const watched = (looks: boolean) => ({
  processes: [{ name: 'target', cores: 2, restarts: 0, points: looks ? processPoints : [] }],
  containers: [{ ...container, restarts: 0, outOfMemory: 0, points: looks ? containerPoints : [] }],
});

/** Everything was measured; the one fault is as given. */
const full = (fault: { effectAtMicros: number | null; clearedAtMicros: number | null }): RunData => ({
  ...runDataOf({ slices: busy, phases: steady, faults: [{ id: 'slow-db', ...fault }], ...watched(true) }),
  scrapes: scraped([
    gauge(
      'pool_in_use',
      times.map((atMicros) => ({ atMicros, value: 3 })),
    ),
  ]),
});
const notInjected = { effectAtMicros: null, clearedAtMicros: null };
const injected = { effectAtMicros: 5 * second, clearedAtMicros: 10 * second };

const empties: Readonly<Record<string, RunData>> = {
  'a record of nothing': runDataOf({ slices: [] }),
  'a series of which nothing was offered': runDataOf({
    slices: [sliceOf('query', 0, second, {})],
    faults: [{ id: 'slow-db', ...notInjected }],
  }),
  'load in the warm-up only': runDataOf({
    slices: busy,
    phases: [{ name: 'warmup', startMicros: 0, endMicros: 30 * second }],
    load: { ...runDataOf({ slices: busy }).run.load, warmupMicros: 30 * second },
    faults: [{ id: 'slow-db', ...notInjected }],
  }),
  'a fault without load': runDataOf({
    slices: [sliceOf('query', 0, second, {})],
    phases: [{ name: 'fault:slow-db', startMicros: 5 * second, endMicros: 10 * second }],
    faults: [{ id: 'slow-db', ...injected }],
    elapsedMicros: 30 * second,
  }),
  'a target that was watched and never seen, and scrapes without a value': {
    ...runDataOf({ slices: [], ...watched(false) }),
    scrapes: scraped([gauge('pool_in_use', []), gauge('other', [])]),
  },
  'scrapes that all failed': {
    ...runDataOf({ slices: [] }),
    scrapes: { ...scraped([]), scrapes: [], failures: [{ atMicros: 0, why: 'refused' }] },
  },
};

describe.each(metrics.map((metric) => [metric.name, metric as Metric] as const))('%s', (_, metric) => {
  test('there are promises of it to ask', () => {
    expect(textsOf(metric)).not.toEqual([]);
  });

  test.each(Object.entries(empties))('is not judged on %s', (_name, data) => {
    expectUnjudged(textsOf(metric), data);
  });

  test('is not judged against other runs where there is none', () => {
    const texts = textsOf(metric, { limit: '+10% vs last_green' }).filter((text) => !text.includes(' over '));
    expectUnjudged(texts, full(injected));
  });

  test('is not judged on something that is not in a record full of others', () => {
    expectUnjudged(textsOf(metric, { subject: 'nothing' }), full(injected));
  });

  test('is not judged on a fault that was not injected', () => {
    const tail = ' during fault:slow-db';
    const about = metric.subject === 'fault' || metric.subject === 'link' ? textsOf(metric) : [];
    expectUnjudged([...about, ...textsOf(metric, { tail })], full(notInjected));
  });

  test.each(['recovery:slow-db', 'warmup', 'fault:slow-db'])(
    'is not judged on a phase %s that was not',
    (name) => {
      // The fault was in effect for no time that anything was measured in.
      const at = { effectAtMicros: 5 * second, clearedAtMicros: 5 * second };
      expectUnjudged(textsOf(metric, { tail: ` during ${name}` }), full(at));
    },
  );
});

describe.each([
  'p95(query) - p50(query) < 1s',
  'p95(query) / mean(query) < 9',
  'cpu(target) / cpu(service:db) < 9',
])('%s', (text) => {
  test.each(Object.entries(empties))('is not judged on %s', (_name, data) => {
    expectUnjudged([text, text.replace('<', '>')], data);
  });
});

const statistics = ['mean', 'min', 'p50', 'p95', 'max'] as const;
type Contents = Readonly<Record<string, Parameters<typeof measuredSlice>[2]>>;

const inWarmup: Contents = {
  query: {
    okMicros: repeated(10, 5_000),
    measured: { firstByte: [1_000], connect: [1_000], dns: [1_000], tls: [1_000] },
  },
  ask: { okMicros: repeated(10, 5_000) },
  stream: { okMicros: repeated(10, 5_000), measured: { firstEvent: repeated(10, 1_000), eventGap: [1_000] } },
  socket: { okMicros: repeated(10, 5_000), measured: { connect: repeated(10, 1_000), reconnect: [1_000] } },
  say: { okMicros: repeated(10, 5_000) },
};

/** All was well in the warm-up; after it `good` of each (none, or a few) came, and 300 did not. */
function dying(good: number): RunData {
  const came = repeated(good, 5_000);
  const copies = [...came, ...repeated(300, 2 * second)];
  const afterwards: Contents = {
    query: {
      ...{ okMicros: came, failures: { connect: 300, dns: 300, tls: 300 } },
      measured: { firstByte: came, connect: came, dns: came, tls: came },
    },
    ask: { okMicros: came, timedOutMicros: repeated(300, 1) },
    stream: {
      ...{ okMicros: came, failures: { reset: 300 } },
      measured: { firstEvent: came, eventGap: came },
    },
    socket: {
      measured: { ping: came, reconnect: came },
      tallies: { pings: good + 300, pongsMissed: 300, closed: good + 300, reconnects: good },
    },
    say: {
      okMicros: repeated(good + 300, 5_000),
      measured: { delivery: copies, fanoutFirst: copies, fanoutMedian: copies, fanoutLast: copies },
      tallies: {
        published: good + 300,
        expected: good + 300,
        delivered: good,
        missing: 300,
        incomplete: 300,
      },
    },
  };
  const slices = [inWarmup, afterwards].flatMap((content, at) =>
    Object.entries(content).map(([name, one]) => measuredSlice(name, at, one)),
  );
  const { load } = runDataOf({ slices }).run;
  const phases = [
    { name: 'warmup', startMicros: 0, endMicros: second },
    { name: 'steady', startMicros: second, endMicros: 2 * second },
  ];
  return runDataOf({ slices, phases, load: { ...load, warmupMicros: second } });
}

const isOfDurations = ({ unit, subject }: Metric): boolean => unit === 'µs' && subject === 'series';

/** Every statistic of every series; of `say` only what was not good: copies, as against sending. */
function upperLimits(metric: Metric): string[] {
  const named = statistics.filter((name) => metric.pattern.test(name));
  const series = ['query', 'ask', 'stream', 'socket', ...(metric.argument === 'statistic' ? ['say'] : [])];
  return series.flatMap((one) => {
    const asked =
      metric.argument === 'statistic'
        ? statistics.map((name) => `${metric.name}(${one}, ${name})`)
        : named.map((name) => `${name}(${one})`);
    return asked.flatMap((measure) => [`${measure} < 1s`, `${measure} <= 1s`]);
  });
}

describe.each(metrics.filter(isOfDurations).map((metric) => [metric.name, metric as Metric] as const))(
  '%s, whichever statistic is asked for,',
  (name, metric) => {
    // Of what was sent, as against the copies of it, all was good.
    const texts = upperLimits(metric).filter((text) => !text.startsWith('round_trip(say'));

    test('keeps no upper limit where nothing good came', () => {
      const judged = judgedAs(texts, dying(0));
      expect(judged.filter((line) => line.includes(': pass ('))).toEqual([]);
      // Without a gap between events there is nothing to rank.
      const broken = judged.filter((line) => line.includes(': fail ('));
      expect(broken.length > 0).toBe(name !== 'event_gap');
    });

    test('keeps none where one in a hundred came, but for the best of them', () => {
      const judged = judgedAs(texts, dying(3));
      const best = judged.filter((line) => /[(, ]min\)/.test(line));
      const others = judged.filter((line) => !best.includes(line));
      expect(others.filter((line) => line.includes(': pass ('))).toEqual([]);
      if (metric.argument === 'statistic')
        expect(best.filter((line) => line.includes(': pass ('))).not.toEqual([]);
    });
  },
);

test('the same promises pass where there is something to judge', () => {
  const passed = metrics.filter((metric) =>
    judgedAs(textsOf(metric), full(injected)).some((line) => line.includes(': pass (')),
  );
  expect(passed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['p1…p99.99', 'mean', 'error_rate', 'availability', 'apdex', 'recovery']),
  );
});
