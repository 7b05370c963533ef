// What an objective of OpenSLO says and no promise can: told at its place when it is read.

import { ownSource } from './openslo-measure.ts';
import type { IndicatorSpec, OpenSlo } from './openslo-schema.ts';
import { below, type Refused, type Spot } from './openslo-words.ts';

/** Nothing of documents that Mettle has written itself: they carry it in annotations. `spot`: where the SLO is. */
export function notCarriedOver({ spec }: OpenSlo, spot: Spot, indicator: IndicatorSpec): Refused[] {
  const { alertPolicies, timeWindow = [], budgetingMethod } = spec;
  const told: Refused[] = [];
  const [window] = timeWindow;
  if (window !== undefined && budgetingMethod !== 'Timeslices' && !isOwn(indicator))
    told.push({
      spot: below(spot, 'spec', 'timeWindow'),
      message: `the time window (${window.duration}) is not carried over: each run is held against the target by itself`,
    });
  if (
    indicator.ratioMetric?.counter === false &&
    indicator.ratioMetric.raw === undefined &&
    !isOwn(indicator)
  )
    told.push({
      spot: below(spot, 'spec'),
      message:
        '`counter: false` is not carried over: the `# TYPE` of a series decides, or its name without one, and gauges are held at their worst moment',
    });
  if (Array.isArray(alertPolicies) && alertPolicies.length > 0)
    told.push({
      spot: below(spot, 'spec', 'alertPolicies'),
      message: '`alertPolicies` are not carried over: nobody is told',
      suggestion: 'for burn rates add `use: burn-rate`',
    });
  return told;
}

const isOwn = ({ thresholdMetric, ratioMetric = {} }: IndicatorSpec): boolean =>
  [thresholdMetric, ratioMetric.good, ratioMetric.total].some(
    (source) => source?.metricSource.type === ownSource,
  );
