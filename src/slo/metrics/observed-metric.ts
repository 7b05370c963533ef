// What metrics of a watched process or container have in common: `name(<subject>[, <statistic>]) [during <phase>]`.

import type { RunData } from '../../record/data.ts';
import type { Measure } from '../expression.ts';
import { askedTime, fewestLooks, standing, takenIn, uncovered, within } from '../looks.ts';
import type { Look, Watched } from '../observed.ts';
import { watchedNamed, whyNotWatched } from '../observed.ts';
import { statisticOf, tooFewFor, worstFor } from '../statistic.ts';
import type { Span } from '../spans.ts';
import { noReading } from './metric.ts';
import type { Evidence, Metric, Reading } from './metric.ts';
import { worstOf } from './worst-of.ts';

interface ObservedMetric extends Pick<Metric, 'unit' | 'resolution'> {
  readonly name: string;
  /** A value stands for the time since the look before (then its default statistic is the mean), or for a moment. */
  readonly of: 'stretch' | 'moment';
  /** null: this look does not show it. */
  readonly pick: (look: Look, watched: Watched) => number | null;
  /** Why it can never be had of this one, one sentence; null: it can. */
  readonly unavailable: (watched: Watched) => string | null;
}

interface Asked {
  readonly data: RunData;
  readonly during: readonly string[];
  readonly time: readonly Span[];
  readonly statistic: string;
}

export const statisticIn = ({ argument }: Measure): string | null =>
  argument?.kind === 'statistic' ? argument.statistic : null;

/** Of one process tree or container. */
function readOne(watched: Watched, metric: ObservedMetric, asked: Asked): Reading {
  const { data, during, time, statistic } = asked;
  const never = metric.unavailable(watched);
  if (never !== null) return noReading(never);
  const stood = standing(watched.looks, (look) => metric.pick(look, watched));
  const inside = metric.of === 'stretch' ? within(stood, time) : takenIn(stood, time);
  const samples = inside.length;
  if (samples === 0 && watched.looks.length > 0 && stood.length === 0)
    return noReading(
      `${metric.name} of \`${watched.name}\` could not be seen: Mettle may not look, or nothing shows it`,
    );
  if (samples < fewestLooks)
    return noReading(
      `\`${watched.name}\` was looked at ${samples} times in that time, ${fewestLooks} are needed`,
      samples,
    );
  const gap = uncovered(stood, time, { data, watched, during });
  if (gap !== null) return noReading(gap, samples);
  return { value: statisticOf(statistic, inside), atLeast: false, samples, note: null };
}

/** Reads each thing that a measure's subject means; the worst of several counts. `few`: why so many samples are too few. */
export function readWatched(
  { subject }: Measure,
  { data, operator }: Evidence,
  read: (watched: Watched) => Reading,
  few?: (samples: number) => string | null,
): Reading {
  if (subject === null) return noReading('it names nothing that is watched');
  const found = watchedNamed(data.run, subject);
  if (found.length === 0) return noReading(whyNotWatched(data.run, subject));
  if (subject.startsWith('service:') && found.some(({ isServicePartial }) => isServicePartial))
    return noReading(`not every container of \`${subject}\` was watched, so nothing is known of all of them`);
  return worstOf(found.map(read), operator, few);
}

export const observedMetric = (own: ObservedMetric) =>
  ({
    name: own.name,
    pattern: new RegExp(`^${own.name}$`),
    unit: own.unit,
    better: 'lower',
    scale: 'log',
    subject: 'observed',
    argument: 'statistic',
    resolution: own.resolution,
    tolerance: () => 0.1,
    tooFew: (measure, samples) => tooFewFor(statisticIn(measure) ?? '', samples),
    allowance: () => null,
    compute: (measure, evidence) => {
      const { data, operator } = evidence;
      const time = askedTime(data, measure.during);
      if (!Array.isArray(time)) return time;
      const usual = own.of === 'stretch' ? 'mean' : worstFor(operator);
      const statistic = statisticIn(measure) ?? usual;
      const asked: Asked = { data, during: measure.during, time, statistic };
      const few = (samples: number): string | null => tooFewFor(statistic, samples);
      return readWatched(measure, evidence, (watched) => readOne(watched, own, asked), few);
    },
  }) as const satisfies Metric;
