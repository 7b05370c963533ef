// Which limits of a burn rate anything can break: where all is bad it is 1/(1 − target), and never more.

import { significant } from '../kernel/units.ts';
import { budgetOf } from './burn.ts';
import type { Operator } from './expression.ts';

interface Unbreakable {
  /** One sentence. */
  readonly message: string;
  /** What would do. */
  readonly suggestion: string;
}

/** Binary fractions must not decide: 10 · (1 − 90 %) is 1. */
const slack = 1e-9;

/** As a percentage with as few decimals as do, rounded up; null: only 100 % would. */
function leastTarget(limit: number, inclusive: boolean): string | null {
  for (let digits = 1; digits <= 6; digits += 1) {
    const scale = 10 ** digits;
    const exact = (1 - 1 / limit) * 100 * scale;
    const up = Math.ceil(exact - slack);
    const percent = (inclusive && up - exact < slack ? up + 1 : up) / scale;
    if (percent < 100) return `${Number(percent.toFixed(digits))}%`;
  }
  return null;
}

/** `burn(query, 90%) < 14.4` would be kept by a total outage: it burns at 10. null: the limit can be broken. */
export function unbreakableBurn(operator: Operator, limit: number, target: number): Unbreakable | null {
  if (!operator.startsWith('<')) return null;
  const budget = budgetOf(target);
  const inclusive = operator === '<=';
  const most = limit * budget;
  if (inclusive ? most < 1 - slack : most <= 1 + slack) return null;
  const largest = significant(1 / budget);
  const least = leastTarget(limit, inclusive);
  return {
    message: `nothing can break a burn of ${operator} ${significant(limit)} at ${Number((target * 100).toFixed(9))}%: a total outage burns at ${largest}`,
    suggestion: `${least === null ? '' : `a target of ${least} or more would do, or `}a limit ${inclusive ? 'below' : 'of at most'} ${largest}`,
  };
}
