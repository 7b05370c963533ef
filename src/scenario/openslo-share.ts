// Whether the target of an objective and the promise made of it are about the same share of the measurements.

import type { Operator } from '../slo/expression.ts';
import { printMeasure } from '../slo/print.ts';
import type { Indicated } from './openslo-measure.ts';
import { percentText, restOf, sameShare, shareAskedBy } from './openslo-numbers.ts';
import type { Asked } from './openslo-slices.ts';
import { refuse } from './openslo-words.ts';

/** Whether the share of OpenSLO and the percentile of the promise say the same; adds the statistic that the target names. Throws Refusal. */
export function countedIn(
  { text, measure, metric }: Indicated,
  operator: Operator,
  { share, spot, isSliced }: Asked,
): { readonly measureText: string; readonly note: string | null } {
  const own = shareAskedBy(measure, operator);
  if (own !== null) {
    if (sameShare(own, share)) return { measureText: text, note: null };
    const message = `\`${printMeasure(measure)} ${operator} …\` is about ${percentText(own)} of them, the target about ${percentText(share)}`;
    return refuse(spot, message, 'name the percentile that the target means, or the other way round');
  }
  const isOpen =
    metric.argument === 'statistic' && measure.argument === null && measure.against === undefined;
  if (isOpen && share < 1) {
    const percent = percentText(operator.startsWith('<') ? share : restOf(share)).slice(0, -1);
    if (!/^[1-9]\d?(?:\.\d{1,2})?$/.test(percent))
      return refuse(
        spot,
        `there is no percentile for ${percentText(share)}`,
        'percentiles go from p1 to p99.99',
      );
    const named = { ...measure, argument: { kind: 'statistic', statistic: `p${percent}` } } as const;
    return { measureText: printMeasure(named), note: null };
  }
  if (isSliced) return { measureText: text, note: null };
  return {
    measureText: text,
    note: `the target of ${percentText(share)} is not looked at: \`${text}\` is one value of the whole run, which has to hold`,
  };
}
