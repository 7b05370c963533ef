// What makes a run itself worthless to a comparison, its promises apart.

import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { runLevelReasons } from '../slo/verdict.ts';

/** Why the run measured nothing reliable; empty: it did, or it was stopped by a promise, which is a reason of its own. */
export function unreliability(run: RunRecord): string[] {
  if (run.stoppedBy !== null) return [];
  const invalid = run.verdict.status === 'invalid' || run.verdict.exitCode === exitCodes.invalid;
  return invalid ? runLevelReasons(run) : [];
}

/** Of a run that a saturated generator spoiled, what it says of its promises is no more reliable than the rest. */
export const isReliable = (run: RunRecord): boolean => unreliability(run).length === 0;
