// achieved = complete answers of any status/offered: whether the planned rate was reached at all, by what had due times.

import { addCounts } from '../../measure/counts.ts';
import { emptyCounts } from '../../measure/slice.ts';
import type { RunData } from '../../record/data.ts';
import type { SeriesRecord } from '../../record/schema.ts';
import type { Measure } from '../expression.ts';
import { speaksOf, viewOf } from '../select.ts';
import { noData, noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';
import { shareMetric } from './share.ts';

const share = shareMetric({
  name: 'achieved',
  better: 'higher',
  bad: (counts) => counts.offered - counts.answered,
});

/** Loaded with due times and without; older records do not tell. */
const isMixed = (series: SeriesRecord): boolean => 'isMixed' in series && series.isMixed === true;

/** Everything it was offered had a due time. */
const isTimed = (series: SeriesRecord): boolean => series.hasDueTime && !isMixed(series);

function countsOf(data: RunData, series: readonly SeriesRecord[], during: readonly string[]) {
  const counts = emptyCounts();
  for (const { name } of series) addCounts(counts, viewOf(data, name, during).counts);
  return counts;
}

/** Why nothing can be said, or what was not looked at. */
function untimedWords(measure: Measure, others: readonly SeriesRecord[]): string {
  const [first] = others;
  if (measure.subject !== null && first !== undefined && isMixed(first))
    return `achieved means nothing here: a part of the load of \`${first.name}\` had no due times`;
  return 'achieved means nothing without due times: the load is closed and unpaced';
}

/** A closed unpaced load offers only what was answered before, so it would always "achieve" everything. */
export const achieved: Metric & { readonly name: 'achieved' } = {
  ...share,
  allowance: (measure, operator, limit) => {
    const allowed = share.allowance(measure, operator, limit);
    // Of all steps, those without due times are in every second, too, and cannot be told apart there.
    return allowed === null || measure.subject !== null ? allowed : { ...allowed, gates: false };
  },
  compute: (measure, evidence): Reading => {
    const { data, view } = evidence;
    if (view.counts.offered === 0) return noData;
    const meant = data.run.series.filter(({ name }) => speaksOf(measure.subject, name));
    const timed = meant.filter(isTimed);
    const others = meant.filter((series) => !isTimed(series));
    if (timed.length === 0) return noReading(untimedWords(measure, others), view.counts.offered);
    const counts = countsOf(data, timed, measure.during);
    const reading = share.compute(measure, { ...evidence, view: { ...view, counts } });
    const leftOut = countsOf(data, others, measure.during).offered;
    if (reading.value === null || leftOut === 0) return reading;
    const names = others.map(({ name }) => `\`${name}\``).join(', ');
    return { ...reading, note: `without ${names}: not all of their load has due times` };
  },
};
