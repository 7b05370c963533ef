// Steps of which nothing was ever good: whether they were streams of events, no record says.

import type { RunData } from '../../record/data.ts';
import type { Measure } from '../expression.ts';
import { everGood, everMeasured, stepsOf } from '../series-kinds.ts';
import { viewOf } from '../select.ts';

export interface DeadSteps {
  /** In the phases asked for. */
  readonly offered: number;
  /** One sentence; null where nothing was offered to any. */
  readonly why: string | null;
}

/** They may have been streams without an event, and may as well have been no streams at all. */
export function deadSteps(data: RunData, { subject, during }: Measure): DeadSteps {
  const dead = stepsOf(data, subject)
    .filter((series) => !everMeasured(data, series, 'firstEvent') && !everGood(data, series))
    .map(({ name }) => ({ name, offered: viewOf(data, name, during).counts.offered }))
    .filter(({ offered }) => offered > 0);
  const names = dead.map(({ name }) => `\`${name}\``).join(', ');
  return {
    offered: dead.reduce((sum, { offered }) => sum + offered, 0),
    why: dead.length === 0 ? null : `nothing of ${names} was good, which may have been streams`,
  };
}
