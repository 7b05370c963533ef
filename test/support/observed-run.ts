// A run of 30 seconds with looks at processes and containers, about once a second, as far as a test wants them.

import type { ContainerSeriesRecord, ProcessSeriesRecord } from '../../src/record/observed-schema.ts';
import type { RunData } from '../../src/record/data.ts';
import type { FaultRecord, PhaseRecord, RunRecord } from '../../src/record/schema.ts';
import { runDataOf } from './run-record.ts';

const secondMicros = 1_000_000;

type ProcessPoint = ProcessSeriesRecord['points'][number];
type ContainerPoint = ContainerSeriesRecord['points'][number];

/** Each second from `from` to `to`, both included; without what `change` returns null for. */
export const processLooks = (
  from: number,
  to: number,
  change: (second: number) => Partial<ProcessPoint> | null = () => ({}),
): ProcessPoint[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((second) => {
    const own = change(second);
    const atMicros = second * secondMicros;
    return own === null ? [] : [{ atMicros, cpuShare: 0.5, memoryBytes: 100_000_000, ...own }];
  });

export const containerLooks = (
  from: number,
  to: number,
  own: Partial<ContainerPoint> = {},
): ContainerPoint[] =>
  processLooks(from, to).map((point) => ({
    ...point,
    ...{ memoryBytes: 100_000_000, receivedBytes: null, sentBytes: null, processes: 4, ...own },
  }));

export const containerOf = (
  name: string,
  own: Partial<ContainerSeriesRecord> = {},
): ContainerSeriesRecord => ({
  ...{ name, service: null, cores: 2, memoryLimitBytes: null, restarts: 0, outOfMemory: 0 },
  points: containerLooks(1, 30),
  ...own,
});

export interface ObservedRun extends Partial<Pick<RunRecord, 'containers' | 'settled' | 'target'>> {
  readonly processes?: readonly ProcessSeriesRecord[];
  readonly faults?: readonly (Partial<FaultRecord> & { readonly id: string })[];
  /** Seconds of its one fault, `gone`. */
  readonly fault?: readonly [number, number];
  readonly platform?: string;
}

/** Warm-up for 5 s, then steady, around the fault if there is one. */
export function observedRun({ processes = [], fault, faults, platform, ...more }: ObservedRun): RunData {
  const phase = (name: string, from: number, to: number): PhaseRecord => ({
    ...{ name, startMicros: from * secondMicros, endMicros: to * secondMicros },
  });
  const phases =
    fault === undefined
      ? [phase('warmup', 0, 5), phase('steady', 5, 30)]
      : [
          ...[phase('warmup', 0, 5), phase('steady', 5, fault[0])],
          ...[phase('fault:gone', fault[0], fault[1]), phase('steady', fault[1], 30)],
        ];
  const data = runDataOf({
    ...{ slices: [], elapsedMicros: 30 * secondMicros, phases, processes: [...processes], ...more },
    ...(faults === undefined ? {} : { faults }),
  });
  const { environment } = data.run;
  return {
    ...data,
    run: { ...data.run, environment: { ...environment, platform: platform ?? environment.platform } },
  };
}
