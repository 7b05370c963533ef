// Phases of a run, from when faults actually took and lost effect.

import type { PhaseRecord } from '../record/schema.ts';

export interface FaultWindow {
  readonly id: string;
  readonly effectAtMicros: number;
  /** Null: still in effect at the end. */
  readonly clearedAtMicros: number | null;
  /** When promises held again; null: not before the end. */
  readonly recoveredAtMicros: number | null;
  /**
   * What is certain though a recovery never was: its promises hold from then on, or a later fault was recovered from.
   * Default: as `recoveredAtMicros`.
   */
  readonly steadyAtMicros?: number | null;
}

interface Span {
  readonly startMicros: number;
  readonly endMicros: number;
}

/**
 * `steady` is what is left of [warm-up, end) without faults and their recoveries; it may come in several pieces. A recovery
 * that was never certain goes on beside what is steady again. Where nothing says when the target has recovered (`recovery: 'untold'`) what follows a fault is steady as well as recovery:
 * left out, a target that never comes back would be judged by the time before. All times from the start of the load.
 */
export function phasesOf(
  warmupMicros: number,
  endMicros: number,
  faults: readonly FaultWindow[],
  recovery: 'told' | 'untold' = 'told',
): PhaseRecord[] {
  const phases: PhaseRecord[] = [];
  if (warmupMicros > 0)
    phases.push({ name: 'warmup', startMicros: 0, endMicros: Math.min(warmupMicros, endMicros) });
  for (const fault of faults) {
    const cleared = fault.clearedAtMicros ?? endMicros;
    phases.push({ name: `fault:${fault.id}`, startMicros: fault.effectAtMicros, endMicros: cleared });
    const recovered = fault.recoveredAtMicros ?? endMicros;
    if (recovered > cleared) {
      phases.push({ name: `recovery:${fault.id}`, startMicros: cleared, endMicros: recovered });
    }
  }
  const warmup = { startMicros: 0, endMicros: Math.min(warmupMicros, endMicros) };
  const taken = [warmup, ...faults.map((fault) => disturbed(fault, endMicros, recovery))];
  for (const span of gaps(taken, warmupMicros, endMicros)) phases.push({ name: 'steady', ...span });
  return phases.sort((a, b) => a.startMicros - b.startMicros || a.endMicros - b.endMicros);
}

function disturbed(fault: FaultWindow, endMicros: number, recovery: 'told' | 'untold'): Span {
  const { effectAtMicros, clearedAtMicros, recoveredAtMicros, steadyAtMicros } = fault;
  const cleared = clearedAtMicros ?? endMicros;
  const steady = recovery === 'told' ? (recoveredAtMicros ?? steadyAtMicros ?? endMicros) : cleared;
  return { startMicros: effectAtMicros, endMicros: Math.max(cleared, steady) };
}

function gaps(taken: readonly Span[], fromMicros: number, toMicros: number): Span[] {
  const free: Span[] = [];
  let at = fromMicros;
  for (const span of [...taken].sort((a, b) => a.startMicros - b.startMicros)) {
    if (span.startMicros > at)
      free.push({ startMicros: at, endMicros: Math.min(span.startMicros, toMicros) });
    at = Math.max(at, span.endMicros);
  }
  if (at < toMicros) free.push({ startMicros: at, endMicros: toMicros });
  return free.filter((span) => span.endMicros > span.startMicros);
}
