// A complete, valid run record around given slices: everything a test does not care about has a sensible default.

import type { Slice } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import type { FaultRecord, RunRecord } from '../../src/record/schema.ts';
import { type FailureExample, seriesRecords } from '../../src/run/assemble.ts';
import type { SeriesInfo } from '../../src/run/series-info.ts';

const defaultTimeoutMicros = 30_000_000;

interface SeriesSketch {
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
  /** How long load was offered. Default: until the last slice ends. */
  readonly elapsedMicros?: number;
}

/** One example per error class, each hostile enough to show that reports escape what came from outside. */
const examplesOf = (slices: readonly Slice[]): FailureExample[] => {
  const found = slices.flatMap(({ series, startMicros, counts }) =>
    Object.keys(counts.errors).map((name) => ({
      series,
      class: name,
      example: `${series} → ${name === 'status' ? '503 <b>Service Unavailable</b>' : name}`,
      atMicros: startMicros,
    })),
  );
  return found.filter(
    (entry, index) => found.findIndex((other) => other.example === entry.example) === index,
  );
};

const infoOf = (sketch: SeriesSketch): SeriesInfo => ({
  name: sketch.name,
  flow: sketch.flow ?? 'main',
  kind: sketch.name.startsWith('flow:') ? 'flow' : 'step',
  hasDueTime: sketch.hasDueTime ?? true,
  timeoutMicros: sketch.timeoutMicros ?? defaultTimeoutMicros,
});

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
  occurrence: null,
  steadyAfter: null,
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
  const { slices, series, faults, elapsedMicros, ...overrides } = sketch;
  const names = series ?? [...new Set(slices.map((slice) => slice.series))].map((name) => ({ name }));
  const endMicros = Math.max(0, ...slices.map((slice) => slice.endMicros));
  const run: RunRecord = {
    formatVersion: 2,
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
      elapsedMicros: elapsedMicros ?? endMicros,
    },
    phases: [{ name: 'steady', startMicros: 0, endMicros }],
    series: seriesRecords(names.map(infoOf), slices, examplesOf(slices), overrides.load?.warmupMicros ?? 0),
    faults: (faults ?? []).map(faultOf),
    slo: [],
    stoppedBy: null,
    primary: null,
    health: {
      level: 'good',
      reasons: [],
      judgedSeconds: 12,
      measures: healthMeasures.map((measure) => ({ ...measure, level: 'good' })),
    },
    processes: [],
    events: [],
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
      certificates: 'verified',
      precedence: 'equal',
      proxy: 'embedded',
      doctor: {
        measuredAt: '2026-01-02T03:04:05.000Z',
        short: false,
        timerErrorP50Micros: 2,
        timerErrorP99Micros: 41,
        timerErrorMaxMicros: 812,
        ceilingPerSecond: 18_400,
        biasP50Micros: 310,
        biasP99Micros: 420,
        openFiles: 1_048_576,
        ephemeralPorts: 28_232,
        judgements: [
          {
            name: 'requests per thread',
            level: 'good',
            value: '18,400/s (17,900/s to 18,600/s)',
            meaning: 'plan for half of it: 9,200/s per load thread',
          },
          {
            name: 'other work',
            level: 'watch',
            value: '14% of all processors',
            meaning: 'the figures below are those of a busy machine; an idle one does better',
          },
          { name: 'Docker', level: 'absent', value: 'none', meaning: 'Docker faults cannot be used' },
        ],
      },
    },
    notes: [],
    verdict: { status: 'pass', reasons: [], exitCode: 0 },
    ...overrides,
  };
  return { run, slices };
}
