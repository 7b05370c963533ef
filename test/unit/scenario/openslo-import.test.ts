// OpenSLO files as others write them: what becomes a promise, what is passed over, and what is refused at its place.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/kernel/errors.ts';
import { loadOpenSlo } from '../../../src/scenario/openslo-promises.ts';
import { loadPromises } from '../../../src/scenario/promises-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(text: string) {
  await writeFile(join(folder, 'slos.yml'), text);
  return await loadOpenSlo('slos.yml', folder);
}
const slo = async (text: string): Promise<readonly unknown[]> => (await read(text)).slo;
const complaint = (text: string): Promise<string> => read(text).then(() => 'accepted', messageOf);

const ratio = `apiVersion: openslo/v1
kind: SLO
metadata: { name: good-answers }
spec:
  service: shop
  indicator:
    metadata:
      name: availability
      annotations: { mettle/metric: availability(query) }
    spec:
      ratioMetric:
        counter: true
        good: { metricSource: { type: Datadog, spec: { query: 'sum:ok' } } }
        total: { metricSource: { type: Datadog, spec: { query: 'sum:all' } } }
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
`;

const threshold = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: fast-answers
  labels: { team: shop }
  annotations: { mettle/metric: p95(query), mettle/unit: ms }
spec:
  service: shop
  indicator:
    metadata: { name: latency }
    spec:
      thresholdMetric:
        metricSource: { type: NewRelic, spec: { nrql: SELECT x } }
  budgetingMethod: Occurrences
  objectives:
    - op: lte
      value: 200
      target: 0.95
`;

const prometheus = threshold
  .replace('  annotations: { mettle/metric: p95(query), mettle/unit: ms }\n', '')
  .replace(
    '{ type: NewRelic, spec: { nrql: SELECT x } }',
    `{ type: Prometheus, spec: { query: 'pool_in_use{of="db"}' } }`,
  );

describe('a ratio', () => {
  it('is a share of good answers, or of bad ones, as its metric counts', async () => {
    expect(await slo(ratio)).toEqual(['availability(query) >= 99.9%']);
    expect(await slo(ratio.replace('availability(query)', 'error_rate'))).toEqual(['error_rate <= 0.1%']);
    expect(await slo(ratio.replace('target: 0.999', 'targetPercent: 99.95'))).toEqual([
      'availability(query) >= 99.95%',
    ]);
    const strict = ratio.replace('availability(query) }', 'error_rate(query), mettle/op: lt }');
    expect(await slo(strict)).toEqual(['error_rate(query) < 0.1%']);
  });

  it('has a promise for each objective', async () => {
    const two = ratio.replace(
      '- target: 0.999\n',
      '- { displayName: SLA, target: 0.99 }\n    - target: 0.995\n',
    );
    expect(await slo(two)).toEqual(['availability(query) >= 99%', 'availability(query) >= 99.5%']);
  });

  it('of a percentile has its limit in an annotation', async () => {
    const text = ratio.replace('availability(query) }', 'p99(query), mettle/limit: 300ms }');
    expect(await slo(text.replace('0.999', '0.99'))).toEqual(['p99(query) <= 300ms']);
    expect(await complaint(text)).toContain(
      'slos.yml:18:15: `p99(query) <= …` is about 99% of them, the target about 99.9%',
    );
    expect(await complaint(text.replace(', mettle/limit: 300ms', ''))).toContain(
      'slos.yml:18:7: nothing says which value of `p99(query)` is good',
    );
  });

  it('is none of what is spent of a budget', async () => {
    const text = ratio.replace('availability(query)', "'budget_spent(query, 99%)'");
    expect(await complaint(text)).toContain('nothing says which value of `budget_spent(query, 99%)` is good');
  });

  it('that was worked out before is judged by its mean, which is told', async () => {
    const raw = ratio
      .replace('      annotations: { mettle/metric: availability(query) }\n', '')
      .replace(/good: .*/, "raw: { metricSource: { type: Prometheus, spec: { query: 'good_ratio' } } }")
      .replace(/total: .*/, 'rawType: success');
    const { slo: promises, notes } = await read(raw);
    expect(promises).toEqual(['metric(good_ratio, mean) >= 99.9%']);
    expect(notes).toEqual([
      'slos.yml:14:15: the time window (28d) is not carried over: each run is held against the target by itself',
      'slos.yml:17:7: `metric(good_ratio, mean)` is judged, not how often it is good enough; it has to be a gauge between 0 and 1, for of a counter this is its rate',
    ]);
    expect(await complaint(raw.replace('good_ratio', 'good_total'))).toBe(
      'slos.yml:12:65: `good_total` is a counter, of which Mettle reads the rate per second — a ratio of counters is `good` (or `bad`) and `total`',
    );
    expect(await slo(raw.replace('success', 'failure'))).toEqual(['metric(good_ratio, mean) <= 0.1%']);
  });

  it('of two series of Prometheus is read from the target', async () => {
    const series = ratio
      .replace('      annotations: { mettle/metric: availability(query) }\n', '')
      .replaceAll('Datadog', 'Prometheus')
      .replace('sum:ok', 'ok_total')
      .replace('sum:all', 'all_total{route="/q"}');
    expect(await slo(series)).toEqual([`metric(ok_total) / metric(all_total{route="/q"}) >= 99.9%`]);
    expect((await read(series)).notes).toHaveLength(1);
    expect((await read(series.replace('counter: true', 'counter: false'))).notes[1]).toContain(
      '`counter: false` is not carried over: the `# TYPE` of a series decides',
    );
    expect(await slo(series.replace('good:', 'bad:'))).toEqual([
      `metric(ok_total) / metric(all_total{route="/q"}) <= 0.1%`,
    ]);
    expect(await complaint(series.replace('ok_total', 'sum(rate(ok_total[5m]))'))).toBe(
      'slos.yml:12:66: only a query that is one series can be read from the target — name the metric of Mettle that it is: annotation `mettle/metric: p95(<series>)`',
    );
  });
});

