// Plays a scenario's faults against the clock, and undoes them, at each place last in first out, on any way out.

import { isAborted } from '../kernel/abort.ts';
import type { Injection, InjectionResult } from '../faults/fault.ts';
import { containerSelector } from '../faults/container/selector.ts';
import { begunInTime } from '../faults/fidelity.ts';
import type { Clock } from '../kernel/clock.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { createTurns, type Turns } from '../kernel/turns.ts';
import type { FidelityCheck } from '../record/schema.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import { lengthOf, type Span, without } from '../slo/spans.ts';

export interface PlayedFault {
  readonly fault: ScheduledFault;
  /** From the start of the load; null: never took effect. */
  readonly effectAtMicros: number | null;
  readonly clearedAtMicros: number | null;
  readonly result: InjectionResult | null;
  /** Why it was not injected. */
  readonly note: string | null;
  /** It could not be injected, and something of it could not be undone: `note` says what. */
  readonly leftBehind?: true;
  /** The steady promise that was already broken, when that is why. */
  readonly brokenPromise: string | null;
  /** The timeline was told to end before this fault’s time was up. */
  readonly cutShort: boolean;
}

export interface TimelinePorts {
  readonly clock: Clock;
  readonly startAtMicros: number;
  readonly signal: AbortSignal;
  /** `onActing`: told its effect, right before it is brought about. */
  inject(fault: ScheduledFault, onActing: (effectAtMicros: number) => void): Promise<Injection>;
  /** A steady promise that is already significantly broken, or null. Asked for `inject: if-steady`. */
  steadyBroken(): Promise<string | null>;
  /** Tells the load that phases changed; from the start of the load. */
  onEdge(atMicros: number, kind: 'effect' | 'clear'): void;
  /** Tells whoever watches the run that a fault is in effect, by the same time as its edge. Must not throw. */
  onBegan(fault: ScheduledFault, effectAtMicros: number): void;
  /** The same for its end; null: it could not be undone. Must not throw. */
  onEnded(fault: ScheduledFault, clearedAtMicros: number | null): void;
}

interface Active {
  readonly fault: ScheduledFault;
  readonly injection: Injection;
  readonly clearAtMicros: number;
  /** How much later than planned it was begun, the looks at the steady state apart. */
  readonly lateMicros: number;
}

/** When the steady state was looked at, by the clock: of a long run that takes seconds, and keeps this thread busy. */
type Looks = Span[];

/** Faults at one place: they begin one after the other, and what is left is undone from the last to the first. */
interface Place {
  readonly turns: Turns;
  /** In order of injection; each settles when it is over. Never rejects. */
  readonly lives: Promise<unknown>[];
}

/**
 * Resolves when every fault was played and undone; never rejects: what went wrong is in the result. Faults at different
 * places do not wait for each other: a server that hangs, or a service that starts slowly, holds up nothing else.
 */
export async function playTimeline(
  chaos: readonly ScheduledFault[],
  ports: TimelinePorts,
): Promise<PlayedFault[]> {
  const places = new Map<string, Place>();
  const placeOf = (fault: ScheduledFault): Place => {
    // Containers are counted together: two choices at the same time could pass their cap.
    const key = containerSelector(fault.on) === null ? fault.on : 'containers';
    const place = places.get(key) ?? { turns: createTurns(), lives: [] };
    places.set(key, place);
    return place;
  };
  const looks: Looks = [];
  return await Promise.all(chaos.map((fault) => live(fault, placeOf(fault), ports, looks)));
}

async function live(
  fault: ScheduledFault,
  place: Place,
  ports: TimelinePorts,
  looks: Looks,
): Promise<PlayedFault> {
  const { clock, signal, startAtMicros } = ports;
  await clock.sleepUntil(startAtMicros + fault.atMicros, signal);
  let settle: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (settle = resolve));
  try {
    const begun = await place.turns(async () => {
      if (isAborted(signal)) return stoppedBefore(fault);
      const outcome = await begin(fault, ports, looks);
      if ('injection' in outcome) place.lives.push(over);
      return outcome;
    });
    if (!('injection' in begun)) return begun;
    await clock.sleepUntil(startAtMicros + begun.clearAtMicros, signal);
    if (!isAborted(signal)) return await end(begun, ports);
    await laterOnes(place, over);
    return { ...(await end(begun, ports)), cutShort: true };
  } finally {
    settle();
  }
}

/** Whoever is still beginning here is waited for: it came later, and goes first. */
async function laterOnes(place: Place, own: Promise<void>): Promise<void> {
  await place.turns(() => Promise.resolve());
  await Promise.all(place.lives.slice(place.lives.indexOf(own) + 1));
}

const stoppedBefore = (fault: ScheduledFault): PlayedFault => ({
  ...notInjected(fault, 'the run was stopped before'),
  cutShort: true,
});

async function begin(
  fault: ScheduledFault,
  ports: TimelinePorts,
  looks: Looks,
): Promise<Active | PlayedFault> {
  if (fault.inject === 'if-steady') {
    const startMicros = ports.clock.nowMicros();
    const broken = await ports.steadyBroken();
    looks.push({ startMicros, endMicros: ports.clock.nowMicros() });
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
    ports.onBegan(fault, effectAtMicros);
    const countsFrom = injection.countsFromMicros ?? injection.effectAtMicros;
    const clearAtMicros = sinceStart(countsFrom, ports) + fault.forMicros;
    const plannedMicros = ports.startAtMicros + fault.atMicros;
    const waited = { startMicros: plannedMicros, endMicros: injection.effectAtMicros };
    const lateMicros = Math.round(lengthOf(without([waited], looks)));
    return { fault, injection, clearAtMicros, lateMicros };
  } catch (error) {
    const failed = notInjected(fault, `could not be injected: ${messageOf(error)}`);
    const left = error instanceof MettleError && error.exitCode === exitCodes.undoFailed;
    return left ? { ...failed, leftBehind: true } : failed;
  }
}

async function end(entry: Active, ports: TimelinePorts): Promise<PlayedFault> {
  const told = { cleared: false };
  // What is good again meanwhile must not be laid to the fault: asking what was seen of it takes a while.
  const result = await entry.injection.clear((atMicros) => {
    told.cleared = true;
    ports.onEdge(sinceStart(atMicros, ports), 'clear');
  });
  const clearedAtMicros = result.clearedAtMicros === null ? null : sinceStart(result.clearedAtMicros, ports);
  if (clearedAtMicros !== null && !told.cleared) ports.onEdge(clearedAtMicros, 'clear');
  ports.onEnded(entry.fault, clearedAtMicros);
  const effectAtMicros = sinceStart(entry.injection.effectAtMicros, ports);
  return {
    fault: entry.fault,
    effectAtMicros,
    clearedAtMicros,
    result: { ...result, fidelity: [...result.fidelity, begun(entry)] },
    note: result.note,
    brokenPromise: null,
    cutShort: false,
  };
}

/** As long as taking effect may take there: an engine is slower by nature. */
const begun = ({ fault: { on }, lateMicros }: Active): FidelityCheck =>
  begunInTime(lateMicros, containerSelector(on) === null ? 1_000_000 : 5_000_000);

/** Whole microseconds: a phase begins exactly where the slices do that are cut at its edge, or it would miss one. */
const sinceStart = (atMicros: number, ports: TimelinePorts): number =>
  Math.round(atMicros - ports.startAtMicros);

function notInjected(fault: ScheduledFault, note: string): PlayedFault {
  const never = { effectAtMicros: null, clearedAtMicros: null, result: null };
  return { fault, ...never, note, brokenPromise: null, cutShort: false };
}
