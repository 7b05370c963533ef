// A complete, valid run record around given slices: everything a test does not care about has a sensible default.

import { emptyCounts } from '../../src/measure/slice.ts';
import type { Slice } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import type { FaultRecord, LatencyRecord, RunRecord, SeriesRecord } from '../../src/record/schema.ts';

const defaultTimeoutMicros = 30_000_000;

export interface SeriesSketch {
  readonly name: string;
  readonly flow?: string;
  readonly hasDueTime?: boolean;
  readonly timeoutMicros?: number;
}

export interface RunSketch extends Partial<Omit<RunRecord, 'series' | 'faults'>> {
  readonly slices: readonly Slice[];
  /** Default: one per series name among the slices. */
  readonly series?: readonly SeriesSketch[];
  readonly faults?: readonly (Partial<FaultRecord> & { readonly id: string })[];
}

function latencyOf(
  slices: readonly Slice[],
  kind: 'response' | 'service',
  sketch: SeriesSketch,
): LatencyRecord {
  const good: number[] = [];
  let offered = 0;
  for (const { counts, histograms } of slices) {
    offered += counts.offered;
    const histogram = histograms[kind];
    if (histogram === undefined) continue;
    const total = histogram.totalCount;
    for (let rank = 1; rank <= total; rank += 1)
      good.push(histogram.getValueAtPercentile((100 * rank) / total));
  }
  good.sort((a, b) => a - b);
  const ceiling = Math.max(sketch.timeoutMicros ?? defaultTimeoutMicros, good.at(-1) ?? 0);
  const bad = offered - good.length;
  const atLeast: LatencyRecord['atLeast'] = [];
  const percentile = (name: 'p50' | 'p95' | 'p99', quantile: number): number | null => {
    if (offered < 10 / (1 - quantile) - 1e-9) return null;
    const value = good[Math.ceil(quantile * offered - 1e-9) - 1];
    if (value === undefined) atLeast.push(name);
    return value ?? ceiling;
  };
  const [p50, p95, p99] = [percentile('p50', 0.5), percentile('p95', 0.95), percentile('p99', 0.99)];
  if (bad > 0) atLeast.push('max', 'mean');
  const sum = good.reduce((total, value) => total + value, 0) + bad * ceiling;
  const max = offered === 0 ? null : bad > 0 ? ceiling : (good.at(-1) ?? null);
  return { p50, p95, p99, max, mean: offered === 0 ? null : sum / offered, atLeast };
}

function addCounts(total: Record<string, number>, part: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(part)) total[key] = (total[key] ?? 0) + value;
}

function seriesRecordOf(sketch: SeriesSketch, slices: readonly Slice[]): SeriesRecord {
  const total = emptyCounts();
  const errors: Record<string, number> = {};
  for (const { counts } of slices) {
    for (const key of Object.keys(total) as (keyof typeof total)[]) {
      if (key !== 'errors' && key !== 'statuses') total[key] += counts[key];
    }
    addCounts(errors, counts.errors);
    addCounts(total.statuses, counts.statuses);
  }
  return {
    offered: total.offered,
    started: total.started,
    ok: total.ok,
    failed: total.failed,
    dropped: total.dropped,
    unsent: total.unsent,
    censored: total.censored,
    skipped: total.skipped,
    answered: total.answered,
    bytes: total.bytes,
    statuses: total.statuses,
    name: sketch.name,
    flow: sketch.flow ?? 'main',
    kind: sketch.name.startsWith('flow:') ? 'flow' : 'step',
    hasDueTime: sketch.hasDueTime ?? true,
    timeoutMicros: sketch.timeoutMicros ?? defaultTimeoutMicros,
    errors,
    examples: Object.keys(errors).map((name) => ({
      class: name,
      example: `${sketch.name} → ${name === 'status' ? '503 <b>Service Unavailable</b>' : name}`,
      atMicros:
        slices.find((slice) => (slice.counts.errors as Record<string, number>)[name] !== undefined)
          ?.startMicros ?? 0,
    })),
    responseMicros: latencyOf(slices, 'response', sketch),
    serviceMicros: latencyOf(slices, 'service', sketch),
    connectMicros: null,
  };
}

const faultOf = (sketch: Partial<FaultRecord> & { readonly id: string }): FaultRecord => ({
  kind: 'latency',
  on: 'postgres',
  with: { latency: '300ms' },
  plannedAtMicros: sketch.effectAtMicros ?? 0,
  plannedForMicros: (sketch.clearedAtMicros ?? 0) - (sketch.effectAtMicros ?? 0),
  effectAtMicros: null,
  clearedAtMicros: null,
  status: 'undone',
  note: null,
  fidelity: [],
  traffic: { before: 40, during: 40, status: 'seen' },
  observation: null,
  ...sketch,
});

const healthMeasures = [
  {
    name: 'schedule lag p99',
    unit: 'µs',
    value: 640,
    worst: 1_210,
    degradedAbove: 2_000,
    saturatedAbove: 20_000,
  },
  {
    name: 'due but not started',
    unit: 'share',
    value: 0,
    worst: 0,
    degradedAbove: 0.001,
    saturatedAbove: 0.005,
  },
  {
    name: 'event-loop delay p99',
    unit: 'µs',
    value: 1_900,
    worst: 3_400,
    degradedAbove: 10_000,
    saturatedAbove: 50_000,
  },
  {
    name: 'busiest thread',
    unit: 'share',
    value: 0.21,
    worst: 0.34,
    degradedAbove: 0.7,
    saturatedAbove: 0.9,
  },
] as const;

/** A run record that validates, summed over the given slices, with its slices. */
export function runDataOf(sketch: RunSketch): RunData {
  const { slices, series, faults, ...overrides } = sketch;
  const names = series ?? [...new Set(slices.map((slice) => slice.series))].map((name) => ({ name }));
  const endMicros = Math.max(0, ...slices.map((slice) => slice.endMicros));
  const run: RunRecord = {
    formatVersion: 1,
    id: '20260105-090000-checkout-after-42',
    scenario: { name: 'checkout with a slow database', file: 'scenarios/checkout.yml', hash: 'a'.repeat(64) },
    target: { name: 'checkout', kind: 'process', http: 'http://127.0.0.1:4001', ws: null },
    variant: 'after',
    seed: 42,
    startedAt: '2026-01-05T09:00:00.000Z',
    command: 'mettle run scenarios/checkout.yml --variant after --seed 42',
    load: {
      entries: [],
      warmupMicros: 0,
      gracefulStopMicros: 10_000_000,
      plannedMicros: endMicros,
      elapsedMicros: endMicros,
    },
    phases: [{ name: 'steady', startMicros: 0, endMicros }],
    series: names.map((entry) =>
      seriesRecordOf(
        entry,
        slices.filter((slice) => slice.series === entry.name),
      ),
    ),
    faults: (faults ?? []).map(faultOf),
    slo: [],
    primary: null,
    health: {
      level: 'good',
      reasons: [],
      judgedSeconds: 12,
      measures: healthMeasures.map((measure) => ({ ...measure, level: 'good' })),
    },
    processes: [],
    environment: {
      mettle: '0.1.0',
      node: 'v20.20.0',
      platform: 'linux',
      arch: 'x64',
      cpuModel: 'Example CPU @ 2.40GHz',
      cpus: 2,
      memoryBytes: 8_589_934_592,
      threads: 1,
      fingerprint: 'b'.repeat(64),
      proxy: 'embedded',
    },
    notes: [],
    verdict: { status: 'pass', reasons: [], exitCode: 0 },
    ...overrides,
  };
  return { run, slices };
}
