// What metrics of opening a connection have in common: those that could not be opened rank above all that could.

import { countAbove } from '../../measure/histogram.ts';
import type { ErrorClass } from '../../measure/outcome.ts';
import type { SliceCounts } from '../../measure/slice.ts';
import type { RunData } from '../../record/data.ts';
import type { SeriesRecord } from '../../record/schema.ts';
import type { Measure } from '../expression.ts';
import { everGood, everMeasured, isHttp, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';
import { durationMetric } from './duration-metric.ts';
import { noReading } from './metric.ts';

interface OpeningInit {
  readonly name: 'connect' | 'dns' | 'tls';
  /** The failures that are certainly of it. */
  readonly errors: readonly ErrorClass[];
  /** `no connection was opened` */
  readonly nothing: string;
}

/** Steps that may have to connect: those that did, HTTP ones, and those of which nothing good is known. */
const mayConnect = (data: RunData, series: SeriesRecord): boolean =>
  everMeasured(data, series, 'connect') || isHttp(data, series) || !everGood(data, series);

const failuresIn = (counts: SliceCounts, errors: readonly ErrorClass[]): number =>
  errors.reduce((sum, name) => sum + (counts.errors[name] ?? 0), 0);

/** Requests whose time was over without a first byte: whether they had a connection was not recorded. */
function silentTimeouts(data: RunData, { subject, during }: Measure): number {
  return stepsOf(data, subject)
    .filter((series) => mayConnect(data, series))
    .reduce((sum, { name }) => {
      const { counts, histograms } = viewOf(data, name, during);
      const without = Math.max(0, counts.started - histograms.firstByte.totalCount);
      return sum + Math.min(counts.errors.timeout ?? 0, without);
    }, 0);
}

export const openingMetric = ({ name, errors, nothing }: OpeningInit) =>
  durationMetric({
    name,
    read: (measure, { data, view }) => {
      const measured = view.histograms[name];
      const bad = failuresIn(view.counts, errors);
      if (measured.totalCount + bad === 0) return noReading(`no data: ${nothing}`);
      const silent = silentTimeouts(data, measure);
      const why = `${silent} timed out, and it is not recorded whether they had a connection`;
      return { measured, bad, atLeastMicros: view.timeoutMicros, unsure: { count: silent, why } };
    },
    count: (limitMicros) => ({
      count: (counts, histograms) => {
        const opened = histograms[name];
        const bad = failuresIn(counts, errors);
        const slow = opened === undefined ? 0 : countAbove(opened, limitMicros);
        return { bad: bad + slow, total: (opened?.totalCount ?? 0) + bad };
      },
      gates: false,
    }),
  });
