// What metrics of broadcasts have in common: copies that never came are among the measured ones, at the broadcast's timeout.

import { countAbove, slowest } from '../../measure/histogram.ts';
import type { SliceHistograms, TallyName } from '../../measure/slice.ts';
import { everTallied, stepsOf } from '../series-kinds.ts';
import type { View } from '../select.ts';
import { durationMetric } from './duration-metric.ts';
import type { Durations } from './duration-metric.ts';
import { noReading } from './metric.ts';

interface BroadcastInit {
  readonly name: string;
  readonly kind: keyof Pick<SliceHistograms, 'delivery' | 'fanoutFirst' | 'fanoutMedian' | 'fanoutLast'>;
  /** How many of the measured ones certainly are at the timeout; null: not counted. */
  readonly bad: TallyName | null;
}

/** Histograms keep three digits: a value this near to the timeout cannot be told from it. */
const near = 0.998;

/**
 * With a copy missing the slowest `fanoutLast` is the timeout, and values as large are lower bounds. Of excused copies
 * nothing is known: as many more may be missing, and of which messages cannot be told.
 */
function durationsOf({ counts, histograms }: View, kind: BroadcastInit['kind']): Durations {
  const timeoutMicros = slowest(histograms.fanoutLast);
  const excused = counts.tallies.excused ?? 0;
  const isKnown = (counts.tallies.missing ?? 0) > 0;
  const why = `${excused} copies had not come when their subscribers were cut off`;
  return {
    measured: histograms[kind],
    bad: 0,
    atLeastMicros: isKnown ? timeoutMicros : null,
    boundsFromMicros: isKnown ? near * timeoutMicros : null,
    unsure: excused === 0 ? null : { count: kind === 'delivery' ? excused : 'any', why },
  };
}

export const broadcastMetric = ({ name, kind, bad }: BroadcastInit) =>
  durationMetric({
    name,
    read: ({ subject }, { data, view }) => {
      const broadcasting = stepsOf(data, subject).filter((series) => everTallied(data, series, 'published'));
      const [first, second] = broadcasting;
      if (first === undefined) return noReading('no data: nothing was broadcast');
      // Each has a timeout of its own, and missing copies of one must not rank among those that came of another.
      if (second !== undefined)
        return noReading(`several steps broadcast (${first.name}, ${second.name} …): name one`);
      if (view.histograms[kind].totalCount === 0) return noReading('no data: no copy was expected');
      return durationsOf(view, kind);
    },
    count: (limitMicros) => ({
      count: ({ tallies }, histograms) => {
        const measured = histograms[kind];
        if (measured === undefined) return { bad: 0, total: 0 };
        const slow = countAbove(measured, limitMicros);
        return { bad: Math.max(slow, bad === null ? 0 : (tallies[bad] ?? 0)), total: measured.totalCount };
      },
      gates: false,
    }),
  });