describe('a threshold', () => {
  it('of a percentile says the same as its target', async () => {
    expect(await slo(threshold)).toEqual(['p95(query) <= 200ms']);
    expect(await complaint(threshold.replace('0.95', '0.99'))).toBe(
      'slos.yml:18:15: `p95(query) <= …` is about 95% of them, the target about 99% — name the percentile that the target means, or the other way round',
    );
    const above = threshold.replace('op: lte', 'op: gt').replace('0.95', '0.05');
    expect(await slo(above)).toEqual(['p95(query) > 200ms']);
  });

  it('of what is looked at again and again is about that share of the looks', async () => {
    const unit = prometheus.replace('value: 200', 'value: 16').replace('0.95', '0.99');
    expect(await slo(unit)).toEqual(['metric(pool_in_use{of="db"}, p99) <= 16']);
    expect((await read(unit)).notes).toEqual([
      'slos.yml:15:7: `metric(pool_in_use{of="db"}, p99)` needs 1000 looks to show a target of 99%; for the worst one alone name `max`',
    ]);
    expect(await complaint(unit.replace('0.99', '0.001'))).toContain('there is no percentile for 0.1%');
    const cpu = threshold.replace('p95(query), mettle/unit: ms', 'cpu(target), mettle/unit: ratio');
    expect(await slo(cpu.replace('value: 200', 'value: 0.8').replace('0.95', '0.9'))).toEqual([
      'cpu(target, p90) <= 80%',
    ]);
  });

  it('from below needs as many looks as one from above: the lowest of a few is no percentile', async () => {
    const text = prometheus.replace('value: 200', 'value: 16').replace('op: lte', 'op: gte');
    const share = text.replace('0.95', '0.99');
    const { slo: promises, notes } = await read(share);
    expect(promises).toEqual([{ assert: 'metric(pool_in_use{of="db"}, p1) >= 16', min_samples: 1000 }]);
    expect(notes[0]).toContain(
      'needs 1000 looks to show a target of 99%; for the worst one alone name `min`',
    );
    const fewer = (count: number): string =>
      share.replace('labels: { team: shop }', `annotations: { mettle/min-samples: '${count}' }`);
    expect(await slo(fewer(50))).toMatchObject([{ min_samples: 1000 }]);
    expect(await slo(fewer(5000))).toMatchObject([{ min_samples: 5000 }]);
  });

  it('of a counter would be one of its rate, and is refused until that is said to be meant', async () => {
    const counter = prometheus.replace('pool_in_use', 'errors_total').replace('0.95', '0.99');
    expect(await complaint(counter)).toMatch(
      /^slos\.yml:12:58: `errors_total` is a counter, .* — if that is meant: annotation `mettle\/metric: metric\(errors_total{of="db"}\)`$/,
    );
    const meant = counter.replace(
      'labels: {',
      'annotations: { mettle/metric: metric(errors_total) }\n  labels: {',
    );
    expect(await slo(meant)).toEqual(['metric(errors_total, p99) <= 200']);
  });

  it('of one value of the run has to hold, and the target is not looked at, which is told', async () => {
    const { slo: promises, notes } = await read(threshold.replace('p95(query)', 'mean(query)'));
    expect(promises).toEqual(['mean(query) <= 200ms']);
    expect(notes).toEqual([
      'slos.yml:16:7: the target of 95% is not looked at: `mean(query)` is one value of the whole run, which has to hold',
    ]);
  });

  it('needs a unit where the metric has one', async () => {
    expect(await complaint(threshold.replace(', mettle/unit: ms', ''))).toBe(
      'slos.yml:17:14: `value: 200` has no unit — add the annotation `mettle/unit: ms`',
    );
    expect(await complaint(threshold.replace('mettle/unit: ms', 'mettle/unit: parsecs'))).toMatch(
      /^slos\.yml:17:14: cannot read `200parsecs`/,
    );
  });

  it('may have everything else that a promise has', async () => {
    const words =
      "mettle/severity: warn, mettle/window: 10s, mettle/abort: 15s, mettle/min-samples: '50', mettle/on-no-data: skip";
    expect(await slo(threshold.replace('mettle/unit: ms', `mettle/unit: ms, ${words}`))).toEqual([
      {
        assert: 'p95(query) <= 200ms',
        ...{ severity: 'warn', window: '10s', abort: { after: '15s' }, min_samples: 50, on_no_data: 'skip' },
      },
    ]);
    const loud = threshold.replace('mettle/unit: ms', 'mettle/unit: ms, mettle/severity: loud');
    expect(await complaint(loud)).toMatch(/^slos\.yml:6:79: unknown word "loud"/);
  });
});

