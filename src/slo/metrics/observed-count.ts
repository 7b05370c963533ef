// What metrics have in common that count what happened to a process or a container over the whole run.

import type { RunData } from '../../record/data.ts';
import { askedTime, fewestLooks, standing, uncovered } from '../looks.ts';
import type { Watched } from '../observed.ts';
import type { Operator } from '../expression.ts';
import { noReading, undecidedFrom } from './metric.ts';
import type { Metric, Reading } from './metric.ts';
import { readWatched } from './observed-metric.ts';

interface CountMetric {
  readonly name: string;
  readonly pick: (watched: Watched) => number | null;
  /** Why it is not counted of this one. */
  readonly unavailable: (watched: Watched) => string;
}

/** Why more may have happened than was seen; null: all of it was watched. */
function unseen(watched: Watched, data: RunData): string | null {
  if (watched.looks.length < fewestLooks)
    return `\`${watched.name}\` was looked at ${watched.looks.length} times, ${fewestLooks} are needed`;
  const time = askedTime(data, []);
  if (!Array.isArray(time)) return time.note;
  const stood = standing(watched.looks, ({ cpuShare }) => cpuShare);
  return uncovered(stood, time, { data, watched, during: [] });
}

interface Asked {
  readonly data: RunData;
  readonly operator: Operator | null;
}

function readCount(watched: Watched, own: CountMetric, { data, operator }: Asked): Reading {
  const value = own.pick(watched);
  const samples = watched.looks.length;
  if (value === null) return noReading(own.unavailable(watched), samples);
  const gap = unseen(watched, data);
  if (gap === null) return { value, atLeast: false, samples, note: null };
  if (value === 0) return noReading(gap, samples);
  // What was seen did happen: enough to break a promise, not to keep one.
  return {
    ...{ value, atLeast: true, samples, note: gap },
    undecided: undecidedFrom(value, gap, operator),
  };
}

export const countMetric = (own: CountMetric) =>
  ({
    name: own.name,
    pattern: new RegExp(`^${own.name}$`),
    unit: 'count',
    better: 'lower',
    scale: 'log',
    subject: 'observed',
    argument: 'none',
    resolution: 1,
    tolerance: () => 0.1,
    tooFew: () => null,
    allowance: () => null,
    compute: (measure, evidence) =>
      measure.during.length > 0
        ? noReading(`\`${own.name}\` is counted over the whole run: leave out \`during\``)
        : readWatched(measure, evidence, (watched) => readCount(watched, own, evidence)),
  }) as const satisfies Metric;
