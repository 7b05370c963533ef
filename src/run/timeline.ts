// Plays a scenario's faults against the clock, and undoes them, last in first out, on any way out.

import { isAborted } from '../kernel/abort.ts';
import type { Injection, InjectionResult } from '../faults/fault.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';

export interface PlayedFault {
  readonly fault: ScheduledFault;
  /** From the start of the load; null: never took effect. */
  readonly effectAtMicros: number | null;
  readonly clearedAtMicros: number | null;
  readonly result: InjectionResult | null;
  /** Why it was not injected. */
  readonly note: string | null;
  /** The steady promise that was already broken, when that is why. */
  readonly brokenPromise: string | null;
  /** The timeline was told to end before this fault’s time was up. */
  readonly cutShort: boolean;
}

export interface TimelinePorts {
  readonly clock: Clock;
  readonly startAtMicros: number;
  readonly signal: AbortSignal;
  /** `onActing`: told its effect, right before it is brought about, where that is known so early. */
  inject(fault: ScheduledFault, onActing: (effectAtMicros: number) => void): Promise<Injection>;
  /** A steady promise that is already significantly broken, or null. Asked for `inject: if-steady`. */
  steadyBroken(): Promise<string | null>;
  /** Tells the load that phases changed; from the start of the load. */
  onEdge(atMicros: number, kind: 'effect' | 'clear'): void;
}

interface Active {
  readonly fault: ScheduledFault;
  readonly injection: Injection;
  readonly clearAtMicros: number;
}

/** Resolves when every fault was played and undone; never rejects: what went wrong is in the result. */
export async function playTimeline(
  chaos: readonly ScheduledFault[],
  ports: TimelinePorts,
): Promise<PlayedFault[]> {
  const waiting = [...chaos].sort((a, b) => a.atMicros - b.atMicros);
  const active: Active[] = [];
  const played: PlayedFault[] = [];
  while (!ports.signal.aborted && (waiting.length > 0 || active.length > 0)) {
    const next = waiting[0];
    const ending = earliestEnd(active);
    const injectNext = next !== undefined && (ending === undefined || next.atMicros < ending.clearAtMicros);
    const atMicros = injectNext ? next.atMicros : (ending?.clearAtMicros ?? 0);
    await ports.clock.sleepUntil(ports.startAtMicros + atMicros, ports.signal);
    if (isAborted(ports.signal)) break;
    if (injectNext) {
      waiting.shift();
      const begun = await begin(next, ports);
      if ('injection' in begun) active.push(begun);
      else played.push(begun);
    } else if (ending !== undefined) {
      active.splice(active.indexOf(ending), 1);
      played.push(await end(ending, ports));
    }
  }
  for (const left of active.reverse()) played.push({ ...(await end(left, ports)), cutShort: true });
  for (const fault of waiting) {
    played.push({ ...notInjected(fault, 'the run was stopped before'), cutShort: true });
  }
  return chaos.flatMap((fault) => played.filter((entry) => entry.fault === fault));
}

function earliestEnd(active: readonly Active[]): Active | undefined {
  return active.reduce<Active | undefined>(
    (first, entry) => (first === undefined || entry.clearAtMicros < first.clearAtMicros ? entry : first),
    undefined,
  );
}

async function begin(fault: ScheduledFault, ports: TimelinePorts): Promise<Active | PlayedFault> {
  if (fault.inject === 'if-steady') {
    const broken = await ports.steadyBroken();
    if (broken !== null) {
      return { ...notInjected(fault, `not injected: ${broken} was already broken`), brokenPromise: broken };
    }
  }
  try {
    const injection = await ports.inject(fault, (atMicros) =>
      ports.onEdge(sinceStart(atMicros, ports), 'effect'),
    );
    const effectAtMicros = sinceStart(injection.effectAtMicros, ports);
    ports.onEdge(effectAtMicros, 'effect');
    const countsFrom = injection.countsFromMicros ?? injection.effectAtMicros;
    return { fault, injection, clearAtMicros: sinceStart(countsFrom, ports) + fault.forMicros };
  } catch (error) {
    return notInjected(
      fault,
      `could not be injected: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function end(entry: Active, ports: TimelinePorts): Promise<PlayedFault> {
  const result = await entry.injection.clear();
  const clearedAtMicros = result.clearedAtMicros === null ? null : sinceStart(result.clearedAtMicros, ports);
  if (clearedAtMicros !== null) ports.onEdge(clearedAtMicros, 'clear');
  return {
    fault: entry.fault,
    effectAtMicros: sinceStart(entry.injection.effectAtMicros, ports),
    clearedAtMicros,
    result,
    note: result.note,
    brokenPromise: null,
    cutShort: false,
  };
}

/** Whole microseconds: a phase begins exactly where the slices do that are cut at its edge, or it would miss one. */
const sinceStart = (atMicros: number, ports: TimelinePorts): number =>
  Math.round(atMicros - ports.startAtMicros);

function notInjected(fault: ScheduledFault, note: string): PlayedFault {
  const never = { effectAtMicros: null, clearedAtMicros: null, result: null };
  return { fault, ...never, note, brokenPromise: null, cutShort: false };
}
