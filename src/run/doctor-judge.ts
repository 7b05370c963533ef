// What the doctor's figures mean for tests: pure, from facts and probes to the result that is kept.

import { formatDuration, formatShare } from '../kernel/units.ts';
import type { CpuShares } from '../measure/cpu-share.ts';
import type { Doctor, DoctorLevel, Judgement } from '../record/doctor-schema.ts';
import { judgeFacts } from './doctor-judge-facts.ts';
import type { MachineFacts } from './doctor-machine.ts';
import type { Probes } from './doctor-probes.ts';

export interface Findings {
  readonly measuredAt: string;
  readonly short: boolean;
  readonly facts: MachineFacts;
  readonly probes: Probes;
  /** While the probes ran; null = the system does not say. */
  readonly cpu: CpuShares | null;
}

export function judgeDoctor({ measuredAt, short, facts, probes, cpu }: Findings): Doctor {
  const timer = {
    p50: medianOf(probes.timer.map(({ p50Micros }) => p50Micros)),
    p99: medianOf(probes.timer.map(({ p99Micros }) => p99Micros)),
    max: probes.timer.length === 0 ? null : Math.max(...probes.timer.map(({ maxMicros }) => maxMicros)),
  };
  const p50s = probes.bias.map(({ p50Micros }) => p50Micros);
  const p99s = probes.bias.map(({ p99Micros }) => p99Micros);
  return {
    measuredAt,
    short,
    timerErrorP50Micros: timer.p50,
    timerErrorP99Micros: timer.p99,
    timerErrorMaxMicros: timer.max,
    ceilingPerSecond: medianOf(probes.ceilingPerSecond),
    biasP50Micros: medianOf(p50s),
    biasP99Micros: medianOf(p99s),
    openFiles: facts.openFiles,
    ephemeralPorts: facts.ephemeralPorts,
    judgements: [
      ...judgeBusy(cpu),
      judgeTimer(probes),
      judgeCeiling(probes.ceilingPerSecond, facts.processors),
      judgeBias('bias of p50', p50s, 500, 2_000),
      judgeBias('bias of p99', p99s, 1_000, 5_000),
      ...judgeFacts(facts),
    ],
  };
}

/** Rounded to a tenth; null of nothing. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : Math.round((low + high) * 5) / 10;
}

/** `1.2ms (1.1ms to 1.4ms)`; one value alone has no spread to show. */
function withSpread(values: readonly number[], show: (value: number) => string): string {
  const median = medianOf(values);
  if (median === null) return 'not measured';
  const [least, most] = [show(Math.min(...values)), show(Math.max(...values))];
  return least === most ? show(median) : `${show(median)} (${least} to ${most})`;
}

/** `good` up to the first limit, `watch` up to the second. */
const upTo = (value: number, good: number, watch: number): DoctorLevel =>
  value <= good ? 'good' : value <= watch ? 'watch' : 'poor';

export const otherWork = 'other work';

const unmeasured = (name: string): Judgement => ({
  name,
  level: 'unknown',
  value: 'not measured',
  meaning: 'nothing is known about it; try again when the machine is idle',
});

function judgeTimer({ timer }: Probes): Judgement {
  const p99s = timer.map(({ p99Micros }) => p99Micros);
  const p99 = medianOf(p99s);
  const name = 'timer error';
  if (p99 === null) return unmeasured(name);
  const level = upTo(p99, 500, 2_000);
  const p50 = medianOf(timer.map(({ p50Micros }) => p50Micros)) ?? 0;
  const max = Math.max(...timer.map(({ maxMicros }) => maxMicros));
  return {
    name,
    level,
    value: `p50 ${formatDuration(p50)}, p99 ${withSpread(p99s, formatDuration)}, max ${formatDuration(max)}`,
    meaning: {
      good: 'requests start when they are due',
      watch: 'requests start a little late; it is inside response latency, and shown as schedule lag',
      poor: 'requests start late: runs will be marked degraded, and tight promises cannot be judged here',
    }[level as 'good' | 'watch' | 'poor'],
  };
}

const showRate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en-US')}/s`;

function judgeCeiling(perSecond: readonly number[], processors: number): Judgement {
  const median = medianOf(perSecond);
  const name = 'requests per thread';
  if (median === null) return unmeasured(name);
  const threads = Math.max(1, processors - 1);
  return {
    name,
    level: upTo(-median, -5_000, -1_000),
    value: withSpread(perSecond, showRate),
    meaning:
      `plan for half of it: ${showRate(median / 2)} per load thread, ` +
      `${showRate((median / 2) * threads)} with ${threads} of them; templates and checks cost more`,
  };
}

function judgeBias(
  name: string,
  values: readonly number[],
  goodMicros: number,
  watchMicros: number,
): Judgement {
  const median = medianOf(values);
  if (median === null) return unmeasured(name);
  const level = upTo(Math.abs(median), goodMicros, watchMicros);
  return {
    name,
    level,
    value: withSpread(values, signed),
    meaning: {
      good: 'what is measured is what the server took',
      watch: 'latencies near this size are partly the generator’s own',
      poor: 'measured latencies are too long by this much: promises near it cannot be judged here',
    }[level as 'good' | 'watch' | 'poor'],
  };
}

const signed = (micros: number): string => `${micros > 0 ? '+' : ''}${formatDuration(micros)}`;

function judgeBusy(cpu: CpuShares | null): Judgement[] {
  if (cpu === null) return [];
  return [
    {
      name: otherWork,
      level: upTo(cpu.others, 0.1, 0.3),
      value: `${formatShare(cpu.others)} of all processors`,
      meaning:
        cpu.others <= 0.1
          ? 'the machine was idle but for this check-up'
          : 'the figures below are those of a busy machine; an idle one does better',
    },
    {
      name: 'CPU steal',
      level: upTo(cpu.stolen, 0.05, 0.15),
      value: formatShare(cpu.stolen),
      meaning:
        cpu.stolen <= 0.05
          ? 'the host gives what it promised'
          : 'the host takes processor time away: above 15 % runs are invalid',
    },
  ];
}
