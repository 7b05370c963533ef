// Writes a comparison with its reports, and once more when something turns out to be left behind after that.

import { join } from 'node:path';
import type { Comparison } from '../compare/schema.ts';
import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { writeFileAtomic } from '../record/atomic.ts';
import { formatDocument } from '../record/store.ts';
import { writeComparisonReports } from './reports.ts';

/** Returns the path of the HTML report. */
export async function keepComparison(folder: string, comparison: Comparison): Promise<string> {
  await writeFileAtomic(join(folder, 'comparison.json'), formatDocument(comparison));
  return await writeComparisonReports(folder, comparison);
}

/** What was measured, told as what it ended in: never a pass, and never less than a fault that was left behind. */
export function withFailure(comparison: Comparison, message: string, exitCode: ExitCode): Comparison {
  const { verdict } = comparison;
  if (verdict.exitCode === exitCodes.undoFailed) return comparison;
  const status = exitCode === exitCodes.undoFailed ? 'fail' : 'invalid';
  const never = exitCode === exitCodes.ok ? exitCodes.invalid : exitCode;
  return { ...comparison, verdict: { status, reasons: [message, ...verdict.reasons], exitCode: never } };
}

/** The comparison must not say `pass` where something was left behind after it had been written. */
export async function keepUndoFailure(
  folder: string,
  comparison: Comparison,
  message: string,
): Promise<void> {
  const told = withFailure(comparison, message, exitCodes.undoFailed);
  if (told !== comparison) await keepComparison(folder, told);
}
