// A realistic run without running anything: seeded lognormal latencies, a fault window, errors, processes, promises.

import { attemptsRecord } from './attempts-record.ts';
import { createRandom, deriveSeed } from '../../src/kernel/random.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { Slice } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import type { PhaseRecord, RunRecord } from '../../src/record/schema.ts';
import { evaluatePromises } from '../../src/slo/evaluate.ts';
import { courseOf } from '../../src/slo/fault-times.ts';
import { gatesOf } from '../../src/slo/gates.ts';
import { steadyGoodput } from '../../src/slo/goodput.ts';
import { impactOf } from '../../src/slo/impact.ts';
import { verdictOf } from '../../src/slo/verdict.ts';
import { runDataOf } from './run-record.ts';
import { sliceOf } from './slices.ts';
import { webSocketSlices } from './websocket-series.ts';

const secondMicros = 1_000_000;
const faultId = 'slow-db';

export interface RealisticRunOptions {
  readonly seed?: number;
  readonly variant?: string;
  readonly seconds?: number;
  readonly ratePerSecond?: number;
  readonly medianMicros?: number;
  /** Standard deviation of ln(latency). */
  readonly sigma?: number;
  readonly errorShare?: number;
  /** Added to every answer while the fault is in effect. */
  readonly faultAddsMicros?: number;
  readonly faultErrorShare?: number;
  readonly withFault?: boolean;
  /** Adds the series of test/support/websocket-series.ts. */
  readonly withWebSockets?: boolean;
}

type Settings = Required<RealisticRunOptions>;

const defaults: Settings = {
  seed: 42,
  variant: 'after',
  seconds: 12,
  ratePerSecond: 40,
  medianMicros: 18_000,
  sigma: 0.35,
  errorShare: 0.002,
  faultAddsMicros: 300_000,
  faultErrorShare: 0.12,
  withFault: true,
  withWebSockets: false,
};

