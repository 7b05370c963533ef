// first_event(series): from the start of a streamed answer to its first event; streams without any rank above all.

import { countAbove } from '../../measure/histogram.ts';
import type { RunData } from '../../record/data.ts';
import type { SeriesRecord } from '../../record/schema.ts';
import { everMeasured, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { deadSteps } from './dead-steps.ts';
import { durationMetric } from './duration-metric.ts';
import { noReading } from './metric.ts';

interface Silent {
  /** Streams without an event that are certainly among those looked at; and how many may be, besides. */
  readonly certain: number;
  readonly more: number;
}

/**
 * An event belongs to the second in which it came, its stream to that in which it began: only over the whole run, and no
 * stretch of it, do streams without an event show as a difference. Where they were is bounded by what else is known.
 */
function silentIn(data: RunData, { name }: SeriesRecord, during: readonly string[]): Silent {
  let offered = 0;
  let ok = 0;
  let came = 0;
  for (const { series, counts, histograms } of (data.whole ?? data).slices) {
    if (series !== name) continue;
    offered += counts.offered;
    ok += counts.ok;
    came += histograms.firstEvent?.totalCount ?? 0;
  }
  const { counts } = viewOf(data, name, during);
  const silent = Math.max(0, offered - came);
  const certain = Math.max(0, silent - (offered - counts.offered));
  // One that failed may have had none; a good one only where there were not failures enough.
  const goodOnes = Math.max(0, silent - (offered - ok));
  const most = Math.min(silent, counts.offered - counts.ok + goodOnes);
  return { certain, more: Math.max(0, most - certain) };
}

export const firstEvent = durationMetric({
  name: 'first_event',
  read: (measure, { data, view }) => {
    const { subject, during } = measure;
    const streams = stepsOf(data, subject).filter((series) => everMeasured(data, series, 'firstEvent'));
    if (streams.length === 0) return noReading('no data: no event of a stream came');
    const silent = streams.map((series) => silentIn(data, series, during));
    const bad = silent.reduce((sum, { certain }) => sum + certain, 0);
    const unclear = silent.reduce((sum, one) => sum + one.more, 0);
    const dead = deadSteps(data, measure);
    const more = unclear + dead.offered;
    const measured = view.histograms.firstEvent;
    const began = `${unclear} more streams may have had no event: it is not recorded when they began`;
    const why = [unclear === 0 ? null : began, dead.why].filter((one) => one !== null).join('; ');
    if (measured.totalCount + bad === 0)
      // Streams there were: that none of their events came is no want of data.
      return more === 0
        ? noReading('no data: no first event came')
        : { value: view.timeoutMicros, atLeast: true, samples: more, note: why, undecided: () => why };
    return { measured, bad, atLeastMicros: view.timeoutMicros, unsure: { count: more, why } };
  },
  count: (limitMicros) => ({
    count: (_counts, { firstEvent: came }) =>
      came === undefined
        ? { bad: 0, total: 0 }
        : { bad: countAbove(came, limitMicros), total: came.totalCount },
    gates: false,
  }),
});
