// Writes a comparison with its reports, and once more when something turns out to be left behind after that.

import { join } from 'node:path';
import type { Comparison } from '../compare/schema.ts';
import { exitCodes } from '../kernel/errors.ts';
import { writeFileAtomic } from '../record/atomic.ts';
import { formatDocument } from '../record/store.ts';
import { writeComparisonReports } from './reports.ts';

/** Returns the path of the HTML report. */
export async function keepComparison(folder: string, comparison: Comparison): Promise<string> {
  await writeFileAtomic(join(folder, 'comparison.json'), formatDocument(comparison));
  return await writeComparisonReports(folder, comparison);
}

/** The comparison must not say `pass` where something was left behind after it had been written. */
export async function keepUndoFailure(
  folder: string,
  comparison: Comparison,
  message: string,
): Promise<void> {
  const { verdict } = comparison;
  if (verdict.exitCode === exitCodes.undoFailed) return;
  const reasons = [message, ...verdict.reasons];
  const told = { status: 'fail', reasons, exitCode: exitCodes.undoFailed } as const;
  await keepComparison(folder, { ...comparison, verdict: told });
}
