// A realistic comparison document for reports and their tests: six pairs, one claim of each verdict.

import { comparisonFormatVersion } from '../../src/compare/schema.ts';
import type { ClaimResult, Comparison, MetricComparison } from '../../src/compare/schema.ts';
import { createRandom } from '../../src/kernel/random.ts';

const pairCount = 6;

function metricOf(init: {
  readonly metric: string;
  readonly primary?: boolean;
  readonly unit: MetricComparison['unit'];
  readonly better: 'lower' | 'higher';
  readonly scale: 'log' | 'points';
  readonly before: number;
  readonly after: number;
  readonly tolerance: number;
  readonly outcome: MetricComparison['outcome'];
  readonly alone?: MetricComparison['alone'];
  readonly seed: number;
}): MetricComparison {
  const random = createRandom(init.seed);
  const jitter = (): number => 1 + (random() - 0.5) * 0.1;
  const pairs = Array.from({ length: pairCount }, (_, index) => {
    const before = init.before * jitter();
    const after = init.after * jitter();
    const effect = init.scale === 'log' ? Math.log(after / before) : after - before;
    return { pair: index + 1, before, after, beforeAtLeast: false, afterAtLeast: false, effect };
  });
  const effects = pairs.map((pair) => pair.effect).sort((a, b) => a - b);
  return {
    metric: init.metric,
    primary: init.primary ?? false,
    during: init.metric.split(' during ').slice(1),
    unit: init.unit,
    better: init.better,
    scale: init.scale,
    pairs,
    beforeMedian: init.before,
    afterMedian: init.after,
    beforeMedianAtLeast: false,
    afterMedianAtLeast: false,
    estimate: effects.reduce((sum, effect) => sum + effect, 0) / effects.length,
    estimateRange: null,
    interval: { low: effects[0] ?? 0, high: effects.at(-1) ?? 0 },
    equivalence: { low: effects[1] ?? 0, high: effects.at(-2) ?? 0 },
    adjustedP: init.primary === true ? null : 0.0375,
    alone: init.alone ?? null,
    tolerance: init.tolerance,
    outcome: init.outcome,
    reason: `${init.outcome}, judged over ${pairCount} pairs`,
    smallestDetectable: init.outcome === 'inconclusive' ? 0.18 : 0.11,
    noise: {
      detectable: { pairs: pairCount, change: 0.09 },
      ...{ comparisons: 64, falseAlarms: 2, repeated: { comparisons: 3, falseAlarms: 0 } },
    },
  };
}

const claimOf = (
  id: string,
  says: string,
  verdict: ClaimResult['verdict'],
  estimate: number,
  spread: number,
  threshold: number,
): ClaimResult => ({
  id,
  says,
  metric: 'p50(query)',
  expect: 'at least 60% lower',
  documented: { before: '2.5s', after: '0.3s' },
  because: verdict === 'inconclusive' ? 'the documented 88 % was measured on another machine' : null,
  unit: 'µs',
  scale: 'log',
  beforeMedian: 96_000,
  afterMedian: 96_000 * Math.exp(estimate),
  beforeMedianAtLeast: false,
  afterMedianAtLeast: false,
  estimate,
  estimateRange: null,
  interval: { low: estimate - spread, high: estimate + spread },
  threshold,
  side: 'below',
  verdict,
  reason: `the interval lies ${verdict === 'inconclusive' ? 'across' : 'wholly on one side of'} the expected change`,
});

function runsOf(): Comparison['runs'] {
  return Array.from({ length: pairCount * 2 }, (_, index) => {
    const pair = Math.floor(index / 2) + 1;
    const role = (index + pair) % 2 === 0 ? ('before' as const) : ('after' as const);
    return {
      id: `20260105-09${String(index).padStart(2, '0')}00-checkout-${role}-${1000 + pair}`,
      pair,
      variant: role,
      role,
      position: index + 1,
      seed: 1000 + pair,
      folder: `runs/${pair}-${role}`,
      verdict: role === 'before' ? ('fail' as const) : ('pass' as const),
      reasons: role === 'before' ? ['p95(query) < 500ms: 812ms'] : [],
    };
  });
}

function spectrumOf(role: 'before' | 'after', medianMicros: number): Comparison['spectra'][number] {
  const points = Array.from({ length: 60 }, (_, index) => {
    const quantile = 1 - 10 ** -((index / 59) * 3);
    return { quantile, micros: Math.round(medianMicros * (1 + 0.6 * -Math.log10(1 - quantile))) };
  });
  return {
    series: 'query',
    role,
    samples: 2_880,
    points: points.slice(0, role === 'before' ? 45 : 60),
    okShare: role === 'before' ? 0.995 : 1,
  };
}

