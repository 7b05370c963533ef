// What faults did to the promises and when the run was in which phase: all that depends on which promises are asked.

import type { Slice } from '../measure/slice.ts';
import type { FaultRecord, PhaseRecord } from '../record/schema.ts';
import { gatesOf } from '../slo/gates.ts';
import { steadyGoodput } from '../slo/goodput.ts';
import { impactOf, type PhasedCourse } from '../slo/impact.ts';
import { type FaultWindow, phasesOf } from './phases.ts';
import { type Promised, promiseTexts, recoveryOf, tellsRecovery } from './steady.ts';
import { withSteadyAfter } from './steady-after.ts';

/** Times from the start of the load. */
interface Happened {
  readonly faults: readonly FaultRecord[];
  readonly slices: readonly Slice[];
  readonly elapsedMicros: number;
  readonly plannedMicros: number;
}

export interface Effects {
  readonly faults: FaultRecord[];
  readonly phases: PhaseRecord[];
}

/** Pure: the same record and the same promises give the same phases. */
export function effectsOf(promised: Promised, happened: Happened): Effects {
  const { slices, elapsedMicros } = happened;
  const { warmupMicros } = promised;
  const recovery = tellsRecovery(promised) ? 'told' : 'untold';
  const after = withSteadyAfter(promised, { faults: happened.faults, slices, endMicros: elapsedMicros });
  const faults = after.map(withoutImpact);
  const windows = faultWindows(promised, { ...happened, faults });
  const phases = phasesOf(warmupMicros, endOf(happened), windows, recovery);
  const steadyPerSecond = steadyGoodput(slices, phases, elapsedMicros);
  const course = { slices, faults, elapsedMicros, warmupMicros, steadyPerSecond };
  return { faults: withImpacts(promised, course), phases };
}

/** What it did to earlier promises says nothing of these. */
const withoutImpact = ({ impact: _before, ...fault }: FaultRecord): FaultRecord => fault;

function withImpacts(promised: Promised, course: PhasedCourse): FaultRecord[] {
  const gates = gatesOf(promiseTexts(promised.slo));
  return course.faults.map((fault) => {
    const impact = impactOf(fault, course, gates);
    return impact === null ? fault : { ...fault, impact };
  });
}

/** The load's end; later only when work began after it (users in the middle of an iteration). */
function endOf({ slices, elapsedMicros, plannedMicros }: Happened): number {
  const endMicros = Math.min(elapsedMicros, plannedMicros);
  const later = slices.filter((slice) => slice.counts.offered > 0 && slice.startMicros >= endMicros);
  return Math.max(endMicros, ...later.map((slice) => slice.endMicros));
}

function faultWindows(promised: Promised, { faults, slices, elapsedMicros }: Happened): FaultWindow[] {
  const windows = faults.flatMap((fault) => {
    const { id, effectAtMicros, clearedAtMicros } = fault;
    if (effectAtMicros === null) return [];
    const recoveredAtMicros = recoveryOf(promised, fault, faults, slices, elapsedMicros);
    const steadyAtMicros = recoveredAtMicros ?? heldFrom(fault);
    return [{ id, effectAtMicros, clearedAtMicros, recoveredAtMicros, steadyAtMicros }];
  });
  return windows.map((window) => ({
    ...window,
    steadyAtMicros: window.steadyAtMicros ?? backAfter(window, windows),
  }));
}

/** Too few samples for a recovery, enough to hold: left out, all that follows would be judged by nobody. */
const heldFrom = ({ steadyAfter }: FaultRecord): number | null =>
  steadyAfter?.status === 'holds' ? steadyAfter.fromMicros : null;

/** Who has come back from a later fault has come back from this one. */
function backAfter({ clearedAtMicros }: FaultWindow, windows: readonly FaultWindow[]): number | null {
  if (clearedAtMicros === null) return null;
  const later = windows.flatMap(({ effectAtMicros, steadyAtMicros }) =>
    effectAtMicros >= clearedAtMicros && steadyAtMicros != null ? [steadyAtMicros] : [],
  );
  return later.length === 0 ? null : Math.min(...later);
}
