// budget_spent(series, target) during phases: their bad ones, as a share of what the target allows in the whole judged run.

import { formatShare, significant } from '../../kernel/units.ts';
import { budgetOf } from '../burn.ts';
import type { Measure } from '../expression.ts';
import { viewOf } from '../select.ts';
import { noData, noReading } from './metric.ts';
import type { Allowance, Metric } from './metric.ts';
import { tooFewFor } from './share.ts';

const targetOf = ({ argument }: Measure): number | null =>
  argument?.kind === 'target' ? argument.share : null;

/** As with all shares: at least one bad one must fit in, where any may. */
function tooFew(measure: Measure, samples: number, limit: number | null): string | null {
  const target = targetOf(measure);
  if (limit === null || target === null) return null;
  return tooFewFor('budget_spent', limit * budgetOf(target), samples);
}

/** Of the whole run it is an error rate; of phases it says nothing about the share of bad ones in one second of them. */
function allowanceOf(measure: Measure, operator: string, limit: number): Allowance | null {
  const target = targetOf(measure);
  if (target === null || !operator.startsWith('<')) return null;
  return {
    share: limit * budgetOf(target),
    count: ({ offered, ok }) => ({ bad: offered - ok, total: offered }),
    gates: measure.during.length === 0,
  };
}

export const budgetSpent = {
  name: 'budget_spent',
  pattern: /^budget_spent$/,
  unit: 'share',
  better: 'lower',
  scale: 'points',
  subject: 'series',
  argument: 'target',
  resolution: 0,
  tolerance: () => 0.005,
  tooFew,
  allowance: allowanceOf,
  compute: (measure, { data, view }) => {
    const target = targetOf(measure);
    if (target === null) return noReading('budget_spent needs a target: budget_spent(query, 99.9%)');
    if (budgetOf(target) <= 0) return noReading('a target of 100% leaves no budget to spend');
    if (measure.during.includes('warmup')) return noReading('the warm-up is not judged: it spends no budget');
    const { offered, ok } = view.counts;
    if (offered === 0) return noData;
    const samples = viewOf(data, measure.subject, []).counts.offered;
    const budget = samples * budgetOf(target);
    const note = `${offered - ok} bad, of the ${significant(budget)} that ${formatShare(target)} of ${samples} allows`;
    return {
      ...{ value: (offered - ok) / budget, atLeast: false, samples, note },
      portion: budgetOf(target),
    };
  },
} as const satisfies Metric;
