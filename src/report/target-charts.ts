// CPU and memory of the target, on the time axis of the load.

import type { RunData } from '../record/data.ts';
import { formatShare, formatSize } from '../kernel/units.ts';
import type { Chart } from './charts/figure.ts';
import { lineChart, type TimeLine } from './charts/lines.ts';
import { markedWindows } from './run-windows.ts';

const mebibyte = 1_048_576;
const mostPoints = 150;

interface Sample {
  readonly atMicros: number;
  readonly cpuShare: number;
  readonly memoryBytes: number;
}

/** Each sample stands for the time since the one before it. Long runs: the highest of adjacent samples, said in the note. */
function linesOf(data: RunData, pick: (sample: Sample) => number): TimeLine[] {
  return data.run.processes.map((process, index) => {
    const { points } = process;
    const size = Math.max(1, Math.ceil(points.length / mostPoints));
    const groups = Array.from({ length: Math.ceil(points.length / size) }, (_, at) =>
      points.slice(at * size, (at + 1) * size),
    );
    return {
      name: process.name,
      className: `s${(index % 6) + 1}`,
      points: groups.flatMap((group, at) => {
        const [first, last] = [group[0], group.at(-1)];
        if (first === undefined || last === undefined) return [];
        const before = groups[at - 1]?.at(-1)?.atMicros ?? Math.max(0, first.atMicros - 1_000_000);
        return [{ fromMicros: before, toMicros: last.atMicros, y: Math.max(...group.map(pick)) }];
      }),
    };
  });
}

const merged = (data: RunData): { note?: string } =>
  data.run.processes.some((process) => process.points.length > mostPoints)
    ? { note: 'Each point is the highest of several samples.' }
    : {};

/** Empty when nothing was observed. */
export function targetCharts(data: RunData): Chart[] {
  if (data.run.processes.length === 0) return [];
  return [
    lineChart({
      id: 'cpu',
      title: 'CPU of the target',
      description: 'CPU of each process tree of the target; 100% is one core.',
      ...merged(data),
      ...markedWindows(data),
      lines: linesOf(data, (sample) => sample.cpuShare),
      scale: 'linear',
      yLabel: 'share of one core',
      format: formatShare,
    }),
    lineChart({
      id: 'memory',
      title: 'Memory of the target',
      description: 'Resident memory of each process tree of the target.',
      ...merged(data),
      ...markedWindows(data),
      lines: linesOf(data, (sample) => sample.memoryBytes),
      scale: 'linear',
      tickUnit: mebibyte,
      yLabel: 'resident memory',
      format: formatSize,
    }),
  ];
}
