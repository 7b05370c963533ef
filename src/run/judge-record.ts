// The judgement of a record: its promises and its verdict, from nothing but what the record holds.

import type { Slice } from '../measure/slice.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import type { BaselineRuns } from '../slo/baseline.ts';
import { evaluatePromises } from '../slo/evaluate.ts';
import { runLevelReasons, verdictOf } from '../slo/verdict.ts';
import { judgeHeldBack, undoFailures } from './fault-records.ts';
import { judgeStopped, stopWords } from './stopped-by.ts';
import { type Promised, promiseTexts } from './steady.ts';
import { judgeSteadyAfter, unknownAfter } from './steady-after.ts';

/** Such a run may pass, and says nothing but that it went well. */
const noPromises = 'there are no promises (`slo`): nothing was held against what was measured';

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
    : judgeSteadyAfter(judgeHeldBack(evaluated, faults), faults);
  const warnedOnly = slo.some(({ text, status }) => text === stoppedBy?.promise && status === 'warn');
  const verdict = verdictOf({
    undoFailed: grounds.undoFailed,
    interrupted,
    stopped: warnedOnly ? stop : null,
    invalidReasons: grounds.invalid,
    slo,
    traffic: trafficOf(slices, run.load.warmupMicros),
  });
  const unknown = stopped || promised.slo.length === 0 ? [] : unknownAfter(faults);
  const none = promised.slo.length === 0 ? [noPromises] : [];
  const notes = [...run.notes.filter((note) => note !== noPromises), ...unknown, ...none];
  return { ...data, run: { ...run, notes, slo, verdict } };
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