describe('time slices', () => {
  const sliced = ratio
    .replace('Occurrences', 'Timeslices')
    .replace('target: 0.999', '{ target: 0.99, timeSliceTarget: 0.999, timeSliceWindow: 1m }')
    .replace('28d', '10m');

  it('are stretches that all have to hold, where none may be bad', async () => {
    expect(await slo(sliced)).toEqual([{ assert: 'availability(query) >= 99.9%', window: '60s' }]);
    expect(await slo(sliced.replace('10m', '1m'))).toEqual(['availability(query) >= 99.9%']);
  });

  it('are refused where some may be bad, or nothing says how many there are', async () => {
    expect(await complaint(sliced.replace('10m', '28d'))).toBe(
      'slos.yml:18:17: 99% of 40320 time slices: a share of slices cannot be promised — use Occurrences, or a target that allows no bad slice',
    );
    expect(await complaint(sliced.replace(', timeSliceWindow: 1m', ''))).toContain('need `timeSliceTarget`');
    expect(await complaint(sliced.replace(/ {2}timeWindow.*\n/, ''))).toContain(
      'slos.yml:15:20: Timeslices need',
    );
    expect(await complaint(ratio.replace('Occurrences', 'RatioTimeslices'))).toContain(
      'slos.yml:16:20: a mean over time slices cannot be promised',
    );
  });
});