/** Fails: one claim is refuted. Override any field. */
export function sampleComparison(overrides: Partial<Comparison> = {}): Comparison {
  const promise = { passed: 0, failed: 0, other: 0, median: null, medianAtLeast: false };
  return {
    formatVersion: comparisonFormatVersion,
    id: '20260105-090000-checkout-verify',
    scenario: { name: 'checkout with a slow database', file: 'scenarios/checkout.yml', hash: 'a'.repeat(64) },
    target: 'checkout',
    variants: { before: 'before', after: 'after' },
    pairs: pairCount,
    design: { kind: 'fixed', looks: [pairCount], confidence: 0.95, equivalence: 0.9 },
    forced: [],
    noise: {
      id: '20260104-210000-checkout-aa',
      ...{ measuredAt: '2026-01-04T21:04:00.000Z', variant: 'after', pairs: 10 },
    },
    seed: 42,
    startedAt: '2026-01-05T09:00:00.000Z',
    finishedAt: '2026-01-05T09:03:12.000Z',
    command: 'mettle verify scenarios/checkout.yml --quick --seed 42',
    runs: runsOf(),
    repeats: [],
    metrics: [
      metricOf({
        metric: 'p95(query)',
        primary: true,
        unit: 'µs',
        better: 'lower',
        scale: 'log',
        before: 812_000,
        after: 64_000,
        tolerance: 0.1,
        outcome: 'improved',
        seed: 1,
      }),
      metricOf({
        metric: 'p50(query)',
        unit: 'µs',
        better: 'lower',
        scale: 'log',
        before: 96_000,
        after: 18_000,
        tolerance: 0.05,
        outcome: 'improved',
        seed: 2,
      }),
      metricOf({
        metric: 'error_rate(query)',
        unit: 'share',
        better: 'lower',
        scale: 'points',
        before: 0.15,
        after: 0.01,
        tolerance: 0.005,
        outcome: 'inconclusive',
        alone: 'improved',
        seed: 3,
      }),
      metricOf({
        metric: 'throughput(query)',
        unit: '1/s',
        better: 'higher',
        scale: 'log',
        before: 39.8,
        after: 40.1,
        tolerance: 0.05,
        outcome: 'no change',
        seed: 4,
      }),
      metricOf({
        metric: 'p99(answer)',
        unit: 'µs',
        better: 'lower',
        scale: 'log',
        before: 14_000,
        after: 13_200,
        tolerance: 0.1,
        outcome: 'inconclusive',
        seed: 5,
      }),
    ],
    claims: [
      claimOf(
        'dashboard-load',
        'the dashboard loads in 0.3 s instead of 2.5 s',
        'confirmed',
        Math.log(0.19),
        0.12,
        Math.log(0.4),
      ),
      claimOf(
        'cold-start',
        'cold start falls from 15 s to 2 s',
        'refuted',
        Math.log(0.8),
        0.1,
        Math.log(0.4),
      ),
      claimOf(
        'answer-time',
        'answers take half the time <script>alert(1)</script>',
        'inconclusive',
        Math.log(0.5),
        0.3,
        Math.log(0.5),
      ),
    ],
    promises: [
      {
        text: 'p95(query) < 500ms',
        severity: 'fail',
        unit: 'µs',
        limit: 500_000,
        before: { ...promise, failed: 6, median: 812_000 },
        after: { ...promise, passed: 6, median: 64_000 },
      },
      {
        text: 'error_rate(query) < 10%',
        severity: 'fail',
        unit: 'share',
        limit: 0.1,
        before: { ...promise, passed: 1, failed: 5, median: 0.15 },
        after: { ...promise, passed: 6, median: 0.01 },
      },
    ],
    spectra: [spectrumOf('before', 96_000), spectrumOf('after', 18_000)],
    environment: {
      mettle: '0.1.0',
      node: 'v20.20.0',
      platform: 'linux',
      arch: 'x64',
      cpuModel: 'Example CPU @ 2.40GHz',
      cpus: 2,
      threads: 1,
      proxy: 'embedded',
    },
    notes: [],
    verdict: {
      status: 'fail',
      reasons: ['the claim cold-start is refuted: 20 % lower, at least 60 % was expected'],
      exitCode: 1,
    },
    ...overrides,
  };
}