function phasesOf(settings: Settings): PhaseRecord[] {
  const end = settings.seconds * secondMicros;
  const warm = Math.min(2 * secondMicros, end / 4);
  if (!settings.withFault) {
    return [
      { name: 'warmup', startMicros: 0, endMicros: warm },
      { name: 'steady', startMicros: warm, endMicros: end },
    ];
  }
  const effect = Math.round(end * 0.45) + 40_000;
  const clear = effect + Math.round(end * 0.2);
  return [
    { name: 'warmup', startMicros: 0, endMicros: warm },
    { name: 'steady', startMicros: warm, endMicros: effect },
    { name: `fault:${faultId}`, startMicros: effect, endMicros: clear },
    { name: `recovery:${faultId}`, startMicros: clear, endMicros: clear + secondMicros },
    { name: 'steady', startMicros: clear + secondMicros, endMicros: end },
  ];
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

interface Load {
  readonly name: string;
  readonly ratePerSecond: number;
  readonly medianMicros: number;
}

function slicesOf(load: Load, settings: Settings, phases: readonly PhaseRecord[]): Slice[] {
  const random = createRandom(deriveSeed(settings.seed, `${settings.variant} ${load.name}`));
  const slices: Slice[] = [];
  let carried = 0;
  for (const phase of phases) {
    const faulted = phase.name.startsWith('fault:');
    for (let start = phase.startMicros; start < phase.endMicros; start += secondMicros) {
      const end = Math.min(start + secondMicros, phase.endMicros);
      carried += (load.ratePerSecond * (end - start)) / secondMicros;
      const count = Math.floor(carried + 1e-9);
      carried -= count;
      const okMicros: number[] = [];
      const wrongMicros: number[] = [];
      const timedOutMicros: number[] = [];
      for (let index = 0; index < count; index += 1) {
        const latency =
          load.medianMicros * Math.exp(settings.sigma * normal(random)) +
          (faulted ? settings.faultAddsMicros : 0);
        const bad = random() < (faulted ? settings.faultErrorShare : settings.errorShare);
        if (!bad) okMicros.push(latency);
        else if (random() < 0.5) wrongMicros.push(latency);
        else timedOutMicros.push(5_000_000);
      }
      const okServiceMicros = okMicros.map((value) => value * 0.96);
      slices.push(sliceOf(load.name, start, end, { okMicros, okServiceMicros, wrongMicros, timedOutMicros }));
    }
  }
  return slices;
}

function processesOf(settings: Settings): RunRecord['processes'] {
  const random = createRandom(deriveSeed(settings.seed, 'processes'));
  const points = Array.from({ length: settings.seconds }, (_, second) => ({
    atMicros: second * secondMicros,
    cpuShare: 0.3 + 0.2 * random(),
    memoryBytes: 120_000_000 + second * 400_000 + Math.round(random() * 1_000_000),
  }));
  return [
    { name: 'checkout', points },
    { name: 'postgres', points: points.map((point) => ({ ...point, cpuShare: point.cpuShare / 2 })) },
  ];
}

const promises = [
  { text: 'p95(query) < 500ms', severity: 'fail' },
  { text: 'error_rate(query) < 10%', severity: 'fail' },
  { text: 'recovery(slow-db) < 3s', severity: 'fail' },
  { text: 'p99.9(query) < 2s', severity: 'warn' },
] as const;

function faultsOf(phases: readonly PhaseRecord[]): Parameters<typeof runDataOf>[0]['faults'] {
  const window = phases.find((phase) => phase.name === `fault:${faultId}`);
  if (window === undefined) return [];
  return [
    {
      id: faultId,
      with: { latency: '300ms', jitter: '20ms' },
      plannedAtMicros: window.startMicros - 40_000,
      effectAtMicros: window.startMicros,
      clearedAtMicros: window.endMicros,
      plannedForMicros: window.endMicros - window.startMicros,
      fidelity: [
        { name: 'added latency', asked: '300ms', happened: '301ms', status: 'within' },
        { name: 'duration', asked: '2.4s', happened: '2.4s', status: 'within' },
      ],
      traffic: { before: 180, during: 96, status: 'seen' },
      observation: {
        connections: 4,
        bytesUp: 48_200,
        bytesDown: 190_400,
        resets: 0,
        refused: 0,
        addedDelayMicros: { p50: 301_000, p99: 322_000, count: 96 },
        attempts: attemptsRecord(window.startMicros, window.endMicros),
      },
    },
  ];
}

/** Three series: `query` and `answer` (steps), `flow:ask`; a slow database from 45 % to 65 % of the run. */
export function realisticRun(options: RealisticRunOptions = {}): RunData {
  const settings: Settings = { ...defaults, ...options };
  const phases = phasesOf(settings);
  const endMicros = settings.seconds * secondMicros;
  const loads: Load[] = [
    { name: 'query', ratePerSecond: settings.ratePerSecond, medianMicros: settings.medianMicros },
    { name: 'answer', ratePerSecond: settings.ratePerSecond, medianMicros: settings.medianMicros / 3 },
    { name: 'flow:ask', ratePerSecond: settings.ratePerSecond, medianMicros: settings.medianMicros * 1.4 },
  ];
  const [queries = [], ...others] = loads.map((load) => slicesOf(load, settings, phases));
  const data = runDataOf({
    slices: [...[queries, ...others].flat(), ...(settings.withWebSockets ? webSocketSlices(queries) : [])],
    series: [
      { name: 'query', flow: 'ask', timeoutMicros: 5_000_000 },
      { name: 'answer', flow: 'ask', timeoutMicros: 5_000_000, hasDueTime: false },
      { name: 'flow:ask', flow: 'ask', timeoutMicros: 30_000_000 },
      ...(settings.withWebSockets
        ? [
            { name: 'stream', flow: 'watch', timeoutMicros: 3_000_000, hasDueTime: false },
            { name: 'say <b>', flow: 'watch', timeoutMicros: 5_000_000 },
          ]
        : []),
    ],
    phases,
    faults: faultsOf(phases) ?? [],
    id: `20260105-090000-checkout-${settings.variant}-${settings.seed}`,
    variant: settings.variant,
    seed: settings.seed,
    command: `mettle run scenarios/checkout.yml --variant ${settings.variant} --seed ${settings.seed}`,
    primary: 'p95(query)',
    load: {
      entries: [
        {
          flows: ['ask'],
          model: 'arrivals',
          delayMicros: 0,
          everyMicros: null,
          iterations: null,
          stages: [
            {
              from: settings.ratePerSecond,
              to: settings.ratePerSecond,
              forMicros: endMicros,
              spacing: 'even',
            },
          ],
          maxInFlight: 500,
          onLimit: 'drop',
        },
      ],
      warmupMicros: phases[0]?.endMicros ?? 0,
      gracefulStopMicros: 10_000_000,
      plannedMicros: endMicros,
      elapsedMicros: endMicros,
    },
    processes: processesOf(settings),
    notes: ['the target printed 3 lines to standard error'],
  });
  const slo = evaluatePromises(promises, data);
  const traffic = { offered: 1, ok: 1 };
  const verdict = verdictOf({ undoFailed: [], interrupted: null, invalidReasons: [], slo, traffic });
  const { warmupMicros, elapsedMicros } = data.run.load;
  const steadyPerSecond = steadyGoodput(data.slices, phases, elapsedMicros);
  const course = { ...courseOf(data), warmupMicros, steadyPerSecond };
  const faults = data.run.faults.map((fault) => {
    const impact = impactOf(fault, course, gatesOf(promises));
    return impact === null ? fault : { ...fault, impact };
  });
  return { ...data, run: { ...data.run, faults, slo, verdict } };
}