describe('a file of several documents', () => {
  const indicator = `apiVersion: openslo/v1
kind: SLI
metadata: { name: pool }
spec:
  thresholdMetric:
    metricSource: { metricSourceRef: ours, spec: { query: pool_in_use } }
`;
  const source =
    'apiVersion: openslo/v1\nkind: DataSource\nmetadata: { name: ours }\nspec: { type: prometheus }\n';
  const byReference = `apiVersion: openslo/v1
kind: SLO
metadata: { name: room }
spec:
  indicatorRef: pool
  budgetingMethod: Occurrences
  objectives: [{ op: lt, value: 16, target: 0.9 }]
  alertPolicies: [{ alertPolicyRef: page }]
`;
  const policy = 'apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: { name: page }\nspec: {}\n';

  it('is read as a whole; what is no promise is passed over with a word', async () => {
    const text = `# ours\n---\n${ratio}...\n---\n${byReference}---\n${indicator}--- # where from\n${source}---\n${policy}---\n`;
    const { slo: promises, notes } = await read(text);
    expect(promises).toEqual(['availability(query) >= 99.9%', 'metric(pool_in_use, p90) < 16']);
    expect(notes).toEqual([
      'slos.yml:39:1: passed over: DataSource "ours"',
      'slos.yml:44:1: passed over: AlertPolicy "page"',
      'slos.yml:17:15: the time window (28d) is not carried over: each run is held against the target by itself',
      'slos.yml:30:18: `alertPolicies` are not carried over: nobody is told — for burn rates add `use: burn-rate`',
      'slos.yml:29:16: `metric(pool_in_use, p90)` needs 100 looks to show a target of 90%; for the worst one alone name `max`',
    ]);
  });

  it('may be a list, and its mistakes have the lines of the file', async () => {
    const listed = (text: string): string => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
    const wrong = threshold.replace('value: 200', 'value: fast');
    expect(await slo(listed(ratio) + listed(threshold))).toHaveLength(2);
    expect(await complaint(listed(ratio) + listed(wrong))).toMatch(/^slos\.yml:35:16: expected a number/);
    expect(await complaint(`${ratio}---\n${wrong}`)).toMatch(/^slos\.yml:36:14: expected a number/);
    expect(await complaint(`${ratio}---\nkind: {\n`)).toMatch(/^slos\.yml:2[01]:\d+: /);
  });

  it('names what is not there', async () => {
    expect(await complaint(byReference)).toBe(
      'slos.yml:5:17: there is no indicator "pool" in this file — put its `kind: SLI` into the same file',
    );
    expect(await complaint(`${byReference.replace(': pool', ': pol')}---\n${indicator}`)).toContain(
      'did you mean "pool"?',
    );
    expect(await complaint(`${byReference}---\n${indicator}`)).toContain(
      'what this source measures is not known',
    );
    expect(await complaint(policy)).toContain('there is no document of `kind: SLO`');
  });
});

