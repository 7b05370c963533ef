// Whether the target of an objective and the promise made of it are about the same share of the measurements.

import type { Operator } from '../slo/expression.ts';
import { printMeasure } from '../slo/print.ts';
import type { Indicated } from './openslo-measure.ts';
import { percentText, restOf, sameShare, shareAskedBy } from './openslo-numbers.ts';
import type { Asked } from './openslo-slices.ts';
import { refuse } from './openslo-words.ts';

export interface Counted {
  readonly measureText: string;
  readonly note: string | null;
  /** With fewer the promise would say less than the objective; null: the metric's own rule is enough. */
  readonly leastSamples: number | null;
}

/** Of the share that may be bad, at least 10 could have been seen. */
const samplesToSee = (share: number): number => Math.ceil(10 / (1 - share) - 1e-6);

/** Whether the share of OpenSLO and the percentile of the promise say the same; adds the statistic that the target names. Throws Refusal. */
export function countedIn(
  { text, measure, metric }: Indicated,
  operator: Operator,
  { share, spot, isSliced }: Asked,
): Counted {
  const own = shareAskedBy(measure, operator);
  if (own !== null) {
    if (sameShare(own, share)) return { measureText: text, note: null, leastSamples: null };
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
    const measureText = printMeasure(named);
    const needed = samplesToSee(share);
    const [what, worst] = [
      metric.subject === 'series' ? 'samples' : 'looks',
      operator.startsWith('<') ? 'max' : 'min',
    ];
    return {
      measureText,
      note: `\`${measureText}\` needs ${needed} ${what} to show a target of ${percentText(share)}; for the worst one alone name \`${worst}\``,
      // A low percentile by itself needs hardly any, and would be the lowest of them.
      leastSamples: operator.startsWith('<') ? null : needed,
    };
  }
  if (isSliced) return { measureText: text, note: null, leastSamples: null };
  return {
    measureText: text,
    leastSamples: null,
    note: `the target of ${percentText(share)} is not looked at: \`${text}\` is one value of the whole run, which has to hold`,
  };
}
