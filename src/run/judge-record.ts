// The judgement of a record: its promises and its verdict, from nothing but what the record holds.

import type { Slice } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import { evaluatePromises } from '../slo/evaluate.ts';
import { runLevelReasons, verdictOf } from '../slo/verdict.ts';
import { judgeHeldBack, undoFailures } from './fault-records.ts';
import { judgeStopped, stopWords } from './stopped-by.ts';
import { type Promised, promiseTexts, tellsRecovery } from './steady.ts';
import { judgeSteadyAfter, unknownAfter } from './steady-after.ts';

/** Such a run may pass, and says nothing but that it went well. */
const noPromises = 'there are no promises (`slo`): nothing was held against what was measured';

const recoveryUntold =
  'nothing says when the target has recovered (no steady promise could be broken and kept again): what follows its faults counts as steady';

/** The record with its promises judged and its verdict; phases and faults are taken as they are. */
export function judgeRecord(data: RunData, promised: Promised, baselines: BaselineRuns): RunData {
  const { run, slices } = data;
  const { faults, stoppedBy } = run;
  const grounds = run.grounds ?? groundsOf(run);
  const { interrupted } = grounds;
  const stopped = interrupted !== null || stoppedBy !== null;
  const stop = stoppedBy === null ? null : stopWords(stoppedBy);
  const evaluated = evaluatePromises(promiseTexts(promised.slo), data, {
    cutShort: interrupted ?? stop,
    baselines,
  });
  const slo = stopped
    ? judgeStopped(evaluated, interrupted === null ? stoppedBy : null)
    : judgeSteadyAfter(judgeHeldBack(evaluated, faults), promised, {
        ...{ faults, slices, endMicros: run.load.elapsedMicros },
      });
  const warnedOnly = slo.some(({ text, status }) => text === stoppedBy?.promise && status === 'warn');
  const verdict = verdictOf({
    undoFailed: grounds.undoFailed,
    interrupted,
    stopped: warnedOnly ? stop : null,
    invalidReasons: grounds.invalid,
    slo,
    traffic: trafficOf(slices, run.load.warmupMicros),
  });
  const about = promised.slo.length === 0 ? [noPromises] : stopped ? [] : recoveryNotes(run, promised);
  const notes = [...run.notes.filter((note) => note !== noPromises && note !== recoveryUntold), ...about];
  return { ...data, run: { ...run, notes, slo, verdict } };
}

function recoveryNotes({ faults, phases }: RunRecord, promised: Promised): string[] {
  if (tellsRecovery(promised)) return unknownAfter(faults);
  return phases.some(({ name }) => name.startsWith('recovery:')) ? [recoveryUntold] : [];
}

/** Records of earlier versions do not keep what their verdict rests on apart from its reasons. */
export function groundsOf(run: RunRecord): NonNullable<RunRecord['grounds']> {
  const undoFailed = undoFailures(run.faults);
  const reasons = runLevelReasons(run);
  const interrupted = run.verdict.status === 'interrupted' ? (reasons[0] ?? 'interrupted') : null;
  const invalid = reasons.filter((reason) => reason !== interrupted && !undoFailed.includes(reason));
  return { undoFailed, interrupted, invalid };
}

/** What a verdict may rest on: an answer in the warm-up says nothing of the rest. */
function trafficOf(slices: readonly Slice[], warmupMicros: number) {
  const steps = slices.filter((slice) => !slice.series.startsWith('flow:'));
  const judged = steps.filter((slice) => slice.startMicros >= warmupMicros);
  const sum = (some: readonly Slice[], what: 'offered' | 'ok'): number =>
    some.reduce((total, slice) => total + slice.counts[what], 0);
  const offered = sum(judged, 'offered');
  return { offered, ok: sum(judged, 'ok'), inWarmup: sum(steps, 'offered') - offered };
}
