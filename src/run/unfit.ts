// Why a run's values are none to compare with: it was cut short, or what measured it could not be trusted.

import { exitCodes } from '../kernel/errors.ts';
import type { RunRecord } from '../record/schema.ts';
import { runLevelReasons } from '../slo/verdict.ts';

/** One sentence; null: it was measured whole, whatever its promises say. */
export function unfitnessOf(run: RunRecord): string | null {
  const { verdict, stoppedBy, grounds } = run;
  const interrupted = grounds?.interrupted ?? null;
  if (interrupted !== null || verdict.status === 'interrupted') return interrupted ?? 'it was interrupted';
  if (run.load.elapsedMicros <= 0) return 'nothing was measured';
  if (stoppedBy !== null) return `it was stopped by \`${stoppedBy.promise}\``;
  const invalid = grounds?.invalid[0];
  if (invalid !== undefined) return invalid;
  if (verdict.exitCode === exitCodes.undoFailed) return verdict.reasons[0] ?? 'an undo failed';
  // What a promise lacks says nothing of the rest of the run.
  return verdict.status === 'invalid' ? (runLevelReasons(run)[0] ?? null) : null;
}
