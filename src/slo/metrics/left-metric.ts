// What metrics have in common that hold the quiet after the load against the quiet before it: what was not given back.

import type { RunData } from '../../record/data.ts';
import { medianOf } from '../looks.ts';
import type { Look, Watched } from '../observed.ts';
import { noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';
import { readWatched } from './observed-metric.ts';

const names = ['memory_growth', 'sockets_left', 'open_files_left'] as const;

/** A run with a promise about such a metric waits before and after its load (run/settle). */
export const isAboutWhatIsLeft = (metric: string): boolean => names.some((name) => name === metric);

interface LeftMetric extends Pick<Metric, 'resolution'> {
  readonly name: (typeof names)[number];
  readonly unit: 'share' | 'count';
  /** Points: after − before. */
  readonly tolerance: number;
  readonly pick: (look: Look) => number | null;
  /** Of two medians. */
  readonly compare: (before: number, after: number) => number;
  /** Never had of containers: why; null: it is. */
  readonly ofContainers: string | null;
}

const fewestBefore = 2;
/** The last of the quiet: what came before them may still have been falling. */
const lookedAtAfter = 3;

function readOne(watched: Watched, { run }: RunData, own: LeftMetric): Reading {
  const { name, isContainer } = watched;
  const { settled } = run;
  if (isContainer && own.ofContainers !== null) return noReading(own.ofContainers);
  if (settled === undefined)
    return noReading(
      'nobody waited after the load: a run does so only with a promise about what is left, and to its end',
    );
  if (watched.restarts === null)
    return noReading(`whether \`${name}\` was started again in between is not known`);
  if (watched.restarts > 0)
    return noReading(`\`${name}\` was started again in between: what it held before is gone`);
  const values = (looks: readonly Look[]): number[] => looks.flatMap((look) => own.pick(look) ?? []);
  const before = values(watched.looks.filter(({ atMicros }) => atMicros < 0));
  const quiet = watched.looks.filter(
    ({ atMicros }) => atMicros > settled.fromMicros && atMicros <= settled.toMicros,
  );
  const after = values(quiet).slice(-lookedAtAfter);
  const samples = before.length + after.length;
  if (before.length < fewestBefore || after.length < lookedAtAfter)
    return noReading(
      `\`${name}\` was seen ${before.length} times before the load and ${after.length} times after it; ${fewestBefore} and ${lookedAtAfter} are needed`,
      samples,
    );
  const value = own.compare(medianOf(before) ?? 0, medianOf(after) ?? 0);
  return Number.isFinite(value)
    ? { value, atLeast: false, samples, note: null }
    : noReading(`\`${name}\` held nothing before the load that could be compared with`, samples);
}

export const leftMetric = (own: LeftMetric) =>
  ({
    name: own.name,
    pattern: new RegExp(`^${own.name}$`),
    unit: own.unit,
    better: 'lower',
    scale: 'points',
    subject: 'observed',
    argument: 'none',
    resolution: own.resolution,
    tolerance: () => own.tolerance,
    tooFew: () => null,
    allowance: () => null,
    compute: (measure, evidence) =>
      measure.during.length > 0
        ? noReading(`\`${own.name}\` looks before and after the load: leave out \`during\``)
        : readWatched(measure, evidence, (watched) => readOne(watched, evidence.data, own)),
  }) as const satisfies Metric;
