// What each steady promise counted once a fault was undone: from its recovery on; without one, the newest of it.

import type { Slice } from '../measure/slice.ts';
import type { FaultRecord } from '../record/schema.ts';
import { type Gate, type Tally, tallyOf } from '../slo/gate.ts';
import { gatesOf, isBroken, samplesToBreak } from '../slo/gates.ts';
import { speaksOf } from '../slo/select.ts';
import { type Promised, promiseTexts, recoveryOf, untilNextFault } from './steady.ts';

/** Of a service that has not recovered, the newest of this length: what it has come to, not how it got there. */
const newestMicros = 10_000_000;

/** Times from the start of the load. */
export interface Course {
  readonly faults: readonly FaultRecord[];
  readonly slices: readonly Slice[];
  readonly endMicros: number;
}

/** One promise after one fault. */
export interface GateAfter {
  readonly promise: string;
  readonly status: 'holds' | 'broken' | 'unknown';
  readonly bad: number;
  readonly samples: number;
  /** What was looked at begins here. */
  readonly fromMicros: number;
}

export interface After {
  readonly clearedAtMicros: number;
  readonly recovered: boolean;
  /** One per steady promise, in their order. */
  readonly gates: readonly GateAfter[];
  /** The next fault, or the end; where another fault was in effect at the clear, the clear: nothing was looked at. */
  readonly toMicros: number;
}

/** Null: the fault was never in effect, or not undone, or there is no steady promise to ask about. Pure. */
export function afterFault(scenario: Promised, fault: FaultRecord, course: Course): After | null {
  const { faults, slices, endMicros } = course;
  const { effectAtMicros, clearedAtMicros } = fault;
  const gates = gatesOf(promiseTexts(scenario.slo));
  if (effectAtMicros === null || clearedAtMicros === null || gates.length === 0) return null;
  const recoveredAtMicros = recoveryOf(scenario, fault, faults, slices, endMicros);
  const told = { clearedAtMicros, recovered: recoveredAtMicros !== null };
  if (faults.some((other) => other !== fault && isInEffect(other, clearedAtMicros))) {
    const nothing = { status: 'unknown', bad: 0, samples: 0, fromMicros: clearedAtMicros } as const;
    const unseen = gates.map(({ text }) => ({ promise: text, ...nothing }));
    return { ...told, gates: unseen, toMicros: clearedAtMicros };
  }
  const toMicros = Math.max(clearedAtMicros, untilNextFault(clearedAtMicros, faults, endMicros));
  const fromMicros = recoveredAtMicros ?? clearedAtMicros;
  const after = slices.filter(
    ({ startMicros }) => startMicros >= Math.max(fromMicros, scenario.warmupMicros) && startMicros < toMicros,
  );
  const look = told.recovered ? wholeOf : newestOf;
  return { ...told, gates: gates.map((gate) => look(gate, after, { fromMicros, toMicros })), toMicros };
}

const isInEffect = ({ effectAtMicros, clearedAtMicros }: FaultRecord, atMicros: number): boolean =>
  effectAtMicros !== null &&
  effectAtMicros <= atMicros &&
  (clearedAtMicros === null || clearedAtMicros > atMicros);

interface Stretch {
  readonly fromMicros: number;
  readonly toMicros: number;
}

function wholeOf(gate: Gate, after: readonly Slice[], { fromMicros }: Stretch): GateAfter {
  const { bad, total } = tallyOf(gate, after);
  const enough = total >= samplesToBreak;
  const status = isBroken(gate, { bad, total }) ? 'broken' : enough ? 'holds' : 'unknown';
  return { promise: gate.text, status, bad, samples: total, fromMicros };
}

/** Of the last 10 s; with few samples there, second by second further back until there are enough, at most to the clear. */
function newestOf(gate: Gate, after: readonly Slice[], { fromMicros, toMicros }: Stretch): GateAfter {
  const newestFrom = Math.max(fromMicros, toMicros - newestMicros);
  const newest = after.filter(({ startMicros }) => startMicros >= newestFrom);
  const recent = tallyOf(gate, newest);
  const earlier = after
    .filter(({ series, startMicros }) => startMicros < newestFrom && speaksOf(gate.subject, series))
    .sort((a, b) => b.startMicros - a.startMicros);
  let [tally, sinceMicros] = [recent, newestFrom];
  for (const slice of earlier) {
    // Series of the same second come together.
    if (tally.total >= samplesToBreak && slice.startMicros < sinceMicros) break;
    const { bad, total } = tallyOf(gate, [slice]);
    tally = { bad: tally.bad + bad, total: tally.total + total };
    sinceMicros = slice.startMicros;
  }
  const enough = tally.total >= samplesToBreak;
  const { bad, total } = tally;
  const told = { promise: gate.text, bad, samples: total, fromMicros: enough ? sinceMicros : fromMicros };
  if (!isBroken(gate, tally)) return { ...told, status: enough ? 'holds' : 'unknown' };
  // What was bad may be how it got there: "still broken" is not said against the last 10 s, nor that it holds.
  return { ...told, status: isWell(gate, recent) ? 'unknown' : 'broken' };
}

/** Binary fractions must not decide: 0.07 · 100 is a little more than 7. */
const isWell = ({ share }: Gate, { bad, total }: Tally): boolean => total > 0 && bad <= share * total + 1e-9;
