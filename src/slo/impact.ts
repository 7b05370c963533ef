// What one fault did, for its record: when it showed, when the promises held again, what it cost of what was allowed.

import { type ImpactRecord, noSteadyPhase } from '../record/impact-schema.ts';
import type { FaultRecord } from '../record/schema.ts';
import { answerOf, type Course, type FaultAnswer, feltUntil } from './fault-times.ts';
import { type Gate, tallyOf } from './gate.ts';
import { deficitOf } from './goodput.ts';
import { peakOf } from './peak.ts';

/** A run with what was steady in it. */
export interface PhasedCourse extends Course {
  readonly warmupMicros: number;
  /** Good answers per second over its steady phases; null: these had none. */
  readonly steadyPerSecond: number | null;
}

type Told = Pick<
  ImpactRecord,
  'detectionMicros' | 'recoveryMicros' | 'recoveryAtLeast' | 'relapsed' | 'reason'
>;

/** Null: the fault never was in effect. `gates`: the steady promises. Pure. */
export function impactOf(
  fault: FaultRecord,
  course: PhasedCourse,
  gates: readonly Gate[],
): ImpactRecord | null {
  const { effectAtMicros, clearedAtMicros } = fault;
  const { steadyPerSecond } = course;
  if (effectAtMicros === null) return null;
  const answer = answerOf(fault, course, gates);
  const untilMicros = feltUntil(fault, answer, course);
  const peak = peakOf(course.slices, { effectAtMicros, clearedAtMicros, untilMicros });
  const told = toldOf(answer);
  const noSteady = 'timeline' in answer && steadyPerSecond === null ? noSteadyPhase : null;
  const reasons = [told.reason, noSteady].filter((reason) => reason !== null);
  return {
    ...told,
    deficit:
      'reading' in answer || steadyPerSecond === null
        ? null
        : deficitOf(course.slices, steadyPerSecond, { ...answer.times, untilMicros }),
    peakErrorRate: peak?.share ?? null,
    peakAtMicros: peak?.atMicros ?? null,
    budget: gates.map((gate) => spent(gate, course, effectAtMicros, untilMicros)),
    reason: reasons.length === 0 ? null : reasons.join('; '),
  };
}

function toldOf(answer: FaultAnswer): Told {
  if ('reading' in answer) {
    const unknown = { detectionMicros: null, recoveryMicros: null, recoveryAtLeast: false, relapsed: false };
    return { ...unknown, reason: answer.reading.note };
  }
  const { timeline, times, detectionConfounded } = answer;
  const { detectedAtMicros, recoveredAtMicros, relapsed } = timeline;
  const known = detectionConfounded === null && detectedAtMicros !== null;
  const unseen = detectedAtMicros === null && !timeline.enough;
  const tooFew = unseen ? `nothing showed, but ${timeline.samples} samples are too few to tell` : null;
  return {
    detectionMicros: known ? detectedAtMicros - times.effectAtMicros : null,
    recoveryMicros: (recoveredAtMicros ?? times.untilMicros) - times.clearedAtMicros,
    recoveryAtLeast: recoveredAtMicros === null,
    relapsed,
    reason: detectionConfounded ?? tooFew,
  };
}

/** What was bad from the effect on, of what the promise allows; both of what was offered after the warm-up. */
function spent(
  gate: Gate,
  { slices, warmupMicros }: PhasedCourse,
  fromMicros: number,
  toMicros: number,
): ImpactRecord['budget'][number] {
  const judged = slices.filter(({ startMicros }) => startMicros >= warmupMicros);
  const inside = judged.filter(({ startMicros: at }) => at >= fromMicros && at < toMicros);
  return {
    promise: gate.text,
    bad: tallyOf(gate, inside).bad,
    allowed: gate.share * tallyOf(gate, judged).total,
  };
}