describe('what is not understood is refused', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'another version',
      ratio.replace('openslo/v1', 'openslo/v2alpha'),
      'slos.yml:1:13: "openslo/v2alpha" is not read',
    ],
    ['another kind', ratio.replace('kind: SLO', 'kind: SLOO'), 'unknown kind "SLOO" — did you mean "SLO"?'],
    [
      'a metric that nobody knows',
      ratio.replace('availability(', 'avialability('),
      'slos.yml:9:37: unknown metric',
    ],
    [
      'no metric at all',
      threshold.replace('mettle/metric: p95(query), ', ''),
      'a source of type NewRelic measures is not known',
    ],
    [
      'an annotation that nobody knows',
      ratio.replace('mettle/metric', 'mettle/metrik'),
      'unknown annotation "mettle/metrik" — did you mean "mettle/metric"?',
    ],
    [
      'a word of OpenSLO misspelt',
      ratio.replace('target: 0.999', 'tagret: 0.999'),
      'unknown key "tagret" — did you mean "target"?',
    ],
    ['a target that leaves nothing', ratio.replace('0.999', '1'), 'slos.yml:18:15: a target is below 1'],
    [
      'two targets',
      ratio.replace('- target: 0.999', '- { target: 0.9, targetPercent: 90 }'),
      'needs one of the keys target, targetPercent',
    ],
    [
      'an operator against the count',
      ratio.replace('(query) }', '(query), mettle/op: lt }'),
      '`lt` does not fit what is counted: expected `gte` or `gt`',
    ],
    ['a target that promises nothing', ratio.replace('0.999', '0'), 'a target of 0 promises nothing'],
    [
      'a threshold of a ratio',
      ratio.replace('- target', '- value: 5\n      target'),
      'slos.yml:18:14: `value` belongs to',
    ],
    ['a unit of a ratio', ratio.replace('(query) }', '(query), mettle/unit: s }'), 'a ratio has no unit'],
    [
      'an operator beside that of a threshold',
      threshold.replace('mettle/unit: ms', 'mettle/unit: ms, mettle/op: lt'),
      'the objective says it: this is for ratios',
    ],
    [
      'a composite objective',
      ratio.replace('- target: 0.999', '- { target: 0.9, compositeWeight: 2 }'),
      'unknown key "compositeWeight"',
    ],
    [
      'a threshold without a value',
      threshold.replace('      value: 200\n', ''),
      'slos.yml:16:7: a threshold needs `op` and `value`',
    ],
    [
      'no indicator',
      ratio.replace(/ {2}indicator:[^]*?(?= {2}timeWindow)/, ''),
      'needs one of the keys indicator, indicatorRef',
    ],
    ['no kind', ratio.replace('kind: SLO\n', ''), 'missing key "kind" — known: SLO, SLI, '],
    ['no OpenSLO', 'slo: [p95 < 1s]\n', 'slos.yml:1:1: there is no document of OpenSLO in it'],
  ];
  it.each(cases)('%s', async (_, text, message) => {
    expect(await complaint(text)).toContain(message);
  });

  it('two annotations that differ', async () => {
    const twice = threshold.replace(
      '{ name: latency }',
      '{ name: latency, annotations: { mettle/metric: p99(query) } }',
    );
    expect(await complaint(twice)).toContain('slos.yml:10:62: "mettle/metric" is "p95(query)" elsewhere');
  });

  it('a file that is not there', async () => {
    await expect(loadOpenSlo('nothing.yml', folder)).rejects.toThrow('nothing.yml: no such file');
  });
});

describe('a stored run judged by OpenSLO', () => {
  const known = {
    series: [{ name: 'query', hasDueTime: true, isMixed: false, isHttp: true }],
    ...{ faults: [], links: [], observed: [], scraped: null },
  };
  const judge = async (text: string, notes: string[] = []) => {
    await writeFile(join(folder, 'slos.yml'), text);
    const record = { known, durationMicros: 60e6, warmupMicros: 0 };
    return await loadPromises('slos.yml', record, (line) => notes.push(line), folder);
  };

  it('has its promises', async () => {
    expect(await judge(`${ratio}---\n${threshold}`)).toEqual([
      { assert: 'availability(query) >= 99.9%', severity: 'fail' },
      { assert: 'p95(query) <= 200ms', severity: 'fail' },
    ]);
    const notes: string[] = [];
    await judge(threshold.replace('p95(query)', 'max(query)'), notes);
    expect(notes).toHaveLength(1);
  });

  it('is told of series that it does not have where they are named', async () => {
    await expect(judge(threshold.replace('(query)', '(answer)'))).rejects.toThrow(
      'slos.yml:6:37: unknown series `answer`',
    );
  });
});
